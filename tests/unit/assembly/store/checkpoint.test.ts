/* The checkpoint: trusted only when both markers stand, gone before anything is programmed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, PowerCut, TEAR_KINDS } from "../../../../host/flash/index.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store } from "../../../support/probe-store.js";

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

test.run();
