import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash, TraceFlash } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";
import { isSameNumber } from "../../../../host/text/directory.js";
import { Directory, Importer } from "../../../../host/text/index.js";

const test = suite("host/text/directory");

async function book(...cards: string[]) {
  const flash = new TraceFlash(new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 64, pageBytes: 256, programBytes: 1 }));
  await formatFlash(flash);
  const agent = await openAgent(flash);
  const importer = new Importer(agent);
  await importer.add("book.vcf", Buffer.from(cards.map((card) => `BEGIN:VCARD\r\nVERSION:3.0\r\n${card}\r\nEND:VCARD\r\n`).join("")));
  await importer.finish();
  return { flash, agent, directory: new Directory(agent) };
}
const names = (found: { meta: { label?: string } }[]) => found.map(({ meta }) => meta.label);

test("by any part of a name, without case and accents, by number and by address", async () => {
  const { directory } = await book("FN:Zoë Müller\r\nTEL:+49 30 1234567\r\nEMAIL:Zoe@Example.org", "FN:Ann Example\r\nTEL:030 7654321");
  assert.equal(names(await directory.find("zoe")), ["Zoë Müller"]);
  assert.equal(names(await directory.find("muller ZOË")), ["Zoë Müller"]);
  assert.equal(names(await directory.find("example")), ["Ann Example", "Zoë Müller"]);
  assert.equal(names(await directory.find("030 1234567")), []);
  assert.equal(names(await directory.find("0301234567")), ["Zoë Müller"]);
  assert.equal(names(await directory.find("")), []);
});

test("who is calling, with and without the country; a short number is only itself", async () => {
  const { directory } = await book("FN:Zoe\r\nTEL:+49 30 1234567", "FN:Home\r\nTEL:030 1234567", "FN:Help\r\nTEL:112");
  assert.equal(names(await directory.caller("0049301234567")).sort(), ["Home", "Zoe"]);
  assert.equal(names(await directory.caller("112")), ["Help"]);
  assert.equal(names(await directory.caller("0112")), []);
  assert.equal(names(await directory.caller("")), []);
  assert.ok(isSameNumber("49301234567", "0301234567") && !isSameNumber("1234567", "7654321") && !isSameNumber("112", "44112"));
});

test("what changes is found and what goes is not; with nothing changed nothing is read", async () => {
  const { agent, directory, flash } = await book("FN:Zoe\r\nTEL:1234567", "FN:Ann");
  assert.is((await directory.find("ann")).length, 1);
  const mark = flash.mark();
  assert.is((await directory.find("zoe")).length, 1);
  assert.is(flash.since(mark).readCalls, 0);
  const [ann] = await directory.find("ann");
  agent.remove("contact", ann!.id);
  agent.put("contact", "BEGIN:VCARD", { meta: { label: "Bea" } });
  agent.put("note", "Ann", { meta: { label: "Ann" } });
  assert.equal([...names(await directory.find("ann")), ...names(await directory.find("bea"))], ["Bea"]);
});

test.run();
