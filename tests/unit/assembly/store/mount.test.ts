/* Open and close. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, type FlashGeometry, type NorFlash, PowerCut } from "../../../../host/flash/index.js";
import { failingCopy, failingInCompaction } from "../../../support/failing-part.js";
import { forgeLabel } from "../../../support/forge.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { newPart, parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters, stripesOf } from "../../../support/stripes.js";

const test = suite("assembly/store/mount");

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" a mount after a clean close programs nothing and erases nothing, however often`, () => {
    const store = Store.make(geometry);
    for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(100)));
    store.must(store.close());
    const mark = store.flash.mark();
    for (let round = 0; round < 3; round++) {
      assert.is(store.pull(), 0);
      for (let id = 0; id < 60; id++) assert.equal(store.get(id), new Chance(id).bytes(100));
      assert.is(store.list().length, 60);
      if (round === 1) store.must(store.close());
    }
    const since = store.flash.since(mark);
    assert.equal([since.programCalls, since.erases], [0, 0]);
  });

  test(`on part "${name}" close and open change nothing that anybody can see`, () => {
    const store = Store.make(geometry);
    const chance = new Chance(2);
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 40; i++) {
        const id = chance.below(60);
        if (chance.below(4) === 0) store.remove(id);
        else if (store.put(id, chance.bytes(chance.below(9) === 0 ? 3000 : chance.below(250)), { kind: id % 8 }) === status("FULL"))
          store.remove(id);
      }
      const seen = (): unknown => {
        const { records, counts, damagedUnknown, liveBytes } = store.stat();
        const strip = store.list().map((one) => [one.key, one.lsn, one.wallMs, one.bodyBytes, one.session]);
        return { records, counts, damagedUnknown, liveBytes, strip };
      };
      const before = seen();
      store.must(store.reopen());
      assert.equal(seen(), before);
    }
  });
}

test("closing with a put or a batch open is BUSY, and closes nothing", () => {
  const store = Store.make(parts.nor);
  const { call } = store.probe;
  store.must(call.hf_put_begin!(3, 0, 1, 0, 0, 0, 10, 0));
  assert.is(store.close(), status("BUSY"));
  store.must(call.hf_put_abandon!());
  store.must(call.hf_batch_begin!(1, 1));
  assert.is(store.close(), status("BUSY"));
  store.must(call.hf_batch_abandon!());
  assert.is(store.close(), 0);
});

test("an instance may mount again, and knows nothing of what it knew before", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  store.must(store.close());
  assert.is(store.mount(), 0);
  assert.is(store.text(1), "one");
  assert.is(store.probe.call.hf_read!(0, 10) > 0, true);
  store.must(store.close());
  assert.is(store.mount(), 0);
  assert.is(store.probe.call.hf_read!(0, 10), status("NOT_FOUND"), "the record got before the mount is forgotten");
});

test("a mount with more records than the memory holds is INDEX_FULL; with enough memory everything is there", () => {
  const geometry = { ...parts.large, blockCount: 24 };
  const store = new Store(geometry);
  store.must(store.format());
  store.must(store.mount());
  const count = 4600;
  for (let id = 0; id < count; id++) store.must(store.put(id, ""));
  store.must(store.close());
  const small = new Store(geometry, { part: store.part, memoryBytes: 65536 });
  assert.ok(small.probe.value("capacity") < count);
  assert.is(small.mount(), status("INDEX_FULL"));
  assert.is(store.pull(), 0);
  assert.is(store.stat().records, count);
});

/** A part on which programs in the blocks of `bad` fail, reported or without a word, and erases too where `erases` says so. */
function wearing(geometry: FlashGeometry, bad: Set<number>, silent: boolean, erases: boolean): Store {
  return Store.make(geometry, {
    wrap: (part) => ({
      geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => {
        if (!bad.has(block) || offset === 0) return part.program(block, offset, source);
        part.markProgrammed(block, offset, source.length);
        return silent ? 0 : -1;
      },
      erase: (block) => (bad.has(block) && erases ? -1 : part.erase(block)),
      ...(part.isBad && { isBad: (block: number) => part.isBad!(block), markBad: (block: number) => part.markBad!(block) }),
    }),
  });
}
const openBlock = (store: Store): number => store.probe.word.streamBlock!(0);

for (const [name, geometry] of [
  ["nor", parts.nor],
  ["nand", parts.nand],
] as const) {
  for (const silent of [false, true]) {
    test(`${name}: a block that fails${silent ? " without a word" : ""} is given up: IO, nothing changed, and the store goes on without it`, () => {
      const bad = new Set<number>();
      const store = wearing(geometry, bad, silent, false);
      for (let id = 0; id < 12; id++) store.must(store.put(id, `note ${id}`));
      for (let round = 0; round < 3; round++) {
        bad.add(openBlock(store));
        assert.is(store.put(0, `changed ${round}`), status("IO"));
        assert.is(store.text(0), round === 0 ? "note 0" : `changed ${round - 1}`);
        store.must(store.put(0, `changed ${round}`));
        store.rest();
      }
      for (let id = 1; id < 12; id++) assert.is(store.text(id), `note ${id}`);
      assert.ok(store.stat().badBlocks >= 2, `${store.stat().badBlocks} blocks given up`);

      const known = store.stat().badBlocks;
      store.must(store.reopen());
      assert.is(store.stat().badBlocks, known, "the mark outlives the battery");
      for (let id = 1; id < 12; id++) assert.is(store.text(id), `note ${id}`);
    });
  }

  test(`${name}: batches, long bodies and compaction meet failing blocks and lose nothing`, () => {
    const bad = new Set<number>();
    const store = wearing(geometry, bad, true, true);
    const bodies = new Map<number, Uint8Array>();
    const again = (change: () => number): void => {
      for (let tries = 0; tries < 5; tries++) if (change() >= 0) return;
      store.must(change());
    };
    const chance = new Chance(3);
    for (let step = 0; step < 400; step++) {
      if (step % 100 === 50) bad.add(openBlock(store));
      const id = chance.below(20);
      const body = chance.bytes(step % 10 === 0 ? 5000 : 100);
      if (step % 7 === 0) {
        again(() =>
          store.batch([
            [id, body],
            [id + 1, body],
          ]),
        );
        bodies.set(id + 1, body);
      } else again(() => store.put(id, body));
      bodies.set(id, body);
      if (step % 50 === 0) store.must(store.reopen());
    }
    for (const [id, body] of bodies) assert.equal(store.get(id), body, `record ${id}`);
    assert.ok(store.stat().badBlocks >= 3);
  });
}

/** Number of the operation in which a mount of `flash` would program the header of its recovery segment. */
function headerOf(flash: FaultFlash, geometry: FlashGeometry): number {
  const uncut = flash.clone();
  uncut.reboot();
  let header = -1;
  const wrap = () => ({
    geometry,
    read: (block: number, offset: number, target: Uint8Array) => uncut.read(block, offset, target),
    program: (block: number, offset: number, source: Uint8Array) => {
      if (offset === Math.max(64, geometry.programBytes) && header < 0) header = uncut.opCount;
      return uncut.program(block, offset, source);
    },
    erase: (block: number) => uncut.erase(block),
  });
  new Store(geometry, { part: uncut.inner, wrap }).mount();
  return header;
}

test("after three mounts that failed in their recovery the next one reads only, and recovers when something is to be changed", () => {
  for (const geometry of [parts.nor, parts.nand, parts.once]) {
    const faulty = new FaultFlash(newPart(geometry) as NorFlash);
    const store = Store.make(geometry, { part: faulty.inner, wrap: () => faulty });
    for (let id = 0; id < 10; id++) store.must(store.put(id, `note ${id}`));
    for (let failed = 0; failed < 3; failed++) {
      faulty.reboot({ op: headerOf(faulty, geometry) + 1, tear: "none" }); // the segment's header is there, and nothing else
      store.restart();
      assert.throws(
        () => store.mount(),
        (thrown: unknown) => thrown instanceof PowerCut,
      );
    }
    faulty.reboot();
    const mark = store.flash.mark();
    assert.is(store.pull(), 0);
    assert.equal([store.stat().answerToChanges, store.stat().hesitates], [status("IO"), 1]);
    for (let id = 0; id < 10; id++) assert.is(store.text(id), `note ${id}`);
    const since = store.flash.since(mark);
    assert.equal([since.programCalls, since.erases], [0, 0]);

    if (geometry === parts.nand) assert.is(store.probe.call.hf_tick!(0), 1, "background work asks for it too");
    else assert.is(store.put(1, "not done yet"), status("IO"));
    assert.is(store.text(1), "note 1");
    assert.is(store.stat().hesitates, 0);
    store.must(store.put(1, "changed"));
    store.must(store.pull());
    assert.is(store.text(1), "changed");
    for (let id = 2; id < 10; id++) assert.is(store.text(id), `note ${id}`);
  }
});

test("a store with a feature that only readers may ignore is read, and never written to", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 30; id++) store.must(store.put(id, `note ${id}`));
  for (let block = 0; block < parts.nor.blockCount; block++) forgeLabel(store, block, (label) => label.setUint16(14, 0x8000, true));
  const mark = store.flash.mark();
  assert.is(store.pull(), 0);
  for (let id = 0; id < 30; id++) assert.is(store.text(id), `note ${id}`);
  assert.is(store.put(1, "changed"), status("READ_ONLY"));
  assert.is(store.stat().answerToChanges, status("READ_ONLY"));
  store.must(store.close());
  assert.equal([store.flash.since(mark).programCalls, store.flash.since(mark).erases], [0, 0]);
});

test("memory that holds an index, but not beside the table of a store with outer parity, is told as too little", () => {
  const left = 65536 - new Probe().call.dynamicBase!() - 8000; // the other table takes some 5000 of them
  const geometry = { ...parts.words, blockCount: Math.floor(left / 11) };
  const made = Store.make(geometry, { outerParity: 4 });
  made.must(made.put(1, "one"));
  made.must(made.close());
  const small = new Store(geometry, { part: made.part, memoryBytes: 65536 });
  assert.ok(small.probe.value("capacity") >= 64);
  const mark = small.flash.mark();
  assert.is(small.mount(), status("INDEX_FULL"));
  assert.is(small.flash.since(mark).programCalls, 0);
  assert.is(made.pull(), 0);
  assert.is(made.text(1), "one");
});

test("a switch that was torn and cannot be erased: nothing is programmed, and the store is read", () => {
  const origin = Store.make(parts.deep);
  for (let id = 0; id < 30; id++) origin.must(origin.put(id, `note ${id}`));
  origin.must(origin.close());
  origin.part.bytes.fill(255, 100, 4096);
  const { store, flash } = failingCopy(origin);
  flash.fails = (operation, block) => operation === "erase" && block === 0;
  const mark = store.flash.mark();
  assert.is(store.mount(), 0);
  assert.is(store.stat().answerToChanges, status("WORN_OUT"));
  for (let id = 0; id < 30; id++) assert.is(store.text(id), `note ${id}`);
  assert.is(store.put(1, "changed"), status("WORN_OUT"));
  assert.is(store.flash.since(mark).programCalls, 0);
  flash.heal();
  assert.is(store.pull(), 0);
  store.must(store.put(1, "changed"));
});

const wide = { ...parts.nor, blockCount: 160 };
/** Leaves `count` segments open, each with two records in it, ids from `first` on. */
function leaveOpen(store: Store, count: number, first: number): void {
  for (let i = 0; i < count; i++) {
    store.must(store.probe.call.streamOpen!(0, store.probe.value("SEGMENT_HOT"), BigInt(store.wallMs), 0));
    for (const id of [first + 2 * i, first + 2 * i + 1]) store.must(store.put(id, `note ${id} `.repeat(130)));
  }
}
function assertNotes(store: Store, count: number, words = ""): void {
  for (let id = 0; id < count; id++) assert.is(store.text(id), `note ${id} `.repeat(130), `record ${id} ${words}`);
}

test("after many cuts a mount empties segments that were left open until half the list is free, whatever fails on the way", () => {
  const origin = Store.make(wide);
  const half = origin.probe.value("ADOPT_MAX") / 2;
  let count = 0;
  const cutShort = (store: Store): void => {
    leaveOpen(store, 9, count);
    count += 18;
  };
  for (; origin.probe.value("adoptedCount") < half - 5; origin.must(origin.pull())) cutShort(origin);
  cutShort(origin);
  let failures = 0;
  for (let at = 0; ; at++) {
    const { store, flash } = failingCopy(origin);
    flash.failAt("program", at);
    assert.is(store.mount(), 0, `program ${at} failed`);
    assert.is(store.stat().answerToChanges, 0);
    assert.ok(store.probe.value("adoptedCount") <= half, `${store.probe.value("adoptedCount")} segments`);
    assert.ok(store.stat().compactions > 0 || flash.failures > 0, "some were emptied");
    assertNotes(store, count, `when program ${at} failed`);
    if (flash.failures === 0) break;
    failures++;
  }
  assert.ok(failures > 20, `${failures}`);
});

test("on a full part a mount makes room after its recovery; a program that fails in it is met by the next try", () => {
  const origin = Store.make(parts.nor);
  const chance = new Chance(1);
  const bodies: Uint8Array[] = [];
  for (let id = 0; origin.stat().freeBytes > 3000; id++) {
    bodies[id] = chance.bytes(150);
    origin.must(origin.put(id, bodies[id]!));
  }
  const free = (): number => origin.probe.call.freeCount!();
  for (let i = 0; free() > origin.probe.value("reserveBlocks"); i++) {
    const id = chance.below(bodies.length);
    const body = chance.bytes(150);
    if (origin.put(id, body) >= 0) bodies[id] = body;
    assert.ok(i < 1000, "the part became crowded");
  }
  let failures = 0;
  for (let at = 0; ; at++) {
    const { store, flash } = failingCopy(origin);
    flash.failAt("program", at);
    assert.is(store.mount(), 0, `program ${at} failed`);
    bodies.forEach((body, id) => {
      assert.equal(store.get(id), body, `record ${id}, program ${at} failed`);
    });
    if (flash.failures === 0) {
      assert.ok(store.probe.call.freeCount!() > store.probe.value("reserveBlocks"));
      break;
    }
    failures++;
  }
  assert.ok(failures > 4, `${failures}`);
});

test("a close that makes room first, and fails in it, seals nothing over the copies that failed: its next try does it all", () => {
  for (let at = 0; at < 3; at++) {
    const { store, flash } = failingInCompaction(parts.nor);
    const { probe } = store;
    for (const block of probe.blocksIn("STATE_BLANK").slice(1)) probe.call.setState!(block, probe.value("STATE_CHECKPOINT"));
    flash.failAt("program", at);
    store.must(store.close());
    assert.is(flash.failures, 1);
    const mark = store.flash.mark();
    store.must(store.pull());
    const { programCalls, erases } = store.flash.since(mark);
    assert.equal([programCalls, erases], [0, 0], "it was closed in order");
    for (let id = 0; id < 60; id++) assert.is(store.text(id), id % 2 ? "x".repeat(150) : "y", `record ${id}, program ${at} failed`);
    assert.is(store.stat().damagedUnknown, 0);
  }
});

test("more open segments than a list can hold are no store of ours: FULL, and not one of them is touched", () => {
  const store = Store.make(wide);
  leaveOpen(store, 62, 0);
  const before = store.part.bytes.slice();
  const open = store.probe.blocksIn("STATE_OPEN");
  assert.ok(open.length > 60);
  for (const readOnly of [true, false]) {
    store.restart();
    assert.is(store.mount(readOnly), status("FULL"));
    for (const block of open)
      assert.equal(store.part.bytes.slice(block * 4096, (block + 1) * 4096), before.slice(block * 4096, (block + 1) * 4096));
  }
});

test("no block is left for a recovery but one in which nothing lives: it is found by an index, erased and used", () => {
  const origin = Store.make(parts.nor);
  for (let id = 0; id < 60; id++) origin.must(origin.put(id, `note ${id} `.repeat(20)));
  const { probe } = origin;
  const [dead] = probe.blocksIn("STATE_SEALED").filter((block) => block !== probe.signed("rootBlock"));
  for (const entry of probe.scan(dead!)) origin.must(origin.put(Number(entry.idLow), "elsewhere now"));
  origin.must(origin.put(100, "the last program, which proves nothing"));
  assert.equal([probe.call.liveOf!(dead!), probe.call.stateOf!(dead!)], [0, probe.value("STATE_SEALED")]);
  const texts = origin.list().map(({ idLow }) => [idLow, origin.text(idLow)] as const);
  const worn = [...probe.blocksIn("STATE_BLANK"), ...probe.blocksIn("STATE_DIRTY")];

  const { store, flash } = failingCopy(origin);
  flash.fails = (operation, block) => operation !== "read" && worn.includes(block);
  assert.is(store.mount(), 0);
  assert.is(store.stat().badBlocks, worn.length);
  assert.is(store.stat().answerToChanges, 0, "a recovery was made");
  assert.is(store.probe.value("rootBlock"), dead);
  for (const [id, text] of texts) assert.is(store.text(id), text);
  const reads = store.flash.readCalls;
  flash.heal();
  assert.is(store.pull(), 0);
  for (const [id, text] of texts) assert.is(store.text(id), text);

  const none = failingCopy(origin);
  none.flash.fails = (operation, block) => operation !== "read" && (worn.includes(block) || block === dead);
  assert.is(none.store.mount(), 0);
  assert.is(none.store.stat().answerToChanges, status("WORN_OUT"), "not even that one can be erased");
  for (const [id, text] of texts) assert.is(none.store.text(id), text);

  for (let at = 0; at < reads; at += 3) {
    const again = failingCopy(origin);
    let left = at;
    again.flash.fails = (operation, block) => (operation === "read" ? left-- === 0 : worn.includes(block));
    assert.is(again.store.mount(), 0, `read ${at} failed`);
    again.flash.heal();
    for (const [id, text] of texts) assert.is(again.store.text(id), text, `record ${id} when read ${at} failed`);
  }
});

test("a segment of chunks that are nobody's is given to a recovery too, unless a head may still turn up for them", () => {
  for (const ending of ["a note", "a body in chunks"]) {
    const origin = Store.make(parts.nor);
    for (let id = 0; id < 30; id++) origin.must(origin.put(id, `note ${id} `.repeat(20)));
    for (const id of [200, 201]) origin.must(origin.put(id, new Uint8Array(7000).fill(id)));
    for (const id of [200, 201]) origin.must(origin.remove(id));
    origin.must(origin.put(100, ending === "a note" ? "newer than every chunk" : new Uint8Array(3000)));
    if (ending === "a note") origin.must(origin.put(101, "the last program"));
    const { probe } = origin;
    const worn = [...probe.blocksIn("STATE_BLANK"), ...probe.blocksIn("STATE_DIRTY")];
    const { store, flash } = failingCopy(origin);
    flash.fails = (operation, block) => operation !== "read" && worn.includes(block);
    assert.is(store.mount(), 0);
    assert.is(store.stat().answerToChanges, ending === "a note" ? 0 : status("WORN_OUT"), ending);
    assert.is(store.text(29), "note 29 ".repeat(20));
    if (ending !== "a note") assert.equal(store.get(100), new Uint8Array(3000));
  }
});

test("a mount that only looks shows no part of a batch that was not finished, nor does an index of what is proven", () => {
  for (const replaced of [100, 3]) {
    const store = Store.make(parts.nor);
    for (let id = 0; id < replaced; id++) store.must(store.put(id, `note ${id}`));
    store.must(store.probe.call.hf_batch_begin!(replaced, 30_000));
    for (let id = 0; id < replaced; id++) store.must(store.put(id, "of the batch ".repeat(15)));
    assert.is(store.probe.blocksIn("STATE_SEALED").length > 1, replaced === 100, "the batch began in a segment before");
    store.restart();
    assert.is(store.mount(true), 0);
    for (let id = 0; id < replaced; id++) assert.is(store.text(id), `note ${id}`);
  }
});

test("where a recovery finds no room a spent parity block is erased before anything else", () => {
  const store = Store.make({ ...parts.nor, blockCount: 96 }, { outerParity: 8 });
  const spent = (): number => blockLetters(store).indexOf("s");
  for (let id = 0; id < 20; id++) store.must(store.put(id, `note ${id} `.repeat(130)));
  store.rest();
  for (let id = 20; id < 32; id++) store.must(store.put(id, `note ${id} `.repeat(130)));
  leaveOpen(store, 18, 32);
  while (spent() < 0) store.must(store.probe.call.hf_tick!(1));
  const [block, stripes] = [spent(), stripesOf(store).length];
  assert.is(store.pull(), 0);
  assert.is(store.stat().answerToChanges, status("WORN_OUT"), "eighteen tails are more than a recovery lists");
  assert.is(blockLetters(store)[block], "b");
  assert.is(stripesOf(store).length, stripes);
  assertNotes(store, 68);
});

test.run();
