/* A store whose flash operations are written down is otherwise the store it stands around. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash } from "../../../../host/flash/index.js";
import { RunLog } from "../../../../host/proof/log.js";
import { logged } from "../../../../host/proof/logged.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/logged");

test("formats, boots and every flash operation are in the log, and a changed byte makes another", async () => {
  const digests = new Set<string>();
  for (const body of ["one", "two"]) {
    const log = new RunLog();
    const part = new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 16, pageBytes: 256, programBytes: 1 });
    const store = logged(holdfast, log);
    await store.format(part, { seed: 1 });
    const formatted = log.entries;
    assert.ok(formatted > 2 * 16, "an erase and a label of each block");
    const agent = await store.open(part, { seed: 1 });
    const { id } = agent.put("note", body);
    assert.is(new TextDecoder().decode(agent.get("note", id)!.body), body);
    store.powerOff?.(part);
    assert.ok(log.entries > formatted + 10);
    digests.add(log.digest);
  }
  assert.is(digests.size, 2);
});

test.run();
