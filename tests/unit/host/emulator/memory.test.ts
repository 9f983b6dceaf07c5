import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { compare, recall, remember } from "../../../../host/emulator/memory.js";
import { Model, type Shown } from "../../../../host/proof/model.js";

const test = suite("host/emulator/memory");
const body = new TextEncoder().encode("Zoe");
const shown = (change: Partial<Shown> = {}): Shown => ({ body, label: "", wallMs: 0, lsn: 5n, ...change });
const known = { "note/1": ["5", crc32c(body)] as [string, number], "note/2": null };

/** Storage and navigation of a tab. */
const kept = new Map<string, string>();
let navigation = "reload";
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  },
});
performance.getEntriesByType = () => [{ type: navigation }] as unknown as PerformanceEntryList;

test("the same records are no loss, and of what was under way either is right", () => {
  assert.equal(compare(known, new Map([["note/1", shown()]])), []);
  assert.equal(compare(known, new Map([["note/1", shown()], ["note/2", shown({ lsn: 9n })]])), []); // biome-ignore format: one case a line
});

test("missing, another LSN, other bytes, and what nobody put are told", () => {
  const told = (found: [string, Shown][]) => compare(known, new Map(found)).map(({ key, text }) => `${key} ${text.split(" after")[0]}`);
  assert.equal(told([]), ["note/1 missing"]);
  assert.equal(told([["note/1", shown({ lsn: 4n })]]), ["note/1 lsn 4"]);
  assert.equal(told([["note/1", shown({ body: Uint8Array.of(1) })]]), ["note/1 other bytes"]);
  assert.equal(told([["note/1", shown()], ["note/3", shown()]]), ["note/3 never put, yet shown"]); // biome-ignore format: one case a line
});

test("what one page remembers the next recalls: once, after a reload, and with what was under way left open", () => {
  const model = new Model();
  model.held.set("note/1", { body, label: "", wallMs: 0, lsn: 5n });
  model.held.set("note/2", { body, label: "", wallMs: 0, lsn: 6n });
  model.begin([{ key: "note/2", held: undefined }]);
  remember(model);
  assert.equal(recall(), known);
  assert.is(recall(), undefined);
  remember(model);
  navigation = "navigate";
  assert.is(recall(), undefined);
});

test.run();
