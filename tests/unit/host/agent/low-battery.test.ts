/* With a low battery big writes are refused in words, and small ones finished. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presets, RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, HoldfastError, openAgent } from "../../../../host/index.js";

const test = suite("host/agent/low-battery");

test("a picture is refused and says why, a note is stored, background work waits", async () => {
  const flash = new RamFlash(presets["spi-nor-8m"]);
  await formatFlash(flash);
  const agent = await openAgent(flash);
  const picture = new Uint8Array(300_000).map((_, i) => i * 7);
  agent.lowBattery(true);
  for (const store of [
    () => agent.put("photo", picture),
    () =>
      agent.batch((batch) => {
        for (let i = 0; i < 3; i++) batch.put("note", picture.subarray(0, 2000 + i));
      }),
  ]) {
    let refusal: unknown;
    try {
      store();
    } catch (error) {
      refusal = error;
    }
    assert.instance(refusal, HoldfastError);
    const { code, message, hint } = refusal as HoldfastError;
    assert.is(code, "TOO_BIG");
    assert.match(message, /while the battery is low; at most 4096 are taken/);
    assert.match(hint, /charge the phone/);
  }
  assert.is(agent.stat().records, 0);
  const { id } = agent.put("note", "a short one");
  assert.is(agent.batch((batch) => batch.put("note", "x".repeat(4000))).length, 1);
  assert.type(agent.tick(50), "number");
  agent.lowBattery(false);
  assert.is(agent.put("photo", picture).id.length, 16);
  assert.is(new TextDecoder().decode(agent.get("note", id)?.body), "a short one");
  agent.close();
});

test.run();
