/* A stuck address line is noticed before anything is programmed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PhysicsFlash } from "../../../../host/flash/index.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/flash/alias");

/** While `line` is set, every address has that bit of the block (or offset) number stuck at `level`. */
function crossing(
  geometry: (typeof parts)[keyof typeof parts],
  lines: { block?: number; offset?: number; level: 0 | 1 },
): [Store, { on: boolean }] {
  const state = { on: false };
  const bent = (value: number, bit: number | undefined, limit: number): number => {
    if (!state.on || bit === undefined) return value;
    const stuck = lines.level ? value | bit : value & ~bit;
    return stuck < limit ? stuck : value;
  };
  const wrap = (part: PhysicsFlash) => ({
    geometry,
    read: (block: number, offset: number, target: Uint8Array) => {
      for (let i = 0; i < target.length; i++) {
        const at = bent(offset + i, lines.offset, geometry.blockBytes);
        part.read(bent(block, lines.block, geometry.blockCount), at, target.subarray(i, i + 1));
      }
      return 0;
    },
    program: (block: number, offset: number, source: Uint8Array) =>
      part.program(bent(block, lines.block, geometry.blockCount), offset, source),
    erase: (block: number) => part.erase(bent(block, lines.block, geometry.blockCount)),
  });
  return [Store.make(geometry, { wrap }), state];
}

for (const [name, geometry] of [
  ["nor", parts.nor],
  ["deep", parts.deep],
] as const) {
  for (const level of [0, 1] as const) {
    for (let bit = 1; bit * 2 <= geometry.blockCount; bit <<= 1) {
      test(`${name}: block line ${bit} stuck at ${level}: nothing is programmed, changes answer IO, what is missing is counted`, () => {
        const [store, line] = crossing(geometry, { block: bit, level });
        for (let id = 0; id < 100; id++) store.must(store.put(id, `note ${id}`.padEnd(200)));
        store.must(store.close());
        line.on = true;
        const mark = store.flash.mark();
        store.restart();
        assert.is(store.mount(), 0);
        assert.is(store.put(1, "x"), status("IO"));
        assert.is(store.put(1, "x"), status("IO"));
        assert.ok(store.stat().damagedUnknown > 0);
        const since = store.flash.since(mark);
        assert.equal([since.programCalls, since.erases], [0, 0]);
        line.on = false;
        assert.is(store.pull(), 0);
        for (let id = 0; id < 100; id++) assert.is(store.text(id), `note ${id}`.padEnd(200));
        store.must(store.put(1, "writes again"));
        assert.is(store.stat().damagedUnknown, 0);
      });
    }
  }
}

test("an offset line stuck at 0 is noticed too", () => {
  for (let offset = 64; offset < parts.nor.blockBytes; offset <<= 1) {
    const [store, line] = crossing(parts.nor, { offset, level: 0 });
    store.must(store.put(1, "one"));
    store.must(store.close());
    line.on = true;
    store.restart();
    assert.is(store.mount(), 0, `line ${offset}`);
    assert.is(store.put(1, "x"), status("IO"), `line ${offset}`);
  }
});

test("a part with such a line is not formatted", () => {
  const state = new Set<number>();
  const store = new Store(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block & ~4, offset, target),
      program: (block, offset, source) => part.program(block & ~4, offset, source),
      erase: (block) => {
        state.add(block);
        return part.erase(block & ~4);
      },
    }),
  });
  assert.is(store.format(), status("IO"));
  assert.is(state.size, 1);
});

test("nor is it formatted by force where a store was", () => {
  const [store, line] = crossing(parts.nor, { offset: 1024, level: 0 });
  store.must(store.put(1, "one"));
  store.must(store.close());
  line.on = true;
  store.restart();
  const { erases } = store.flash;
  assert.is(store.format(true, 8), status("IO"));
  assert.is(store.flash.erases - erases, 1);
});

test.run();
