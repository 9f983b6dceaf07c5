/* The open segments: groups, commit by one program, sealing. The rules of the part are asserted by NorFlash and NandFlash. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/journal/segment-writer");
const HOT = 0;
const COLD = 1;
type Geometry = (typeof parts)[keyof typeof parts];

/** A store whose streams a test writes to itself. */
function make(geometry: Geometry = parts.nor): Store {
  const store = Store.make(geometry);
  store.must(store.probe.call.writable!());
  return store;
}
let lsn = 1000n;
/** Puts a record into the group of a stream; nothing is programmed for it yet. */
function place(store: Store, which: number, id: number, payload: Uint8Array): number {
  const { probe } = store;
  probe.setHeader({
    lsn: lsn++,
    wallMs: store.wallMs,
    idLow: id,
    type: probe.value("UNIT_RECORD"),
    kind: 3,
    session: probe.value("session"),
    bodyBytes: payload.length,
  });
  const type = probe.value(which === HOT ? "SEGMENT_HOT" : "SEGMENT_COLD");
  store.must(probe.call.streamReserve!(which, payload.length, type));
  probe.write(probe.value("STAGED") + 64, payload);
  return probe.call.streamPlace!(which, payload.length);
}

test("what is placed is not programmed before the flush, and then by one program", () => {
  const store = make();
  place(store, HOT, 1, new Uint8Array(50));
  store.must(store.probe.call.flush!());
  const mark = store.flash.mark();
  for (let id = 2; id < 6; id++) place(store, HOT, id, new Uint8Array(50));
  assert.is(store.flash.since(mark).programCalls, 0);
  store.must(store.probe.call.flush!());
  assert.is(store.flash.since(mark).programCalls, 1);
  store.must(store.probe.call.flush!());
  assert.is(store.flash.since(mark).programCalls, 1, "a flush of nothing programs nothing");
});

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" every record placed is found where it was said to be, in the open segment and once it is sealed`, () => {
    const store = make(geometry);
    const { probe } = store;
    const chance = new Chance(1);
    const placed = new Map<number, number>();
    const block = (): number => probe.signed("blockCount") && probe.call.streamBlock!(HOT);
    place(store, HOT, 0, new Uint8Array(10));
    store.must(probe.call.flush!());
    const first = block();
    const already = probe.scan(first).length - 1;
    placed.set(0, Number(probe.scan(first).at(-1)!.offset));
    for (let id = 1; id < 400; id++) {
      const offset = place(store, HOT, id, chance.bytes(chance.below(150)));
      if (block() !== first) break;
      placed.set(id, offset);
      if (chance.below(3) === 0) store.must(probe.call.flush!());
    }
    store.must(probe.call.flush!());
    const check = (): void => {
      const told = probe.scan(first).slice(already);
      assert.equal(new Map(told.map((entry) => [Number(entry.idLow), Number(entry.offset)])), placed);
    };
    check();
    if (block() === first) store.must(probe.call.streamSeal!(HOT, 0));
    assert.is(probe.call.stateOf!(first), probe.value("STATE_SEALED"));
    check();
    for (const [id, offset] of placed) {
      assert.is(probe.call.fetch!(first, offset, 1), 0);
      assert.is(Number(probe.header("loadedField").idLow), id);
    }
  });
}

test("the first record of every program says so, and no other", () => {
  const store = make();
  const { probe } = store;
  const first: number[] = [];
  place(store, HOT, 1, new Uint8Array(20));
  store.must(probe.call.flush!());
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 3; i++) {
      const offset = place(store, HOT, 10 * round + i, new Uint8Array(20));
      if (i === 0) first.push(offset);
    }
    store.must(probe.call.flush!());
  }
  const block = probe.call.streamBlock!(HOT);
  const flagged = probe
    .scan(block)
    .map((entry) => Number(entry.offset))
    .filter(
      (offset) =>
        probe.call.fetch!(block, offset, 0) === 0 && (Number(probe.header("loadedField").flags) & probe.value("FLAG_FIRST")) !== 0,
    );
  assert.equal(flagged.slice(-5), first);
});

test("an interim summary goes behind the record that makes one due, never in front of a program's first", () => {
  for (const geometry of [parts.nor, parts.words, parts.nand]) {
    const first: number[] = [];
    const lengths = new Set<number>();
    const store = Store.make(geometry, {
      wrap: (part) => ({
        geometry: part.geometry,
        read: (block, offset, target) => part.read(block, offset, target),
        program: (block, offset, source) => {
          first.push(source[0]! >> 5);
          lengths.add(source.length);
          return part.program(block, offset, source);
        },
        erase: (block) => part.erase(block),
      }),
    });
    for (let id = 0; id < 40; id++) store.must(store.put(id, new Uint8Array(20)));
    const seals = store.probe.blocksIn("STATE_SEALED").length;
    const summaries = first.filter((type) => type === store.probe.value("UNIT_SUMMARY"));
    assert.is(summaries.length, seals, "only those that end a segment begin a program");
    assert.ok(geometry === parts.nand || lengths.size > 2, "some program was longer by a summary");
  }
});

test("the other stream's group goes to flash before this one's", () => {
  const store = make();
  place(store, HOT, 1, new Uint8Array(50));
  place(store, COLD, 2, new Uint8Array(50));
  const [hot, cold] = [store.probe.call.streamBlock!(HOT), store.probe.call.streamBlock!(COLD)];
  assert.is.not(hot, cold);
  const mark = store.flash.mark();
  place(store, HOT, 3, new Uint8Array(50));
  assert.is(store.flash.since(mark).programCalls, 1);
});

test("room shrinks with every record and is never promised beyond the block", () => {
  const store = make();
  const { probe } = store;
  place(store, HOT, 0, new Uint8Array(10));
  const block = probe.call.streamBlock!(HOT);
  let before = probe.call.roomLeft!(HOT);
  for (let id = 1; probe.call.segmentHasRoom!(HOT, 200); id++) {
    place(store, HOT, id, new Uint8Array(100));
    store.must(probe.call.flush!());
    if (probe.call.streamBlock!(HOT) !== block) break;
    const left = probe.call.roomLeft!(HOT);
    assert.ok(left < before || left === 0, `${left} after ${before}`);
    before = left;
  }
  assert.is(probe.call.segmentHasRoom!(HOT, 4096), 0);
});

/** A store whose streams a test writes to itself, on a part that from `breakDown` on takes no program. */
function breaking(): { store: Store; breakDown: () => void } {
  let broken = false;
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => (broken ? -1 : part.program(block, offset, source)),
      erase: (block) => part.erase(block),
    }),
  });
  store.must(store.probe.call.writable!());
  const breakDown = (): void => {
    broken = true;
  };
  return { store, breakDown };
}

test("a failed program is IO, and the fault says where", () => {
  const { store, breakDown } = breaking();
  place(store, HOT, 1, new Uint8Array(20));
  store.must(store.probe.call.flush!());
  const offset = place(store, HOT, 2, new Uint8Array(20));
  breakDown();
  assert.is(store.probe.call.flush!(), status("IO"));
  assert.equal(
    { ...store.probe.doorstep.fault(), detail: 0 },
    { status: status("IO"), block: store.probe.call.streamBlock!(HOT), offset, detail: 0 },
  );
});

test("without a blank block to open there is no room: FULL, and nothing was programmed", () => {
  const store = make();
  const { call } = store.probe;
  for (let block = 0; block < parts.nor.blockCount; block++)
    if (call.stateOf!(block) !== store.probe.value("STATE_OPEN")) call.setState!(block, store.probe.value("STATE_BAD"));
  const mark = store.flash.mark();
  assert.is(call.streamOpen!(COLD, store.probe.value("SEGMENT_COLD"), 0n, 0), status("FULL"));
  assert.is(store.flash.since(mark).programCalls, 0);
});

test("where the group of the other stream cannot be programmed, nothing is opened, sealed or written behind it: IO", () => {
  for (const [what, call] of Object.entries({
    open: ({ probe }: Store) => probe.call.streamOpen!(COLD, probe.value("SEGMENT_COLD"), 0n, 0),
    seal: ({ probe }: Store) => probe.call.streamSeal!(COLD, 0),
    unit: ({ probe }: Store) => probe.call.programUnit!(COLD, probe.spare, 20),
  })) {
    const { store, breakDown } = breaking();
    if (what !== "open") {
      place(store, COLD, 1, new Uint8Array(20));
      store.must(store.probe.call.flush!());
    }
    const cold = store.probe.call.streamBlock!(COLD);
    place(store, HOT, 2, new Uint8Array(20));
    const hot = store.probe.call.streamBlock!(HOT);
    breakDown();
    const mark = store.flash.mark();
    assert.is(call(store), status("IO"), what);
    assert.is(store.flash.since(mark).programCalls, 1, what);
    assert.is(store.probe.doorstep.fault().block, hot, what);
    assert.is(store.probe.call.streamBlock!(COLD), cold, what);
  }
});

test("a unit of its own goes behind what was placed before it, in a program of its own, and its place is told", () => {
  const store = make();
  const { call, spare } = store.probe;
  const offset = place(store, HOT, 1, new Uint8Array(20));
  const behind = offset + call.recordBytes!(Number(store.probe.header().dataBytes));
  store.probe.write(spare, new Chance(1).bytes(20));
  const mark = store.flash.mark();
  assert.is(call.programUnit!(HOT, spare, 20), behind);
  assert.is(store.flash.since(mark).programCalls, 2);
  assert.is(call.streamOffset!(HOT), behind + call.unitBytes!(20));
  assert.is(call.readUnit!(call.streamBlock!(HOT), behind, 20, spare + 100), 0);
  assert.equal(store.probe.bytes(spare + 100, 20).slice(), new Chance(1).bytes(20));
});

test("a record is placed in the stream whose group is open, and in no other", () => {
  const store = make();
  place(store, COLD, 1, new Uint8Array(20));
  place(store, HOT, 2, new Uint8Array(20));
  assert.throws(
    () => store.probe.call.streamPlace!(COLD, 20),
    (error: unknown) => error instanceof WebAssembly.RuntimeError,
  );
});

test.run();
