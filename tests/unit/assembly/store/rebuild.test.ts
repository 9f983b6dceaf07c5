/* Building the index anew: the newest version of a key wins, wherever its copies lie. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/rebuild");

function index({ probe }: Store): string[] {
  const all: string[] = [];
  for (let key = 0n; probe.call.walk!(key) === 1; key = probe.long.walkKey!() + 1n)
    all.push(`${probe.long.walkKey!()} at ${probe.word.walkAddress!()}`);
  return all;
}

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" the index built from the summaries is the one that was kept while writing`, () => {
    const store = Store.make(geometry);
    const chance = new Chance(5);
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 80; i++) {
        const id = chance.below(50);
        if (chance.below(4) === 0) store.remove(id);
        else store.put(id, chance.bytes(chance.below(12) === 0 ? 2500 : chance.below(200)));
      }
      store.must(store.probe.call.hf_tick!(6));
      store.must(store.probe.call.flush!());
      const before = index(store);
      const live = store.stat().liveBytes;
      store.must(store.probe.call.rebuildIndex!());
      const after = index(store);
      const tombstones = (lines: string[]): string[] => lines.filter((line) => BigInt(line.split(" ")[0]!) & 1n);
      const others = (lines: string[]): string[] => lines.filter((line) => !(BigInt(line.split(" ")[0]!) & 1n));
      assert.equal(others(after), others(before), `round ${round}`);
      // A deletion that was forgotten may be met again, as long as its bytes are there; never the other way round.
      const met = new Set(tombstones(after));
      assert.equal(
        tombstones(before).filter((line) => !met.has(line)),
        [],
      );
      assert.ok(store.stat().liveBytes >= live);
    }
  });
}

test("of two versions in one block, in two blocks, and in a copy, the newest is shown", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "a"));
  store.must(store.put(1, "b"));
  store.must(store.pull());
  assert.is(store.text(1), "b");
  for (let id = 100; id < 140; id++) store.must(store.put(id, new Uint8Array(150)));
  store.must(store.put(1, "c"));
  store.must(store.pull());
  assert.is(store.text(1), "c");
  store.must(store.remove(1));
  store.must(store.pull());
  assert.is(store.get(1), status("NOT_FOUND"));
});

test("a long body whose head was replaced, removed, or never written is nobody's: its room comes back", () => {
  const store = Store.make(parts.nor);
  const empty = store.stat().liveBytes;
  store.must(store.put(1, new Uint8Array(6000)));
  store.must(store.put(1, "short"));
  store.must(store.put(2, new Uint8Array(6000)));
  store.must(store.remove(2));
  const { call, doorstep } = store.probe;
  store.must(call.hf_put_begin!(3, 0, 3, 0, 0, 0, 9000, 0));
  doorstep.fill(new Uint8Array(doorstep.windowBytes));
  store.must(call.hf_put_write!(doorstep.windowBytes));
  store.must(store.pull());
  assert.is(store.list().length, 1);
  assert.is(store.probe.value("chunks"), 0);
  assert.ok(store.stat().liveBytes - empty < 300, `${store.stat().liveBytes} bytes live`);
});

test("damage whose key cannot be known is counted, with an LSN range that holds what is missing", () => {
  const store = Store.make(parts.nor);
  const lsns = new Map<number, bigint>();
  for (let id = 0; id < 60; id++) {
    store.must(store.put(id, new Chance(id).bytes(100)));
    lsns.set(id, store.result().lsn);
  }
  store.must(store.close());
  store.must(store.pull());
  const block = store.probe.blocksIn("STATE_SEALED").find((one) => store.probe.scan(one).length > 10)!;
  const victim = store.probe.scan(block)[6]!;
  store.damage(block, store.probe.call.readFinal!(block), 60);
  store.damage(block, Number(victim.offset), 60);
  store.must(store.pull());
  assert.is(store.get(Number(victim.idLow)), status("NOT_FOUND"));
  const { damagedUnknown, damagedFirstLsn, damagedLastLsn, records } = store.stat();
  assert.equal([damagedUnknown, records], [1, 59]);
  const lsn = lsns.get(Number(victim.idLow))!;
  assert.ok(damagedFirstLsn <= lsn && lsn <= damagedLastLsn, `${lsn} in ${damagedFirstLsn}..${damagedLastLsn}`);
});

test.run();
