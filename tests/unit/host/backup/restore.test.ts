import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openBackup } from "../../../../host/backup/read.js";
import { type RestoreMode, restore } from "../../../../host/backup/restore.js";
import { type Source, sourceOf } from "../../../../host/backup/source.js";
import { makeBackup } from "../../../../host/backup/write.js";
import { FaultFlash, NorFlash, PowerCut } from "../../../../host/flash/index.js";
import { formatFlash, HoldfastError, type LocalAgent, openAgent } from "../../../../host/index.js";
import { emptyStore, household, idOf, OTHER, SMALL, shown } from "./household.js";

const test = suite("host/backup/restore");

function sourceFrom(agent: LocalAgent): Source {
  const { bytes } = makeBackup(agent, { geometry: SMALL, wallMs: 1e12 });
  return sourceOf("memory.zip", bytes, openBackup(bytes));
}

test("on an empty part of another kind all is there again: bytes, ids, times, meta", async () => {
  const from = await household();
  const to = await emptyStore(OTHER);
  const report = await restore(to, sourceFrom(from), { mode: "merge" });
  assert.equal([report.records, report.added, report.missing], [18, 18, []]);
  assert.equal(shown(to), shown(from));
  const again = await restore(to, sourceFrom(from), { mode: "merge" });
  assert.equal([again.added, again.unchanged], [0, 18]);
});

test("cut at every flash operation it goes on where it was, and ends alike", async () => {
  const from = await household();
  const source = sourceFrom(from);
  const expected = shown(from);
  const fresh = async (seed = 0) => {
    const flash = new FaultFlash(new NorFlash(SMALL), { seed });
    await formatFlash(flash);
    return flash;
  };
  const whole = await fresh();
  whole.reboot();
  await restore(await openAgent(whole), source, { mode: "merge" });
  const operations = whole.opCount;
  assert.ok(operations > 12, `${operations} operations`);
  for (let op = 0; op < 3 * operations; op++) {
    const flash = await fresh(op);
    flash.reboot({ op: op % operations, tear: "any" });
    try {
      await restore(await openAgent(flash), source, { mode: "merge" });
      assert.unreachable(`no cut at ${op}`);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    flash.reboot();
    const agent = await openAgent(flash);
    const report = await restore(agent, source, { mode: "merge" });
    assert.is(report.added + report.unchanged, 18, `cut at ${op}`);
    assert.equal(shown(agent), expected, `cut at ${op}`);
    agent.close();
  }
});

test("the choices, where both have the record with other bytes", async () => {
  const source = sourceFrom(await household());
  const noteOf = async (mode: RestoreMode, wallMs: number) => {
    const to = await emptyStore();
    to.put("note", "mine", { id: idOf(1), wallMs });
    to.put("note", "only here", { id: idOf(99) });
    const report = await restore(to, source, { mode, only: "note" });
    assert.is(report.records, 3);
    const notes = [...to.list("note")].map(({ id }) => Buffer.from(to.get("note", id)!.body).toString()).sort();
    await restore(to, source, { mode, only: "note" });
    assert.is([...to.list("note")].length, notes.length, "a second time nothing doubles");
    return notes.filter((note) => note !== "only here" && !/^Note [23]/.test(note));
  };
  const [earlier, later] = [Date.UTC(2025, 0, 1), Date.UTC(2027, 0, 1)];
  assert.equal(await noteOf("merge", earlier), ["Note 1: bread, milk"]);
  assert.equal(await noteOf("merge", later), ["mine"]);
  assert.equal(await noteOf("replace", later), ["Note 1: bread, milk"]);
  assert.equal(await noteOf("keep-mine", earlier), ["mine"]);
  assert.equal(await noteOf("keep-both", earlier), ["Note 1: bread, milk", "mine"]);
});

test("a dry run counts alike and writes nothing", async () => {
  const to = await emptyStore();
  const report = await restore(to, sourceFrom(await household()), { mode: "merge", dryRun: true });
  assert.is(report.added, 18);
  assert.equal(shown(to), []);
});

test("what has no room is named, and all that has is there: no contact for a picture", async () => {
  const from = await household();
  from.put(
    "photo",
    new Uint8Array(60_000).map((_, i) => (i * 7919) >> 3),
    { id: idOf(2), meta: { label: "huge.jpg" } },
  );
  const to = await emptyStore({ ...SMALL, blockCount: 12 });
  const report = await restore(to, sourceFrom(from), { mode: "merge" });
  assert.equal(
    report.missing.map(({ kind, label, why }) => [kind, label, why]),
    [["photo", "huge.jpg", "pictures may take three quarters of the part, and would take more"]],
  );
  assert.is(report.added, 18);
  assert.is([...to.list("contact")].length, 10);
});

test("a record that is damaged on the handset gets the backup's bytes in every mode", async () => {
  const source = sourceFrom(await household());
  const to = await emptyStore();
  to.put("note", "rotten", { id: idOf(1), wallMs: Date.UTC(2027, 0, 1) });
  const get = to.get.bind(to);
  to.get = (kind, id) => {
    if (kind === "note" && id === idOf(1)) throw new HoldfastError("CORRUPT");
    return get(kind, id);
  };
  const report = await restore(to, source, { mode: "keep-mine", only: "note" });
  assert.equal([report.added, report.replaced], [2, 1]);
  assert.is(Buffer.from(get("note", idOf(1))!.body).toString(), "Note 1: bread, milk");
});

test.run();
