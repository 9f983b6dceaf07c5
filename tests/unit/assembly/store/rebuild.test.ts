/* Building the index anew: the newest version of a key wins, wherever its copies lie. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PhysicsFlash } from "../../../../host/flash/index.js";
import { failing, failingCopy } from "../../../support/failing-part.js";
import { Probe } from "../../../support/probe.js";
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

test("damage in a segment where only deletions live is nobody's, when the live sum says that nothing is missing; else it is counted", () => {
  for (const [id, unknown] of [
    [99, 0],
    [50, 1],
  ] as const) {
    const store = Store.make(parts.nor);
    for (let one = 0; one < 12; one++) store.must(store.put(one, new Chance(one).bytes(100)));
    while (store.probe.blocksIn("STATE_SEALED").length < 1) store.must(store.put(0, new Chance(1).bytes(200)));
    const block = store.probe.call.streamBlock!(0);
    store.must(store.put(id, "dead by and by, or alive"));
    for (let one = 0; one < 12; one++) store.must(store.remove(one));
    while (store.probe.call.streamBlock!(0) === block) store.must(store.put(99, new Chance(2).bytes(200)));
    store.must(store.close());
    const victim = store.probe.scan(block).find(({ idLow }) => Number(idLow) === id)!;
    store.damage(block, store.probe.call.readFinal!(block), 60);
    store.damage(block, Number(victim.offset), 30);
    store.must(store.pull());
    assert.is(store.stat().damagedUnknown, unknown, `record ${id}`);
  }
});

test("more segments with damage in them than are remembered: each loss is counted all the same, and the LSNs hold them all", () => {
  const store = Store.make({ ...parts.nor, blockCount: 48 });
  const count = 400;
  const lsns: bigint[] = [];
  for (let id = 0; id < count; id++) {
    store.must(store.put(id, new Chance(id).bytes(100)));
    lsns[id] = store.result().lsn;
  }
  store.must(store.reopen());
  const blocks = store.probe.blocksIn("STATE_SEALED").filter((one) => store.probe.scan(one).length > 10);
  assert.ok(blocks.length > 9, `${blocks.length} blocks`);
  const lost: number[] = [];
  for (const block of blocks) {
    const entries = store.probe.scan(block);
    const final = store.probe.call.readFinal!(block);
    for (const at of [4, 8]) {
      lost.push(Number(entries[at]!.idLow));
      store.damage(block, Number(entries[at]!.offset), 60);
    }
    store.damage(block, final, 60);
  }
  store.must(store.pull());
  const { damagedUnknown, damagedFirstLsn, damagedLastLsn, records } = store.stat();
  assert.equal([damagedUnknown, records], [lost.length, count - lost.length]);
  for (const id of lost) {
    assert.is(store.get(id), status("NOT_FOUND"));
    assert.ok(damagedFirstLsn <= lsns[id]! && lsns[id]! <= damagedLastLsn, `record ${id}`);
  }
  const first = lsns[Math.min(...lost)]!;
  const last = lsns[Math.max(...lost)]!;
  assert.ok(damagedFirstLsn >= first - 1n && damagedLastLsn <= last + 1n, "and not much more");
});

test("a chunk that compaction had copied when power went counts once: with its copy, or with its original where others were not copied", () => {
  for (const budget of [1, 2500, 5000]) {
    const store = Store.make(parts.nor);
    const body = new Chance(7).bytes(6000);
    store.must(store.put(1, body));
    for (let id = 10; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(150)));
    const { liveBytes } = store.stat();
    for (let step = 0; step < 3; step++) store.must(store.probe.call.compactStep!(budget));
    store.must(store.pull());
    assert.equal(store.get(1), body);
    for (let id = 10; id < 40; id++) assert.equal(store.get(id), new Chance(id).bytes(150));
    assert.is(store.probe.value("chunks"), Math.ceil(6000 / store.probe.value("chunkBytes")));
    assert.ok(Math.abs(store.stat().liveBytes - liveBytes) < 40, `${store.stat().liveBytes} bytes live, ${liveBytes} before`);
    store.rest();
    assert.equal(store.get(1), body);
  }
});

for (const clean of [true, false])
  test(`any read of a mount ${clean ? "after a close" : "after a pull"} may fail: it is tried again, and the index is the same`, () => {
    const origin = Store.make(parts.nor);
    const chance = new Chance(3);
    const ids = 60;
    for (let i = 0; i < 150; i++) origin.must(origin.put(chance.below(ids), chance.bytes(i % 25 === 9 ? 2300 : 60 + chance.below(200))));
    for (let step = 0; step < 12; step++) origin.must(origin.probe.call.compactStep!(1500));
    // A tail that is too long to be copied whole is walked by its heads from now on.
    const filling = chance.bytes(2 * origin.probe.value("chunkBytes")); // two chunks fill a segment
    while (origin.probe.word.streamOffset!(1) < 3000) origin.must(origin.put(chance.below(ids), filling));
    while (origin.probe.word.streamOffset!(0) < 3000) origin.must(origin.put(chance.below(ids), chance.bytes(300)));
    origin.must(origin.pull());
    const adopted = origin.probe.blocksIn("STATE_ADOPTED").filter((block) => origin.probe.call.liveOf!(block) > 0);
    assert.ok(adopted.length > 1);
    assert.ok(adopted.some((block) => origin.probe.scan(block).some((entry) => Number(entry.flags) & origin.probe.value("ENTRY_CHUNK"))));
    for (let id = 0; id < 20; id++) origin.must(origin.put(id, chance.bytes(20)));
    const texts = Array.from({ length: ids }, (_, id) => origin.get(id));
    if (clean) origin.must(origin.close());
    const whole = failingCopy(origin);
    whole.store.must(whole.store.mount());
    const reads = whole.store.flash.readCalls;
    for (let at = 0; at < reads; at++) {
      const { store, flash } = failingCopy(origin);
      flash.failAt("read", at);
      assert.is(store.mount(), 0, `read ${at} failed`);
      flash.heal();
      for (let id = 0; id < ids; id++) assert.equal(store.get(id), texts[id], `record ${id} when read ${at} failed`);
    }
  });

for (const closed of [false, true])
  test(`a chunk that was moved within its own segment, and then ${closed ? "closed" : "cut off"}, counts once`, () => {
    const store = Store.make(parts.nor);
    const body = new Chance(7).bytes(2500);
    store.must(store.put(1, body));
    const block = store.probe.word.streamBlock!(1);
    const chunk = store.probe.scan(block).find((entry) => Number(entry.chunk) === 1)!;
    for (let i = 0; i < 5; i++) store.damage(block, Number(chunk.offset) + 20 + 3 * i, 1);
    const { liveBytes } = store.stat();
    store.scrub();
    assert.is(store.probe.scan(block).filter((entry) => Number(entry.chunk) === 1 && entry.lsn === chunk.lsn).length, 2);
    store.must(closed ? store.reopen() : store.pull());
    assert.equal(store.get(1), body);
    assert.ok(Math.abs(store.stat().liveBytes - liveBytes) < 10, `${store.stat().liveBytes} bytes live, ${liveBytes} before`);
    assert.is(store.verify().filter((one) => one.flags).length, 0, "what counts is the copy, which is sound");
  });

test("an index that is full of heads, or only of chunks, is told as INDEX_FULL", () => {
  const left = 65536 - new Probe().call.dynamicBase!() - 5600; // some 300 records
  const geometry = { ...parts.words, blockCount: Math.floor(left / 11) };
  for (const long of [false, true]) {
    const made = Store.make(geometry);
    if (long) made.must(made.put(1, new Uint8Array(500_000)));
    else for (let id = 0; id < 700; id++) made.must(made.put(id, ""));
    made.must(made.close());
    const small = new Store(geometry, { part: made.part, memoryBytes: 65536 });
    assert.ok(small.probe.value("capacity") < 400);
    assert.is(small.mount(), status("INDEX_FULL"));
    assert.is(made.pull(), 0);
    assert.is(made.list().length, long ? 1 : 700);
  }
});

/** Deletions of what was never there, `count` batches of 128: nothing needs them. */
function deleteNothing(store: Store, batches: number): void {
  for (let at = 0; at < batches; at++)
    store.must(store.batch(Array.from({ length: 128 }, (_, i) => [1_000_000 + at * 128 + i, undefined] as const)));
}
/** The same part with less memory. */
function smaller(store: Store): Store {
  return new Store(store.flash.geometry, { part: store.part, memoryBytes: 128 * 1024 });
}

for (const last of ["a record", "a deletion that nothing needs"])
  test(`more deletions than the index takes do not keep a part from being mounted, as far as nothing needs them; the newest change is ${last}`, () => {
    const store = Store.make({ ...parts.nor, blockCount: 512 });
    for (let id = 0; id < 300; id++) store.must(store.put(id, "old"));
    for (let id = 0; id < 300; id += 3) store.must(store.remove(id));
    for (let id = 1; id < 300; id += 3) store.must(store.put(id, "new"));
    deleteNothing(store, 83);
    if (last === "a record") store.must(store.put(2, "new"));
    const { nextLsn } = store.stat();
    const small = smaller(store);
    assert.ok(small.probe.value("capacity") < store.stat().tombstones);
    assert.is(small.mount(), 0);
    const { damagedUnknown, records, tombstones } = small.stat();
    assert.equal([damagedUnknown, records], [0, 200]);
    assert.ok(tombstones <= 101 && small.stat().nextLsn >= nextLsn, `${tombstones}`);
    for (let id = 0; id < 300; id++)
      assert.is(small.text(id), id % 3 === 0 ? status("NOT_FOUND") : id % 3 === 1 || (id === 2 && last === "a record") ? "new" : "old");
    small.must(small.put(300, "one more"));
    small.must(small.pull());
    assert.is(small.stat().records, 201);
  });

for (const closed of [false, true])
  test(`after deletions were left out of a part that was ${closed ? "closed" : "cut"}, every block is erased that may hold what they deleted before a segment of theirs may be`, () => {
    const store = Store.make({ ...parts.nor, blockCount: 250 });
    for (let id = 0; id < 200; id++) store.must(store.put(id, "x".repeat(100)));
    for (let id = 0; id < 200; id++) store.must(store.remove(id));
    deleteNothing(store, 83);
    store.must(store.put(1000, "newest"));
    if (closed) store.must(store.close());
    const [spare] = store.probe.blocksIn("STATE_BLANK").slice(5);
    store.part.program(spare!, 64, new Uint8Array(24)); // no segment, and not blank: it waits for its erase
    const small = smaller(store);
    const before = small.flash.mark();
    assert.is(small.mount(), 0);
    const { erases, programBytes } = small.flash.since(before);
    if (closed) assert.equal([erases, programBytes], [0, 0], "nothing is written before a change");
    const states = (): string[] => ["STATE_DIRTY", "STATE_BLANK"].filter((state) => small.probe.blocksIn(state).includes(spare!));
    assert.equal(states(), [closed ? "STATE_DIRTY" : "STATE_BLANK"]);
    small.must(small.put(1001, "one more"));
    assert.equal(states(), ["STATE_BLANK"]);
    assert.ok(small.probe.blocksIn("STATE_DIRTY").length > 5, "segments in which nothing lives");
  });

test("where deletions are left out, a read that fails in any of the passes over the segments makes the mount begin anew, or be refused, and loses nothing", () => {
  const origin = Store.make({ ...parts.nor, blockCount: 250 });
  origin.must(origin.put(1, "old"));
  deleteNothing(origin, 83);
  origin.must(origin.put(1, "new"));
  const copied: number[] = [];
  for (let pulled = 0; pulled < 2; pulled++) {
    origin.must(origin.pull());
    copied.push(origin.probe.signed("rootBlock"));
    for (let id = 0; id < 60; id++) origin.must(origin.put(2, "newest")); // until its segment is sealed
  }
  origin.must(origin.close());
  const readOnly = failing(origin.flash.geometry, { part: origin.part.clone() as PhysicsFlash, memoryBytes: 128 * 1024 });
  let looks = 0;
  readOnly.flash.fails = (operation, block) => operation === "read" && copied.includes(block) && ++looks < 0;
  assert.is(readOnly.store.mount(true), 0);
  const all = looks;
  let refused = 0;
  for (let at = 0; at < all; at++) {
    let left = at;
    readOnly.flash.fails = (operation, block) => operation === "read" && copied.includes(block) && left-- === 0;
    readOnly.store.restart();
    const answer = readOnly.store.mount(true);
    if (answer === status("IO")) refused++;
    else assert.equal([answer, readOnly.store.text(1), readOnly.store.text(2)], [0, "new", "newest"], `read ${at}`);
  }
  assert.ok(refused > 2, `${refused} of ${all}`);
});

test("where deletions are left out and no block can be had, a segment in which nothing lives makes room for the recovery", () => {
  const store = Store.make({ ...parts.nor, blockCount: 116 });
  deleteNothing(store, 83);
  store.must(store.put(1000, "newest"));
  const taken = [...store.probe.blocksIn("STATE_BLANK"), ...store.probe.blocksIn("STATE_DIRTY")];
  const { store: small, flash } = failing(store.flash.geometry, { part: store.part, memoryBytes: 128 * 1024 });
  flash.fails = (operation, block) => operation !== "read" && taken.includes(block);
  assert.is(small.mount(), 0);
  assert.is(small.stat().answerToChanges, 0, "a recovery was made");
  assert.is(small.text(1000), "newest");
});

test("deletions that nothing needs make way for the chunks of a body, too", () => {
  const store = Store.make({ ...parts.nor, blockCount: 512 });
  const body = new Chance(3).bytes(200_000);
  store.must(store.put(1, body));
  const small = smaller(store);
  const slots = small.probe.value("capacity") / 0.9 + 256;
  deleteNothing(store, Math.floor((slots - 2) / 128));
  store.must(store.put(2, "newest"));
  const { records, tombstones } = store.stat();
  const chunks = store.probe.value("chunks");
  assert.ok(records + tombstones < slots && records + tombstones + chunks > slots, `${records} ${tombstones} ${chunks}, ${slots}`);
  assert.is(small.mount(), 0);
  assert.equal(small.get(1), body);
});

test("of more deletions than the index takes the newest stay that a relay has not confirmed, or where what it confirmed cannot be read", () => {
  for (const [words, stay, spoil] of [
    ["all are confirmed", false, () => {}],
    ["none are", true, (store: Store) => writeLedger(store, 40, 1, 0n)],
    ["nobody knows the shape", true, (store: Store) => writeLedger(store, 40, 2, 1n << 40n)],
    ["it is too short", true, (store: Store) => writeLedger(store, 39, 1, 1n << 40n)],
    ["it has rotted", true, rotLedger],
  ] as const) {
    const store = Store.make({ ...parts.nor, blockCount: 512 });
    store.must(store.put(1, "here"));
    writeLedger(store, 40, 1, 1n << 40n);
    deleteNothing(store, 80);
    spoil(store);
    store.must(store.put(2, "newest"));
    const small = smaller(store);
    assert.is(small.mount(), 0, words);
    assert.equal([small.text(1), small.text(2)], ["here", "newest"]);
    assert.is(small.probe.value("used"), stay ? small.probe.value("capacity") : 3, words);
    const kept = (id: number): number => small.probe.call.find!(small.probe.long.keyOf!(3, 0, id));
    assert.equal([kept(1_000_000), kept(1_000_000 + 80 * 128 - 1)], [0, Number(stay)], words);
    assert.is(small.put(3, "one more"), stay ? status("INDEX_FULL") : 0, words);
  }
});

/** What is known of a relay, as the floor sync writes it: its length, shape, and LSN up to which all is confirmed. */
function writeLedger(store: Store, bytes: number, shape: number, confirmed: bigint): void {
  const { call, doorstep, value } = { ...store.probe, value: (name: string) => store.probe.value(name) };
  store.must(call.putBegin!(value("RESERVED_KIND"), value("RESERVED_HIGH"), value("RESERVED_LOW"), 0, 0, 0, bytes, 0n));
  const body = new Uint8Array(40);
  body[0] = shape;
  new DataView(body.buffer).setBigUint64(32, confirmed, true);
  doorstep.fill(body.subarray(0, bytes));
  store.must(call.putWrite!(bytes));
  store.must(call.putCommit!());
}
function rotLedger(store: Store): void {
  const { call, word } = store.probe;
  const [kind, high, low] = ["RESERVED_KIND", "RESERVED_HIGH", "RESERVED_LOW"].map((name) => store.probe.value(name)) as [
    number,
    number,
    number,
  ];
  assert.is(call.find!(store.probe.long.keyOf!(kind, high, low)), 1);
  const address = word.foundAddress!();
  store.damage(word.addressBlock!(address), word.addressOffset!(address) + 24, 60);
}

test("a few blank bytes between the last record and a final summary that does not read are no damage", () => {
  let met = 0;
  for (let seed = 1; seed < 60 && met < 5; seed++) {
    const store = Store.make(parts.words);
    const chance = new Chance(seed);
    for (let id = 0; id < 40; id++) store.must(store.put(id, chance.bytes(20 + chance.below(120))));
    store.must(store.close());
    store.must(store.pull());
    const { probe } = store;
    const block = probe.blocksIn("STATE_SEALED").find((one) => {
      const last = probe.scan(one).at(-1)!;
      const gap = probe.call.finalOffset!(one) - (Number(last.offset) + probe.call.recordBytes!(Number(last.dataBytes)));
      return gap > 0 && gap < 16;
    });
    if (block === undefined) continue;
    met++;
    store.damage(block, probe.call.finalOffset!(block), 40);
    store.must(store.pull());
    assert.is(store.stat().damagedUnknown, 0, `seed ${seed}`);
    assert.is(store.list().length, 40);
  }
  assert.is(met, 5);
});

/** A sealed segment of records of which `left` were not replaced since in segments that tell nothing by their order, and the block it lies in. */
function outdated(left: number): { origin: Store; block: number; count: number } {
  const origin = Store.make(parts.nor);
  let count = 0;
  while (origin.probe.blocksIn("STATE_SEALED").length === 0) origin.must(origin.put(count++, new Chance(count).bytes(500)));
  const [block] = origin.probe.blocksIn("STATE_SEALED");
  origin.must(origin.pull());
  for (let id = left; id < count; id++) origin.must(origin.put(id, `newer ${id}`));
  origin.must(origin.reopen());
  return { origin, block: block!, count };
}
/** Opens a copy of it on which reads of the block give garbage from the `from`-th on, and reads of others fail from the `dead`-th. */
function openedOver({ origin, block }: { origin: Store; block: number }, from: number, dead = Infinity) {
  const made = failingCopy(origin);
  made.flash.spoils = true;
  let [own, all] = [0, 0];
  made.flash.fails = (operation, at) => {
    if (operation !== "read") return false;
    made.flash.spoils = ++all <= dead;
    return all > dead || (at === block && own++ >= from);
  };
  const status = made.store.mount();
  return { ...made, status, own };
}

test("a block of replaced records that reads once and no more takes nothing along, whenever it stops reading", () => {
  const made = outdated(0);
  for (let from = 0; from < 60; from++) {
    const { store, status } = openedOver(made, from);
    assert.is(status, 0, `from read ${from}`);
    assert.is(store.stat().damagedUnknown, 0, `from read ${from}`);
    for (let id = 0; id < made.count - 1; id++) assert.is(store.text(id), `newer ${id}`, `from read ${from}`);
  }
});

test("where something lives in such a block it is shown, or told as missing; a part that stops reading altogether traps nothing", () => {
  const made = outdated(1);
  let told = 0;
  for (let from = 0; from < 60; from++) {
    const { store, status, flash } = openedOver(made, from);
    assert.is(status, 0, `from read ${from}`);
    const listed = store.list().some(({ idLow }) => idLow === 0);
    if (!listed) told++;
    assert.ok(listed || store.stat().damagedUnknown > 0, `from read ${from}`);
    flash.heal();
    store.must(store.pull());
    assert.equal(store.get(0), new Chance(1).bytes(500), `it reads again, after ${from}`);
  }
  assert.ok(told > 0);
  for (let from = 0; from < 40; from++) {
    const { own } = openedOver(made, from);
    for (let dead = 20; dead < 20 + 4 * own; dead += Math.ceil(own / 12)) {
      const { status: answer } = openedOver(made, from, dead);
      assert.ok([0, status("IO"), status("NOT_FORMATTED")].includes(answer), `${answer} from read ${from}, dead from ${dead}`);
    }
  }
});

test("whichever block stops reading, and whenever, clean or pulled: a mount comes to an end, and what is listed can be asked for", () => {
  const made = outdated(1);
  const { origin } = made;
  for (const end of ["closed", "pulled"]) {
    for (let block = 0; block < parts.nor.blockCount; block++) {
      for (let from = 0; from < 30; from += 2) {
        const { store, status: answer } = openedOver({ ...made, block }, from);
        assert.ok(answer <= 0, `${end}, block ${block} from read ${from}`);
        if (answer === 0) for (const { idLow } of store.list()) store.get(idLow); // nothing traps; what of it is true, the harness asks
      }
    }
    for (let id = 1; id < made.count; id++) origin.must(origin.put(id, `newer ${id} still`));
  }
});

test.run();
