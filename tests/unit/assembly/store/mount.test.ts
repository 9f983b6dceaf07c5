/* Open and close. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, type FlashGeometry, type NorFlash, PowerCut } from "../../../../host/flash/index.js";
import { Chance } from "../../../support/probe-chance.js";
import { newPart, parts, Store, status } from "../../../support/probe-store.js";

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

test("after three mounts that failed in their recovery the next one reads only, and recovers when something is to be changed", () => {
  for (const geometry of [parts.nor, parts.nand, parts.once]) {
    const faulty = new FaultFlash(newPart(geometry) as NorFlash);
    const store = Store.make(geometry, { part: faulty.inner, wrap: () => faulty });
    for (let id = 0; id < 10; id++) store.must(store.put(id, `note ${id}`));
    for (let failed = 0; failed < 3; failed++) {
      faulty.reboot({ op: 3, tear: "none" }); // the suspect's erase and label, the segment's header, and then the root
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

test.run();
