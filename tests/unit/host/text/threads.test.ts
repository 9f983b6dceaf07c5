import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash, TraceFlash } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";
import { Diary, Directory, Threads, TodoList } from "../../../../host/text/index.js";

const test = suite("host/text/threads");
const PART = { kind: "nor", blockBytes: 4096, blockCount: 24, pageBytes: 256, programBytes: 1 } as const;

async function phone() {
  const part = new NorFlash(PART);
  await formatFlash(part);
  return { part, agent: await openAgent(part, { pack: false }) };
}

test("a message to several is a thread of its own, whatever their order; one without a number too; what changes is there", async () => {
  const { agent } = await phone();
  const put = (label: string, phones: string[] | undefined, startMs: number | undefined) =>
    agent.put("message", label, {
      meta: { label, ...(phones ? { phones } : {}), ...(startMs === undefined ? {} : { startMs }), box: "in" },
    });
  put("one", ["+49301234567"], 5);
  put("group", ["+49301234567", "+4917012345678"], 6);
  put("group again", ["017012345678", "0301234567"], 7);
  put("from a word", undefined, 8);
  put("no time", ["0301234567"], undefined);
  const threads = new Threads(agent);
  const labels = async () => (await threads.all()).map(({ messages }) => messages.map(({ label }) => label));
  assert.equal(await labels(), [["from a word"], ["group", "group again"], ["no time", "one"]]);
  assert.equal((await threads.all())[1]!.numbers, ["017012345678", "0301234567"]);
  put("now", ["030 1234567"], 9);
  agent.put("contact", "card", { meta: { label: "Zoe", phones: ["+49301234567"] } });
  assert.equal((await labels())[0], ["no time", "one", "now"]);
  assert.equal((await threads.with("0049301234567"))!.names, ["Zoe"]);
  assert.equal((await threads.all()).find(({ numbers }) => numbers.length > 1)!.names, ["017012345678", "Zoe"]);
  for (const none of ["999", "nobody", ""]) assert.is(await threads.with(none), undefined, none);
});

test("numbers are one as they are for who is calling, of eight digits and with a trunk 0 too; meta of anybody does no harm", async () => {
  const { agent } = await phone();
  const phones: unknown[] = [["+4512345678"], ["12345678"], ["0301234567"], ["+49301234567"], "112", [1], ["112"], ["911"]];
  for (const [i, each] of phones.entries()) agent.put("message", "x", { meta: { label: `${i}`, phones: each as string[], startMs: i } });
  const threads = await new Threads(agent).all();
  assert.equal(threads.map(({ messages }) => messages.map(({ label }) => label).join("")).sort(), ["01", "23", "45", "6", "7"]);
});

test("asked many times at once, a catalog walks once", async () => {
  const { part, agent } = await phone();
  for (let i = 0; i < 30; i++) agent.put("contact", "x", { meta: { label: `name ${i}`, phones: [`+4930123${1000 + i}`] } });
  for (let i = 0; i < 30; i++) agent.put("message", "x", { meta: { label: "x", phones: [`+4930123${1000 + i}`] } });
  agent.close();
  const flash = new TraceFlash(part);
  const again = await openAgent(flash);
  const mark = flash.mark();
  assert.is((await new Threads(again).all()).length, 30);
  assert.ok(flash.since(mark).readCalls <= 4 * 60, `${flash.since(mark).readCalls} reads`);
  const directory = new Directory(again);
  const first = flash.mark();
  await Promise.all(Array.from({ length: 9 }, () => directory.find("name")));
  assert.ok(flash.since(first).readCalls <= 4 * 30);
});

test("a removal that compaction has forgotten takes its record out of the catalog all the same", async () => {
  let [held, newest] = [["Gone", "Stays"], 1n];
  const agent = {
    list: () => held.map((label) => ({ kind: "contact", id: label, meta: { label } })),
    changes: () => [],
    newestLsn: () => newest,
    count: () => held.length,
  };
  const directory = new Directory(agent);
  assert.is((await directory.find("gone")).length, 1);
  [held, newest] = [["Stays"], 2n];
  assert.equal(await directory.find("gone"), []);
  assert.is((await directory.find("stays")).length, 1);
});

test("what cannot be read is in a list all the same, marked", async () => {
  const { part, agent } = await phone();
  for (const kind of ["message", "todo", "note"] as const) {
    agent.put(kind, "x".repeat(300), { meta: { label: `${kind} to be lost`, startMs: 1, phones: ["112"], dueMs: 1, done: false } });
    const at = Buffer.from(part.bytes).lastIndexOf(`${kind} to be lost`);
    for (let i = 0; i < 40; i++) part.bytes[at + i]! ^= 0x41;
  }
  assert.equal(
    (await new Threads(agent).all()).map(({ numbers, messages }) => [numbers, messages[0]!.damaged]),
    [[[], true]],
  );
  assert.equal(
    (await new TodoList(agent).open()).map(({ damaged }) => damaged),
    [true],
  );
  assert.equal(await new Diary(agent).undated(), []);
  assert.equal(
    (await new Diary(agent).between(0, 10)).map(({ damaged }) => damaged),
    [true],
  );
});

test.run();
