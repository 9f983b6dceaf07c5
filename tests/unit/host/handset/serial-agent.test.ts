/* What tests/conformance/phone.test.ts cannot see: the line beneath, and what happens when it is cut. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, NorFlash, presets } from "../../../../host/flash/index.js";
import { PowerLost } from "../../../../host/handset/line.js";
import { formatPhone, openSerialAgent } from "../../../../host/handset/serial-agent.js";
import type { HoldfastError } from "../../../../host/index.js";
import { happens } from "../../../../host/proof/chance.js";
import { openSqliteStore } from "../../../../host/relay/index.js";
import { DeskPhone } from "../../../support/handset/desk-phone.js";
import { talk } from "../../../support/handset/relay.js";

const test = suite("host/handset/serial-agent");
const part = { ...presets["sx1-nor-8m"], blockCount: 16, blockBytes: 4096 };

async function caughtFrom(promise: Promise<unknown>): Promise<HoldfastError> {
  return promise.then(
    () => assert.unreachable("nothing was thrown"),
    (thrown) => thrown,
  );
}

test("on a noisy line everything is done once, and comes back right", async () => {
  let frames = 0;
  const bend = (bytes: Uint8Array) => {
    const bent = bytes.slice();
    if (happens(0.2, 7, 1, ++frames)) bent[frames % bytes.length]! ^= 1 << (frames & 7);
    return bent;
  };
  const phone = new DeskPhone(new NorFlash(part), { toPhone: bend, fromPhone: bend });
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line);
  for (let i = 0; i < 40; i++) await agent.put("note", `note ${i}`, { id: (i % 8).toString(16).padStart(16, "0") });
  for (let i = 32; i < 40; i++)
    assert.is(new TextDecoder().decode((await agent.get("note", (i % 8).toString(16).padStart(16, "0")))!.body), `note ${i}`);
  assert.is(phone.calls.filter((name) => name === "hf_put_commit").length, 40);
  assert.ok(frames > 2 * phone.calls.length + 40, "there was noise");
});

test("a phone that goes off is a power cut: what waits fails with PowerLost, later calls with CLOSED, the next boot recovers", async () => {
  const flash = new NorFlash(part);
  const power = new FaultFlash(flash);
  const phone = new DeskPhone(power);
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line);
  const kept = await agent.put("note", "kept");
  power.reboot({ op: 0, tear: "prefix" });
  const [lost, behind] = await Promise.all([caughtFrom(agent.put("note", "lost or not")), caughtFrom(agent.get("note", kept.id))]);
  assert.instance(lost, PowerLost);
  assert.is(behind.code, "CLOSED");
  for (const later of [agent.get("note", kept.id), agent.stat(), agent.tick(), agent.close()])
    assert.is((await caughtFrom(later)).code, "CLOSED");

  const again = new DeskPhone(flash);
  const reader = await openSerialAgent(again.line);
  assert.equal(await reader.receipt("note", kept.id), kept);
  await reader.put("note", "goes on");
});

test("one agent has a line; closing gives it back", async () => {
  const phone = new DeskPhone(new NorFlash(part));
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line);
  assert.is((await caughtFrom(openSerialAgent(phone.line))).code, "LOCKED");
  assert.is((await caughtFrom(formatPhone(phone.line))).code, "LOCKED");
  await agent.close();
  await agent.close();
  await (await openSerialAgent(phone.line)).close();
});

test("verbs asked at the same time are done one after the other", async () => {
  const phone = new DeskPhone(new NorFlash(part));
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line);
  const receipts = await Promise.all(Array.from({ length: 12 }, (_, i) => agent.put("note", `note ${i}`.repeat(200))));
  assert.is(new Set(receipts.map(({ id }) => id)).size, 12);
  const bodies = await Promise.all(receipts.map(({ id }) => agent.get("note", id)));
  for (const [i, record] of bodies.entries()) assert.is(new TextDecoder().decode(record!.body), `note ${i}`.repeat(200));
});

test("in a batch, a removal of what the batch has removed is NOT_FOUND at once; entropy that repeats itself is INVALID", async () => {
  const phone = new DeskPhone(new NorFlash(part));
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line, { entropy: (target) => target.fill(7) });
  const { id } = await agent.put("note", "one");
  const twice = agent.batch((batch) => {
    batch.remove("note", id);
    batch.remove("note", id);
  });
  assert.is((await caughtFrom(twice)).code, "NOT_FOUND");
  assert.is((await caughtFrom(agent.put("note", "two"))).code, "INVALID");
  assert.is((await caughtFrom(agent.batch((batch) => batch.put("note", "two")))).code, "INVALID");
  assert.is(new TextDecoder().decode((await agent.get("note", id))!.body), "one");
});

test("two phones meet through a relay", async () => {
  const store = await openSqliteStore();
  const [first, second] = [new DeskPhone(new NorFlash(part)), new DeskPhone(new NorFlash(part))];
  for (const { line } of [first, second]) await formatPhone(line);
  const [one, other] = [await openSerialAgent(first.line), await openSerialAgent(second.line)];
  const { id } = await one.put("note", "from the first ".repeat(500));
  const { phase, joinCode } = await talk(one.wire(), store);
  assert.is(phase, "equal");
  await other.put("todo", "from the second", { id: "00000000000000b2" });
  const joined = await talk(other.wire(), store, { joinCode });
  assert.equal([joined.phase, joined.pulled, joined.pushed], ["equal", 1, 1]);
  assert.equal((await other.get("note", id))?.body, (await one.get("note", id))?.body);
  assert.is((await talk(one.wire(), store)).pulled, 1);
  assert.is(new TextDecoder().decode((await one.get("todo", "00000000000000b2"))?.body), "from the second");
  assert.is(await one.wire().receive(new Uint8Array(5000)), false);
  assert.is(await one.wire().receive(new Uint8Array(40)), false);
  await store.close();
});

test("a scrub over the line moves what has begun to rot, once", async () => {
  const flash = new NorFlash(part);
  const phone = new DeskPhone(flash);
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line);
  const body = Uint8Array.from({ length: 150 }, (_, i) => (i * 7) & 255);
  await agent.put("note", body);
  const at = Buffer.from(flash.bytes).indexOf(Buffer.from(body));
  for (let i = 0; i < 5; i++) flash.bytes[at + 10 * i]! ^= 0xff;
  const healthy = { records: 1, relocated: 0, corrected: 0, left: 0, damaged: [], damagedUnknown: 0 };
  assert.equal(await agent.scrub(), { ...healthy, relocated: 1, corrected: 1 });
  assert.equal(await agent.scrub(), healthy);
});

test("a part that is full says so over the line, and the agent goes on", async () => {
  const phone = new DeskPhone(new NorFlash(part));
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line);
  assert.is((await caughtFrom(agent.put("photo", new Uint8Array(200_000)))).code, "FULL");
  await agent.put("note", "goes on");
});

test.run();
