/*
 * A picture of 300 KB, and the battery pulled at every flash operation of its storing: whole or absent, and it never costs a contact.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, NorFlash, TraceFlash } from "../../host/flash/index.js";
import { formatFlash, openAgent, type PutOptions } from "../../host/index.js";
import { Chance } from "../support/probe-chance.js";

const test = suite("harness/photo");
const PHOTO_ID = "00000000000000f0";
const CONTACTS = 50;
const idOf = (i: number) => (i + 1).toString(16).padStart(16, "0");
const cardOf = (i: number) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person ${i}\r\nTEL:+1202555${1000 + i}\r\nEND:VCARD\r\n`;

test("a picture of 300 KB, cut at every operation: whole or absent, and every contact is there", async () => {
  const photo = new Chance(5).bytes(300_000);
  const origin = new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 160, pageBytes: 256, programBytes: 1 });
  await formatFlash(origin);
  const options: PutOptions = { id: PHOTO_ID, meta: { label: "IMG_1.JPG" } };
  const first = await openAgent(origin);
  for (let i = 0; i < CONTACTS; i++) first.put("contact", cardOf(i), { id: idOf(i) });
  first.close();

  const counted = new TraceFlash(origin.clone());
  const dry = await openAgent(counted);
  const mark = counted.mark();
  dry.put("photo", photo, options);
  const { programCalls, erases } = counted.since(mark);
  const operations = programCalls + erases;
  assert.ok(operations > 150, `${operations} operations`);

  let [whole, absent] = [0, 0];
  for (let op = 0; op < operations; op++) {
    const fault = new FaultFlash(origin.clone(), { seed: op, cut: { op, tear: "any" } });
    const agent = await openAgent(fault);
    assert.throws(() => agent.put("photo", photo, options), undefined, `operation ${op}`);
    fault.reboot();
    const after = await openAgent(fault);
    const there = after.get("photo", PHOTO_ID);
    if (there) assert.equal(there.body, photo, `operation ${op}`);
    if (there) whole++;
    else absent++;
    assert.is(after.stat().counts.contact, CONTACTS, `operation ${op}`);
    for (let i = 0; i < CONTACTS; i++) assert.is(Buffer.from(after.get("contact", idOf(i))!.body).toString(), cardOf(i), `operation ${op}`);
    assert.equal([after.verify().damaged, after.stat().damagedUnknown], [[], 0]);
    if (!there) after.put("photo", photo, options);
    assert.equal(after.get("photo", PHOTO_ID)?.body, photo, `operation ${op}: again`);
  }
  console.log(`${operations} operations cut: ${absent} times absent, ${whole} times whole`);
});

test.run();
