/* The checkpoint: trusted only when both markers stand, gone before anything is programmed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, PowerCut, TEAR_KINDS } from "../../../../host/flash/index.js";
import { failingCopy } from "../../../support/failing-part.js";
import { bytesAt, changeUnit, forgeLabel, forgeUnit } from "../../../support/forge.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters } from "../../../support/stripes.js";

const test = suite("assembly/store/checkpoint");
const geometry = parts.deep;

function filled(count: number): Store {
  const store = Store.make(geometry);
  for (let id = 0; id < count; id++) store.must(store.put(id, new Chance(id).bytes(id % 60 === 7 ? 2500 : 60), { kind: id % 8 }));
  return store;
}
function assertFilled(store: Store, count: number, what = ""): void {
  for (let id = 0; id < count; id++)
    assert.equal(store.get(id, id % 8), new Chance(id).bytes(id % 60 === 7 ? 2500 : 60), `${what} record ${id}`);
  assert.is(store.stat().records, count, what);
}

test("after a close with enough written the mount reads the checkpoint and not the segments", () => {
  const store = filled(1500);
  store.must(store.close());
  store.restart();
  const mark = store.flash.mark();
  store.must(store.mount());
  const { readBytes } = store.flash.since(mark);
  assert.is(store.probe.call.hasSwitch!(), 1);
  assertFilled(store, 1500);

  const walked = filled(1500);
  walked.must(walked.close());
  walked.part.bytes.fill(255, 100, 4096); // the switch is gone: everything must be surveyed
  walked.restart();
  const start = walked.flash.mark();
  walked.must(walked.mount());
  assertFilled(walked, 1500, "without the checkpoint:");
  assert.ok(
    readBytes * 1.5 < walked.flash.since(start).readBytes,
    `${readBytes} bytes read with the checkpoint, ${walked.flash.since(start).readBytes} without`,
  );
});

test("a body that cannot be written leaves a clean store without one, and nothing else of the memory changed", () => {
  for (let failing = 0; failing < 40; failing += 3) {
    let left = Number.POSITIVE_INFINITY;
    const store = Store.make(geometry, {
      wrap: (part) => ({
        geometry,
        read: (block, offset, target) => part.read(block, offset, target),
        program: (block, offset, source) => (left-- === 0 ? -1 : part.program(block, offset, source)),
        erase: (block) => part.erase(block),
      }),
    });
    for (let id = 0; id < 1500; id++) store.must(store.put(id, new Chance(id).bytes(id % 60 === 7 ? 2500 : 60), { kind: id % 8 }));
    left = failing;
    // Buffers behind the one a body is gathered in, which no close uses: the rest of the body must not run over them.
    const buffers = [
      [store.probe.value("KEPT"), 560],
      [store.probe.value("MOVES"), 2568],
    ] as const;
    const before = buffers.map(([at, length]) => store.probe.bytes(at, length).slice());
    store.must(store.close());
    buffers.forEach(([at, length], i) => {
      assert.equal(store.probe.bytes(at, length).slice(), before[i], `program ${failing} of the close fails: memory at ${at}`);
    });
    left = Number.POSITIVE_INFINITY;
    assert.is(store.pull(), 0);
    assertFilled(store, 1500, `program ${failing} of the close fails:`);
    store.must(store.put(5000, "goes on"));
  }
});

for (const count of [0, 1, 2, 7, 300]) {
  test(`${count} records survive close and open, with the same index as a survey builds`, () => {
    const store = filled(count);
    for (let id = 0; id < count; id += 3) store.must(store.remove(id, id % 8));
    store.must(store.reopen());
    const left = count - Math.ceil(count / 3);
    const index = (): unknown[] => {
      const all: unknown[] = [];
      for (let key = 0n; store.probe.call.walk!(key) === 1; key = store.probe.long.walkKey!() + 1n)
        all.push([store.probe.long.walkKey!(), store.probe.word.walkAddress!()]);
      return all;
    };
    assert.is(store.stat().records, left);
    const before = index();
    const live = store.stat().liveBytes;
    store.must(store.probe.call.rebuildIndex!());
    assert.equal(index(), before);
    assert.is(store.stat().liveBytes, live);
  });
}

test("the first change after an open erases the switch before it programs anything", () => {
  const store = filled(300);
  store.must(store.reopen());
  const order: string[] = [];
  const { part } = store;
  const spied = new Store(geometry, {
    part,
    wrap: () => ({
      geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => {
        order.push(`program ${block}`);
        return part.program(block, offset, source);
      },
      erase: (block) => {
        order.push(`erase ${block}`);
        return part.erase(block);
      },
    }),
  });
  spied.must(spied.mount());
  assert.equal(order, []);
  spied.must(spied.put(1, "changed", { kind: 1 }));
  assert.is(order[0], "erase 0");
  assert.is(spied.probe.call.hasSwitch!(), 0);
});

test("a close may be cut at every one of its operations, torn in every way: the next open has everything", () => {
  const whole = filled(150);
  let cuts = 0;
  for (let op = 0; op < 40; op++) {
    const tear = TEAR_KINDS[op % TEAR_KINDS.length]!;
    const fault = new FaultFlash(whole.part.clone(), { seed: op });
    const store = new Store(geometry, { part: whole.part, wrap: () => fault });
    store.must(store.mount());
    store.must(store.put(1000, "one more"));
    const before = fault.opCount;
    fault.reboot({ op, tear });
    try {
      store.must(store.close());
      assert.ok(op > 3, `the close had ${fault.opCount} operations after ${before}`);
      break;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      cuts++;
    }
    fault.reboot();
    assert.is(store.pull(), 0, `operation ${op}, ${tear}`);
    assert.is(store.text(1000), "one more");
    store.must(store.remove(1000));
    assertFilled(store, 150, `operation ${op}, ${tear}:`);
  }
  assert.ok(cuts > 3);
});

test("a checkpoint of which bytes have rotted is mended, or not believed", () => {
  const whole = filled(400);
  whole.must(whole.close());
  const chance = new Chance(5);
  for (let round = 0; round < 25; round++) {
    const store = new Store(geometry, { part: whole.part.clone() });
    store.restart();
    const image = store.part.bytes;
    const block = round % 2 ? 0 : chance.pick(blocksOf(whole));
    const first = block * 4096 + chance.between(64, 1200);
    const length = round % 3 ? chance.between(1, 8) : chance.between(20, 300);
    for (let i = 0; i < length; i++) image[first + i]! ^= chance.between(1, 255);
    assert.is(store.mount(), 0);
    assertFilled(store, 400, `${length} bytes at ${first}:`);
  }
});

function blocksOf(store: Store): number[] {
  return store.probe.blocksIn("STATE_CHECKPOINT");
}

test("what rotted beyond naming stays counted over a checkpoint, with its LSNs", () => {
  const store = filled(20);
  const [open] = store.probe.blocksIn("STATE_OPEN");
  store.damage(open!, Number(store.probe.scan(open!)[5]!.offset), 40);
  store.must(store.pull());
  for (let id = 100; id < 1600; id++) store.must(store.put(id, new Chance(id).bytes(60)));
  const { damagedUnknown, damagedFirstLsn, damagedLastLsn } = store.stat();
  assert.is(damagedUnknown, 1);
  assert.ok(damagedFirstLsn > 0n && damagedLastLsn >= damagedFirstLsn);
  store.must(store.reopen());
  assert.is(store.probe.call.hasSwitch!(), 1);
  const after = store.stat();
  assert.equal([after.damagedUnknown, after.damagedFirstLsn, after.damagedLastLsn], [damagedUnknown, damagedFirstLsn, damagedLastLsn]);
});

test("a part without an anchor is closed without a checkpoint, and needs none", () => {
  const store = Store.make(parts.nor);
  assert.is(store.probe.value("anchorCount"), 0);
  store.must(store.put(1, "one"));
  const mark = store.flash.mark();
  store.must(store.close());
  assert.is(store.flash.since(mark).erases, 0);
  store.must(store.pull());
  assert.is(store.text(1), "one");
});

/** What is known of every block; the LSN of a spent parity block is nobody's. */
function blockMap({ probe, flash }: Store): string[] {
  const { call, long } = probe;
  return Array.from({ length: flash.geometry.blockCount }, (_, block) =>
    [
      block,
      call.stateOf!(block),
      call.flagsOf!(block),
      call.eraseCountOf!(block),
      call.liveUnitsOf!(block),
      call.stateOf!(block) === SPENT ? 0 : long.openLsnOf!(block),
    ].join(" "),
  );
}
const SPENT = 10;
const hasBody = (store: Store): boolean => store.probe.blocksIn("STATE_CHECKPOINT").length > 0;

test("the block map comes back from the checkpoint as it was at the close, stripes and spent parity blocks among it", () => {
  for (const outerParity of [0, 4] as const) {
    const store = Store.make(geometry, { outerParity });
    for (let id = 0; id < 20; id++) store.must(store.put(id, "x".repeat(900)));
    store.rest();
    for (let id = 20; id < 31; id++) store.must(store.put(id, "x".repeat(900)));
    store.must(store.close());
    const before = blockMap(store);
    if (outerParity) for (const letter of "SPsb#c") assert.ok(blockLetters(store).includes(letter), `${letter}: ${blockLetters(store)}`);
    store.must(store.pull());
    assert.ok(hasBody(store));
    assert.equal(blockMap(store), before);
  }
});

test("on a part whose address unit is longer than its program unit the body lies on address units", () => {
  const store = Store.make({ kind: "nor", blockBytes: 65536, blockCount: 256, pageBytes: 256, programBytes: 1 });
  assert.is(store.probe.value("addressUnit"), 2);
  for (let id = 0; id < 300; id++) store.must(store.put(id, "x"));
  store.must(store.reopen());
  assert.ok(hasBody(store));
  const [block] = store.probe.blocksIn("STATE_CHECKPOINT");
  const first = 64 + store.probe.call.unitBytes!(24);
  const stride = store.probe.call.unitBytes!(640);
  assert.is(first % 2, 0);
  for (let unit = 0; unit < 4; unit++)
    assert.is(store.probe.call.readUnit!(block!, first + unit * stride, 640, store.probe.value("UNIT")), 0);
  assert.is(store.list().length, 300);
});

test("any read of the anchor or of the body may fail: then the segments are read, and all is there", () => {
  const origin = filled(400);
  origin.must(origin.close());
  const whole = failingCopy(origin);
  whole.store.must(whole.store.mount());
  const reads = whole.store.flash.readCalls;
  let surveyed = 0;
  for (let at = 0; at < reads; at++) {
    const { store, flash } = failingCopy(origin);
    flash.failAt("read", at);
    store.must(store.mount());
    assert.is(flash.failures, 1);
    flash.heal();
    if (!hasBody(store)) surveyed++;
    assertFilled(store, 400, `read ${at} failed:`);
  }
  assert.ok(surveyed > 8, `${surveyed} of ${reads}`);
});

test("where the anchor takes no erase or no label at a close no switch is written, and the segments are read", () => {
  const origin = filled(150);
  for (const kind of ["erase", "program"] as const) {
    const { store, flash } = failingCopy(origin);
    store.must(store.mount());
    const programmed: number[] = [];
    flash.fails = (operation, block, offset) => {
      if (operation === "program" && block === 0) programmed.push(offset);
      return operation === kind && block === 0;
    };
    store.must(store.close());
    assert.ok(flash.failures > 0);
    assert.is(store.probe.call.hasSwitch!(), 0, kind);
    assert.equal(
      programmed.filter((offset) => offset > 0),
      [],
      "behind the label",
    );
    flash.heal();
    assert.is(store.pull(), 0);
    assert.is(store.probe.call.hasSwitch!(), 0, kind);
    assertFilled(store, 150, `the ${kind} of the anchor failed:`);
    store.must(store.reopen());
    assert.is(store.probe.call.hasSwitch!(), 1, "the next close has one");
  }
});

test("a switch in the block of another store, or of an older format, counts for nothing", () => {
  for (const [words, change] of [
    ["store", (label: DataView) => label.setBigUint64(18, 8n, true)],
    ["format serial", (label: DataView) => label.setUint16(30, label.getUint16(30, true) + 1, true)],
  ] as const) {
    const origin = filled(400);
    origin.must(origin.close());
    forgeLabel(origin, 0, change);
    const { store, flash } = failingCopy(origin);
    // Who names the store is another block: the anchor's label does not read at first.
    flash.failAt("read", 0);
    assert.is(store.mount(), status("NOT_FORMATTED"), words);
    assert.is(store.probe.call.hasSwitch!(), 0, words);
  }
});

test("a body that ends before the index does is not believed", () => {
  const store = filled(1500);
  store.must(store.close());
  const n = 60 + 3 * store.probe.blocksIn("STATE_CHECKPOINT").length;
  assert.ok(n > 60 + 3);
  for (const marker of [1, 2]) {
    const offset = 64 + (marker - 1) * store.probe.call.unitBytes!(n);
    const data = bytesAt(store, 0, offset, n - 3);
    assert.equal([data[0], data[1]], [0x1b, marker]);
    const view = new DataView(data.buffer);
    view.setUint16(2, n - 3, true);
    view.setUint16(28, view.getUint16(28, true) - 1, true);
    forgeUnit(store, 0, marker === 1 ? 64 : 64 + store.probe.call.unitBytes!(n - 3), data);
  }
  store.must(store.pull());
  assert.is(store.probe.call.hasSwitch!(), 1);
  assert.not(hasBody(store));
  assertFilled(store, 1500);
});

/** Changes both units of the switch that stands in the anchor, and seals them again. */
function changeSwitch(store: Store, change: (data: DataView) => void): void {
  const n = 60 + 3 * store.probe.blocksIn("STATE_CHECKPOINT").length;
  for (const marker of [0, 1]) changeUnit(store, 0, 64 + marker * store.probe.call.unitBytes!(n), n, change);
}
for (const [words, change] of [
  ["the anchor as a block of its body", (data: DataView) => data.setUint16(60, 0, true)],
  ["a block that the part does not have as one of its body", (data: DataView) => data.setUint16(60, geometry.blockCount, true)],
  ["a block that the part does not have as that of the root", (data: DataView) => data.setUint16(20, geometry.blockCount + 1, true)],
  ["an LSN beyond all", (data: DataView) => data.setUint32(9, 0xffffffff, true)],
] as const)
  test(`a switch that names ${words} is not believed`, () => {
    const store = filled(400);
    store.must(store.close());
    changeSwitch(store, () => {});
    store.must(store.pull());
    assert.ok(hasBody(store), "as it was");
    changeSwitch(store, change);
    store.must(store.pull());
    assert.is(store.probe.call.hasSwitch!(), 1);
    assert.not(hasBody(store));
    assertFilled(store, 400);
  });

test("a body that tells of a state no block can have at a close, or of a record where none can be, is not believed", () => {
  for (const [words, spoil] of [
    [
      "a parity block in a store without stripes",
      (store: Store, blank: number) => store.probe.call.setState!(blank, store.probe.value("STATE_PARITY")),
    ],
    ["a block that is withheld", (store: Store, blank: number) => store.probe.call.setState!(blank, store.probe.value("STATE_WITHHELD"))],
    [
      "a record in a blank block",
      (store: Store, blank: number) => store.probe.call.indexPut!(1n << 20n, store.probe.call.toAddress!(blank, 100)),
    ],
    ["a record behind the end of the part", (store: Store) => store.probe.call.indexPut!(1n << 20n, 0xfffff0)],
  ] as const) {
    const store = filled(400);
    spoil(store, store.probe.blocksIn("STATE_BLANK").at(-9)!);
    store.must(store.close());
    store.must(store.pull());
    assert.is(store.probe.call.hasSwitch!(), 1, words);
    assert.not(hasBody(store), words);
    assertFilled(store, 400, words);
  }
});

test("a body with more entries than the index takes is not believed, and the mount says INDEX_FULL", () => {
  const store = Store.make(geometry);
  for (let id = 0; id < 10_800; id++) store.must(store.put(id, ""));
  store.must(store.close());
  const small = new Store(geometry, { part: store.part, memoryBytes: 128 * 1024 });
  assert.is(small.mount(), status("INDEX_FULL"));
});

test("a block map in which more lives in a block than it can hold is not believed", () => {
  for (const [more, believed] of [
    [0, true],
    [1, false],
  ] as const) {
    const store = filled(400);
    const [sealed] = store.probe.blocksIn("STATE_SEALED");
    store.probe.call.setLiveUnits!(sealed!, geometry.blockBytes / store.probe.value("liveUnit") + more);
    store.must(store.reopen());
    assert.is(store.probe.call.hasSwitch!(), 1);
    assert.is(hasBody(store), believed);
    assertFilled(store, 400);
  }
});

const many = { ...geometry, blockCount: 400 };
/** Blank blocks from the highest down. */
const blanksOf = (store: Store): number[] => store.probe.blocksIn("STATE_BLANK").reverse();
const varintBytes = (value: number | bigint): number => {
  let length = 1;
  for (let left = BigInt(value) >> 7n; left > 0n; left >>= 7n) length++;
  return length;
};
/** Bytes that the body of a checkpoint would have now. */
function streamBytes({ probe, flash }: Store): number {
  const { call, long } = probe;
  let bytes = 0;
  for (let block = 0; block < flash.geometry.blockCount; block++) {
    bytes += 1 + varintBytes(call.eraseCountOf!(block));
    const holds = ["STATE_SEALED", "STATE_OPEN", "STATE_ADOPTED"].some((state) => call.stateOf!(block) === probe.value(state));
    if (holds) bytes += varintBytes(call.liveUnitsOf!(block)) + varintBytes(long.openLsnOf!(block));
  }
  let before = 0n;
  for (let key = 0n; call.walk!(key) === 1; key = before + 1n) {
    const next = long.walkKey!();
    bytes += next - before < (1n << 48n) - 1n ? 9 : 16;
    before = next;
  }
  return bytes;
}
/** Makes the body longer by `bytes`: in the block map an erase count from 128 on takes a byte more. */
function lengthen(store: Store, bytes: number): void {
  const blanks = blanksOf(store).slice(0, -4); // the least worn ones are taken for the body
  for (let left = bytes; left > 0; left -= 3)
    store.probe.call.setEraseCount!(blanks.pop()!, [0, 1 << 7, 1 << 14, 1 << 21][Math.min(3, left)]!);
}

test("a body that is cut off anywhere, inside an entry or a number, is not believed", () => {
  for (let shift = 0; shift < 20; shift++) {
    const store = Store.make(many);
    for (let id = 0; id < 60; id++) store.must(store.put(id, `note ${id}`));
    lengthen(store, shift);
    store.must(store.close());
    const [block] = store.probe.blocksIn("STATE_CHECKPOINT");
    // Entries begin in the second unit, so the third and the second are taken away.
    for (const unit of [2, 1]) {
      store.part.bytes.fill(0, block! * 4096 + 64 + 44 + 692 * unit, block! * 4096 + 64 + 44 + 692 * (unit + 1));
      store.must(store.pull());
      assert.is(store.probe.call.hasSwitch!(), 1);
      assert.not(hasBody(store));
      assert.is(store.stat().records, 60);
      for (let id = 0; id < 60; id++) assert.is(store.text(id), `note ${id}`);
    }
  }
});

test("a body that fills its last unit has no unit behind it, and reads back the same", () => {
  const store = Store.make(many);
  for (let id = 0; id < 60; id++) store.must(store.put(id, `note ${id}`));
  lengthen(store, 640 - (streamBytes(store) % 640));
  const bytes = streamBytes(store);
  assert.is(bytes % 640, 0);
  const before = store.list().map(({ key, lsn }) => `${key} ${lsn}`);
  store.must(store.close());
  const [block, ...others] = store.probe.blocksIn("STATE_CHECKPOINT");
  assert.equal(others, []);
  const end = 64 + 44 + 692 * (bytes / 640);
  assert.is(store.probe.call.readUnit!(block!, end - 692, 640, store.probe.value("UNIT")), 0);
  assert.ok(bytesAt(store, block!, end, 4096 - end).every((byte) => byte === 255));
  store.must(store.pull());
  assert.ok(hasBody(store));
  assert.equal(
    store.list().map(({ key, lsn }) => `${key} ${lsn}`),
    before,
  );
});

test("a block that is taken for the body while the block map is written down is free again by that map", () => {
  const store = Store.make(many);
  for (let id = 0; id < 60; id++) store.must(store.put(id, `note ${id}`));
  const blanks = blanksOf(store);
  for (const block of blanks) store.probe.call.setEraseCount!(block, block === 380 ? 1 : 2);
  store.must(store.reopen());
  assert.equal(store.probe.blocksIn("STATE_CHECKPOINT"), [380]);
  store.must(store.put(60, "begins the session"));
  assert.is(blockLetters(store)[380], "d");
});

/** A part of very many small blocks, worn and full: a checkpoint takes more than was reckoned with. Returns how many body blocks the switch names. */
function closeWorn(entries: number, blanks: number): number {
  const store = Store.make({ kind: "nor", blockBytes: 2048, blockCount: 8192, pageBytes: 64, programBytes: 1 });
  store.must(store.put(1, "one"));
  const { call, word, long } = store.probe;
  call.find!(long.keyOf!(3, 0, 1));
  const address = word.foundAddress!();
  for (let i = 1; i < entries; i++) call.indexPut!(BigInt(i) << 41n, address);
  for (const block of store.probe.blocksIn("STATE_BLANK").slice(blanks)) {
    call.setState!(block, store.probe.value("STATE_SEALED"));
    call.setEraseCount!(block, 1 << 22);
    call.setOpenLsn!(block, 1n << 39n);
    call.setLiveUnits!(block, 1000);
  }
  assert.is(call.writeCheckpoint!(1n << 40n), 0);
  assert.is(call.hasSwitch!(), 1);
  return new DataView(bytesAt(store, 0, 64 + 28, 2).buffer).getUint16(0, true);
}

test("a body that would take more blocks than are blank, or than a switch can name, is left out", () => {
  const reckoned = Math.floor((1000 * 9 + 8192 * 8) / 1280) + 2;
  assert.is(closeWorn(1000, reckoned + 3), 0, "as many blank ones as were reckoned with, and the reserve");
  assert.ok(closeWorn(1000, reckoned + 60) > reckoned, "with more it is there, and longer than reckoned");
  assert.is(closeWorn(17_000, 400), 0, "180 blocks at most");
  assert.ok(closeWorn(10_000, 400) > 100);
});

test.run();
