/* Verified reads: what a caller gets was judged, and beyond the block nothing is read. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/journal/read");

/** A store with one record of `length` bytes; where its head lies. */
function make(length: number, geometry: (typeof parts)[keyof typeof parts] = parts.nor): { store: Store; block: number; offset: number } {
  const store = Store.make(geometry);
  store.must(store.put(1, new Chance(length).bytes(length)));
  store.must(store.put(2, "behind"));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  const [first] = store.probe.scan(block!);
  return { store, block: block!, offset: Number(first!.offset) };
}
function load({ probe }: Store, block: number, offset: number, dataBytes = 0): number {
  probe.call.readFacts!(block);
  const answer = probe.call.loadHead!(block, offset, dataBytes);
  return answer < 0 ? answer : probe.call.loadRest!();
}

test("a record of one unit or of several is loaded whole", () => {
  for (const length of [0, 40, 600, 700, 1500]) {
    const { store, block, offset } = make(length);
    assert.is(load(store, block, offset), 0);
    const { dataBytes, headerBytes } = store.probe.header("loadedField");
    assert.is(Number(dataBytes - headerBytes), length);
    const data = store.probe.bytes(store.probe.value("LOADED") + Number(headerBytes), length).slice();
    assert.equal(data, new Chance(length).bytes(length));
  }
});

test("the clean path reads twice at most, and touches no parity", () => {
  const { store, block, offset } = make(300);
  store.probe.call.readFacts!(block);
  const mark = store.flash.mark();
  store.probe.call.loadHead!(block, offset, 0);
  const { readCalls, readBytes } = store.flash.since(mark);
  assert.ok(readCalls <= 2, `${readCalls} reads`);
  assert.is(readBytes, Number(store.probe.header("loadedField").dataBytes) + 4);
});

test("any one wrong bit of a head is mended, and counted; of its length field, when somebody else tells it", () => {
  for (const length of [60, 300]) assertMended(length); // a length field of one byte, and of two
});

function assertMended(length: number): void {
  const { store, block, offset } = make(length);
  const dataBytes = Number(store.probe.scan(block)[0]!.dataBytes);
  const bytes = store.probe.call.unitBytes!(dataBytes);
  for (let bit = 0; bit < bytes * 8; bit++) {
    const at = block * 4096 + offset + (bit >> 3);
    store.part.bytes[at]! ^= 1 << (bit & 7);
    const told = bit >> 3 === 2 || bit >> 3 === 3 ? dataBytes : 0;
    assert.is(load(store, block, offset, told), 0, `byte ${bit >> 3} bit ${bit & 7}`);
    assert.is(store.probe.header("loadedField").idLow, 1n);
    // Behind the CRC lies parity, which is not read while the CRC holds.
    if (bit >> 3 < dataBytes + 4) assert.is(store.probe.value("loadedCorrected"), 1);
    store.part.bytes[at]! ^= 1 << (bit & 7);
  }
}

test("a head beyond its parity is CORRUPT, and nothing is taken for loaded", () => {
  const { store, block, offset } = make(60);
  store.damage(block, offset + 4, 30);
  assert.is(load(store, block, offset), status("CORRUPT"));
});

test("a body beyond its parity is CORRUPT while its head still reads", () => {
  const { store, block, offset } = make(1500);
  store.damage(block, offset + 900, 60);
  store.probe.call.readFacts!(block);
  assert.is(store.probe.call.loadHead!(block, offset, 0), 0);
  assert.is(store.probe.call.loadRest!(), status("CORRUPT"));
});

test("a unit that would reach beyond its block, or have no length, is CORRUPT and not read", () => {
  const { store, block } = make(60);
  const { call, spare } = store.probe;
  const mark = store.flash.mark();
  for (const [offset, length] of [
    [4090, 100],
    [100, 0],
    [100, store.probe.value("HEAD_DATA_MAX") + 1],
    [0, 0xffffffff],
  ])
    assert.is(call.readUnit!(block, offset!, length!, spare), status("CORRUPT"), `${length} bytes at ${offset}`);
  assert.is(store.flash.since(mark).readCalls, 0);
});

/** A store of which `answer` says how the n-th read from now on is answered: undefined as it is, a number instead of it, or bytes that change. */
function answering(): { store: Store; set: (answer?: (n: number, target: Uint8Array) => number | undefined) => void } {
  let [asked, answers] = [0, (_n: number, _target: Uint8Array): number | undefined => undefined];
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => {
        const status = part.read(block, offset, target);
        return answers(asked++, target) ?? status;
      },
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  const asItIs = answers;
  return {
    store,
    set: (answer = asItIs) => {
      [asked, answers] = [0, answer];
    },
  };
}

test("a part that does not answer is IO, not damage", () => {
  const { store, set } = answering();
  store.must(store.put(1, "x"));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  const offset = Number(store.probe.scan(block!)[0]!.offset);
  store.probe.call.readFacts!(block!);
  set(() => -1);
  assert.is(store.probe.call.loadHead!(block!, offset, 0), status("IO"));
});

test("only what has the type and a length of a unit may be the start of one", () => {
  const { store } = make(60);
  const { probe } = store;
  const plausible = (...bytes: number[]): number => {
    probe.bytes(probe.spare, 8).fill(0);
    probe.write(probe.spare, bytes);
    return probe.call.plausibleUnit!(probe.spare);
  };
  assert.is(plausible(0x20, 0, 50), 50);
  assert.is(plausible(0x20, 0, 0xff, 0x0f), probe.value("HEAD_DATA_MAX"), "the head of a longer record");
  assert.is(plausible(0xa0, 0, 50, 1), 306, "a summary");
  assert.is(plausible(0xc0, 0, 50), 50, "a root");
  assert.is(plausible(0xc0, 0, 50, 3), 0, "a root of too many bytes");
  assert.is(plausible(0xff, 0xff, 0xff), 0, "blank");
  assert.is(plausible(0x20, 0, 2), 0, "too short for a header");
});

test("a part that answers once and then no more is IO too, and what it gave is not taken", () => {
  const { store, set } = answering();
  store.must(store.put(1, new Uint8Array(60)));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  const offset = Number(store.probe.scan(block!)[0]!.offset);
  const { call, spare } = store.probe;
  const dataBytes = Number(store.probe.scan(block!)[0]!.dataBytes);
  store.damage(block!, offset + 10, 1);
  set((n) => (n >= 1 ? -1 : undefined));
  assert.is(call.readUnit!(block!, offset, dataBytes, spare), status("IO"));
  set();
  assert.is(call.readUnit!(block!, offset, dataBytes, spare), 1, "one byte is mended");
});

test("a patrol that meets parity beyond mending reads the unit again: what it may have spoilt is not handed on", () => {
  const { store, set } = answering();
  store.must(store.put(1, new Uint8Array(60)));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  const [entry] = store.probe.scan(block!);
  const [offset, dataBytes] = [Number(entry!.offset), Number(entry!.dataBytes)];
  const { call, spare } = store.probe;
  const right = store.part.bytes.slice(block! * 4096 + offset, block! * 4096 + offset + dataBytes);
  store.damage(block!, offset + dataBytes + 4, 9, 0xff); // nine bytes of sixteen
  call.beginPatrol!();
  const read = (): number => call.readUnit!(block!, offset, dataBytes, spare);
  set();
  assert.is(read(), 0, "its data and their CRC are whole");
  assert.equal(store.probe.bytes(spare, dataBytes).slice(), right);
  assert.is(store.probe.value("weak"), 1, "but it wants a new place");
  set((n) => (n === 2 ? -1 : undefined));
  assert.is(read(), status("IO"), "the third read is the one that counts");
  set((n, target) => {
    if (n === 2) target[10]! ^= 1;
    return undefined;
  });
  assert.is(read(), status("CORRUPT"), "bits that read otherwise now");
  call.endPatrol!();
  set();
  assert.is(read(), 0);
});

test.run();
