/* The first pass of a mount: what is every block? It writes nothing. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RamFlash } from "../../../../host/flash/index.js";
import { forgeUnit } from "../../../support/forge.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/journal/survey");
type Geometry = (typeof parts)[keyof typeof parts];

function filled(geometry: Geometry = parts.nor, count = 120): Store {
  const store = Store.make(geometry);
  for (let id = 0; id < count; id++) store.must(store.put(id, new Chance(id).bytes(80)));
  return store;
}
/** Counts what is missing of records 0 … count − 1, and what is reported of it. */
function missing(store: Store, count = 120): { gone: number; told: number } {
  const gone = Array.from({ length: count }, (_, id) => store.get(id)).filter((body) => body === status("NOT_FOUND")).length;
  return { gone, told: store.stat().damagedUnknown };
}

test("a blank part, and one full of something else, is NOT_FORMATTED, and nothing is written to it", () => {
  for (const fill of ["blank", "zeros", "noise"]) {
    const store = new Store(parts.nor);
    if (fill === "zeros") store.part.bytes.fill(0);
    if (fill === "noise") store.part.bytes.set(new Chance(1).bytes(store.part.bytes.length));
    assert.is(store.mount(), status("NOT_FORMATTED"), fill);
    assert.equal([store.flash.programCalls, store.flash.erases], [0, 0]);
  }
});

test("a store on a part of another shape is refused, and nothing is written to it", () => {
  const store = filled();
  store.must(store.close());
  const other = new Store({ ...parts.nor, pageBytes: 512 }, { part: store.part });
  other.probe.configure({ ...parts.nor, pageBytes: 512 });
  const mark = other.flash.mark();
  assert.is(other.mount(), status("WRONG_GEOMETRY"));
  assert.equal([other.flash.since(mark).programCalls, other.flash.since(mark).erases], [0, 0]);
});

test("a format that was cut off is no store, and can be formatted again", () => {
  for (const steps of [1, 2, 10, 23]) {
    const store = new Store(parts.nor);
    store.must(store.probe.call.hf_format_begin!(0, 16, 0, 0, 7, 0));
    for (let i = 0; i < steps; i++) store.must(store.probe.call.hf_format_step!());
    assert.is(store.pull(), status("NOT_FORMATTED"), `${steps} steps`);
    store.restart();
    assert.is(store.format(), 0);
    assert.is(store.pull(), 0);
  }
});

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" every block is found in the state it was left in`, () => {
    const store = filled(geometry);
    const told = (): string[] =>
      Array.from(
        { length: geometry.blockCount },
        (_, block) => `block ${block}: state ${store.probe.call.stateOf!(block)}, ${store.probe.call.eraseCountOf!(block)} erases`,
      );
    const before = told();
    const open = store.probe.blocksIn("STATE_OPEN");
    const first = store.probe.value("anchorCount"); // an anchor without its switch has no label, and so no count
    store.restart();
    assert.is(store.probe.call.survey!(), 0);
    const changed = told().filter((line, block) => block >= first && line !== before[block] && !open.includes(block));
    assert.equal(changed, []);
    for (const block of open)
      assert.is(store.probe.call.stateOf!(block), store.probe.value("STATE_ADOPTED"), "an open block is found unsealed");
  });
}

test("the blank block that would have been opened next is suspect", () => {
  const store = filled();
  const next = store.probe.call.leastWorn!(store.probe.value("STATE_BLANK"));
  store.restart();
  store.must(store.probe.call.survey!());
  assert.is(store.probe.signed("suspect"), next);
});

test("a label beyond repair costs nothing: the segment header tells the wear too", () => {
  const store = filled();
  store.must(store.close());
  const block = store.probe.blocksIn("STATE_SEALED")[0]!;
  const wear = store.probe.call.eraseCountOf!(block);
  store.damage(block, 0, 64);
  store.must(store.pull());
  assert.equal(missing(store), { gone: 0, told: 0 });
  assert.is(store.probe.call.eraseCountOf!(block), wear);
});

test("a segment header beyond repair costs nothing: the final summary tells the same", () => {
  const store = filled();
  store.must(store.close());
  for (const block of store.probe.blocksIn("STATE_SEALED")) store.damage(block, store.probe.call.headerOffset!(), 40);
  store.must(store.pull());
  assert.equal(missing(store), { gone: 0, told: 0 });
});

test("with label and segment header both gone nothing is lost in silence", () => {
  for (const length of [60, 80, 120]) {
    const store = filled();
    store.must(store.close());
    store.damage(store.probe.blocksIn("STATE_SEALED")[1]!, 30, length);
    store.must(store.pull());
    const { gone, told } = missing(store);
    assert.ok(gone === 0 || told > 0, `${length} bytes: ${gone} records gone, damagedUnknown ${told}`);
  }
});

test("a block of which the label, the header or the end cannot be read is no free block: either the mount fails, or nothing is lost", () => {
  let dead: { block: number; first: number; end: number } | undefined;
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) =>
        block === dead?.block && offset < dead.end && offset + target.length > dead.first ? -1 : part.read(block, offset, target),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  for (let id = 0; id < 120; id++) store.must(store.put(id, new Chance(id).bytes(80)));
  store.must(store.close());
  const sealed = store.probe.blocksIn("STATE_SEALED");
  for (const [first, end] of [
    [0, 4096],
    [0, 64],
    [88, 120],
    [4090, 4096],
  ] as const) {
    for (const block of sealed) {
      dead = { block, first, end };
      store.restart();
      if (store.mount() === 0) {
        for (let id = 500; id < 530; id++) store.put(id, "more");
        store.probe.call.hf_tick!(50);
      }
      dead = undefined;
      store.must(store.pull());
      assert.is(missing(store).gone, 0, `block ${block} did not answer from ${first} to ${end}`);
    }
  }
});

test("a torn label does not make up an erase count", () => {
  const store = filled();
  const wear = (): number => Math.max(...Array.from({ length: parts.nor.blockCount }, (_, block) => store.probe.call.eraseCountOf!(block)));
  const most = wear();
  const block = store.probe.blocksIn("STATE_BLANK").at(-1)!;
  store.part.bytes.set(new Chance(3).bytes(2000), block * 4096);
  store.must(store.pull());
  assert.ok(wear() <= most + 3, `${wear()} where the most was ${most}`);
});

test("whatever stands at the end of a block whose beginning is noise, the mount answers", () => {
  for (const parityBytes of [16, 8]) {
    const store = Store.make(parts.nor, { parityBytes });
    for (let id = 0; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(80)));
    const block = store.probe.blocksIn("STATE_BLANK").at(-2)!;
    const whole = store.part.clone();
    for (let length = 1; length < 700; length += length < 40 ? 1 : 37) {
      const torn = new Store(parts.nor, { part: whole.clone(), parityBytes });
      torn.part.bytes.set(new Chance(length).bytes(4090), block * 4096);
      torn.part.bytes.set(
        [0, 1, 2].flatMap(() => [length & 255, length >> 8]),
        (block + 1) * 4096 - 6,
      );
      assert.is(torn.mount(), 0, `${parityBytes} parity bytes, a summary of ${length} bytes`);
      assert.is(torn.list().length, 40);
    }
  }
});

test("an image whose segments have all lost their ends is answered, not trapped at", () => {
  const geometry = { ...parts.nor, blockCount: 60 };
  const store = new Store(geometry);
  store.must(store.format());
  store.must(store.mount());
  for (let id = 0; id < 1500; id++) store.must(store.put(id, new Chance(id).bytes(20)));
  store.must(store.close());
  for (const block of store.probe.blocksIn("STATE_SEALED")) store.part.bytes.fill(255, (block + 1) * 4096 - 6, (block + 1) * 4096);
  store.restart();
  assert.type(store.mount(), "number");
});

/** Puts the header of a segment that never was into a blank block. */
function forgeSegment(store: Store, block: number, type: string, session: number, openLsn: bigint): void {
  const { call, spare } = store.probe;
  call.segmentEncode!(spare, store.probe.value(type), openLsn, 0n, session, call.eraseCountOf!(block), 0);
  forgeUnit(store, block, call.headerOffset!(), store.probe.bytes(spare, store.probe.value("SEGMENT_DATA")).slice());
}

test("what labels say of the newest session holds over more sessions than they can tell apart", () => {
  for (const session of [1, 300, 32_768, 40_000, 60_000, 100_000, 200_000]) {
    const store = Store.make(parts.nor);
    store.must(store.put(1, "one"));
    const { call } = store.probe;
    call.setSession!(session);
    call.setBlankSession!(session);
    store.must(call.streamSeal!(0, 0));
    store.must(store.put(2, "two"));
    const [open] = store.probe.blocksIn("STATE_OPEN");
    store.restart();
    store.must(store.probe.call.survey!());
    assert.equal([store.probe.value("highestSession"), store.probe.call.highestBegun!()], [session, session], `${session}, block ${open}`);
    store.probe.call.judgeTail!();
    assert.is(store.probe.call.begunUnseen!(), 0);
    const [blank] = store.probe.blocksIn("STATE_BLANK");
    store.probe.call.setBlankSession!(session + 3);
    store.must(store.probe.call.makeBlank!(blank!));
    store.restart();
    store.must(store.probe.call.survey!());
    store.probe.call.judgeTail!();
    assert.equal([store.probe.call.highestBegun!(), store.probe.call.begunUnseen!()], [session + 3, 1]);
    assert.equal(
      store.probe
        .blocksIn("STATE_BLANK")
        .map((block) => store.probe.long.openLsnOf!(block))
        .filter((lsn) => lsn !== 0n),
      [],
    );
    store.must(store.pull());
    assert.is(store.probe.value("session"), session + 4);
    assert.equal([store.text(1), store.text(2)], ["one", "two"]);
  }
});

test("a parity block in a store without stripes holds nothing: it is dirty, but its session is used up", () => {
  const store = filled();
  store.must(store.close());
  const block = store.probe.blocksIn("STATE_BLANK").at(-2)!;
  forgeSegment(store, block, "SEGMENT_PARITY", 77, 5000n);
  store.restart();
  store.must(store.probe.call.survey!());
  assert.is(store.probe.call.stateOf!(block), store.probe.value("STATE_DIRTY"));
  assert.is(store.probe.value("highestSession"), 77);
  assert.is(store.probe.value("ordinarySession") < 77 && store.probe.value("newestSession") < 77, true);
  store.must(store.pull());
  assert.equal(missing(store), { gone: 0, told: 0 });
});

for (const order of ["ascending", "descending"])
  test(`of more recovery segments than can be kept those of the highest sessions are, in ${order} order`, () => {
    const store = Store.make(parts.nor);
    const blanks = store.probe.blocksIn("STATE_BLANK").slice(0, 20);
    blanks.forEach((block, i) => {
      forgeSegment(store, block, "SEGMENT_RECOVERY", 100 + (order === "ascending" ? i : 19 - i), 1000n + BigInt(i));
    });
    store.restart();
    store.must(store.probe.call.survey!());
    const kept = Array.from({ length: store.probe.value("recoveryCount") }, (_, i) => ({
      session: store.probe.call.recoverySession!(i),
      block: store.probe.call.recoveryBlock!(i),
    })).sort((a, b) => a.session - b.session);
    const expected = Array.from({ length: 16 }, (_, i) => ({ session: 104 + i, block: blanks[order === "ascending" ? 4 + i : 15 - i] }));
    assert.equal(kept, expected);
  });

test("on NAND, where the header has a page of its own, a header that cannot be read fails the mount, and nothing is written", () => {
  let dead = -1;
  const store = Store.make(parts.nand, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => (block === dead && offset === 512 ? -1 : part.read(block, offset, target)),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(80)));
  dead = store.probe.blocksIn("STATE_OPEN")[0]!;
  store.restart();
  const mark = store.flash.mark();
  assert.is(store.mount(), status("IO"));
  assert.equal([store.flash.since(mark).programCalls, store.flash.since(mark).erases], [0, 0]);
  dead = -1;
  store.must(store.pull());
  assert.equal(missing(store, 60), { gone: 0, told: 0 });
});

test("a part of which nothing tells an erase count has none, and no count is made up", () => {
  const part = new RamFlash(parts.nor);
  const probe = new Probe(part);
  assert.ok(probe.configure() > 0);
  const last = parts.nor.blockCount - 1;
  probe.call.encodeLabel!(probe.spare, last, 0, 7n, 0, 0, 16, 0, 1, 0);
  part.bytes.set(probe.bytes(probe.spare, 64), last * 4096);
  assert.is(probe.call.survey!(), 0);
  for (let block = 0; block <= last; block++) assert.is(probe.call.eraseCountOf!(block), 0, `block ${block}`);
  assert.equal(probe.blocksIn("STATE_BLANK"), [last]);
});

test.run();
