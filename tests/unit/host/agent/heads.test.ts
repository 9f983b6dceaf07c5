/* What a search reads: the heads of one kind, each judged by the check in its meta, or read again with its unit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash, TraceFlash } from "../../../../host/flash/index.js";
import { formatPhone, openSerialAgent } from "../../../../host/handset/serial-agent.js";
import { formatFlash, openAgent, type StoredSummary } from "../../../../host/index.js";
import { DeskPhone } from "../../../support/handset/desk-phone.js";

const test = suite("host/agent/heads");
const PART = { kind: "nor", blockBytes: 4096, blockCount: 24, pageBytes: 256, programBytes: 1 } as const;
const CARD = `BEGIN:VCARD\r\nNOTE:${"much to say. ".repeat(30)}\r\nEND:VCARD\r\n`;

async function book(): Promise<NorFlash> {
  const part = new NorFlash(PART);
  await formatFlash(part);
  const agent = await openAgent(part, { pack: false });
  for (let i = 0; i < 20; i++) agent.put("contact", CARD, { meta: { label: `Somebody Number ${i}`, phones: [`+49301234${i}`] } });
  agent.put("contact", "without meta");
  agent.put("contact", CARD.repeat(9), { meta: { label: "Long" } });
  agent.put("contact", CARD, { meta: { label: "x".repeat(474) } });
  agent.put("note", "another kind", { meta: { label: "Note" } });
  agent.close();
  return part;
}
const headOf = ({ kind, id, meta, damaged }: StoredSummary) => ({ kind, id, meta, ...(damaged ? { damaged } : {}) });
function bend(part: NorFlash, text: string, bytes: number, mask: number): void {
  const at = Buffer.from(part.bytes).indexOf(text);
  assert.ok(at > 0, `"${text}" stands on the part`);
  for (let i = 0; i < bytes; i++) part.bytes[at + i]! ^= mask;
}

test("heads are what a list says of a kind, with and without meta, short bodies and long ones", async () => {
  const part = await book();
  const agent = await openAgent(part);
  assert.equal([...agent.heads("contact")], [...agent.list("contact")].map(headOf));
  assert.is([...agent.heads("contact")].length, 23);
  assert.equal(
    [...agent.heads("note")].map(({ meta }) => meta.label),
    ["Note"],
  );
  assert.equal([...agent.heads("photo")], []);
  agent.close();
  assert.throws(() => [...agent.heads("contact")], "closed");
});

test("a name that has begun to rot is seen, and mended; one beyond mending is damaged", async () => {
  const part = await book();
  bend(part, "Somebody Number 7", 3, 0x20);
  bend(part, "Somebody Number 11", 30, 0x41);
  const agent = await openAgent(part);
  const heads = [...agent.heads("contact")];
  assert.equal(heads, [...agent.list("contact")].map(headOf));
  assert.is(heads.filter(({ meta }) => meta.label === "Somebody Number 7").length, 1);
  assert.is(heads.filter(({ damaged }) => damaged).length, 1);
});

test("over a line they are the same", async () => {
  const part = new NorFlash(PART);
  const phone = new DeskPhone(part);
  await formatPhone(phone.line);
  const agent = await openSerialAgent(phone.line, { pack: false });
  for (let i = 0; i < 5; i++) await agent.put("contact", CARD, { meta: { label: `Somebody Number ${i}` } });
  await agent.put("contact", "without meta");
  const told = async () => {
    const [heads, list] = [[] as unknown[], [] as unknown[]];
    for await (const head of agent.heads("contact")) heads.push(head);
    for await (const summary of agent.list("contact")) list.push(headOf(summary));
    assert.equal(heads, list);
    return list.length;
  };
  assert.is(await told(), 6);
  bend(part, "Somebody Number 3", 3, 0x20);
  bend(part, "Somebody Number 4", 30, 0x41);
  assert.is(await told(), 6);
});

test("a head costs its meta and 48 bytes at most, where its meta bears itself out", async () => {
  const flash = new TraceFlash(await book());
  const agent = await openAgent(flash);
  const mark = flash.mark();
  const labels = [...agent.heads("note")].map(({ meta }) => meta.label);
  assert.equal([labels, flash.since(mark).readCalls], [["Note"], 1]);
  assert.ok(flash.since(mark).readBytes <= 48);
});

test.run();
