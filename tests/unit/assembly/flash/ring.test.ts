/* Rings: who is in one with whom, and who may be read through it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashDevice, NorFlash } from "../../../../host/flash/index.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, status } from "../../../support/probe-store.js";

const test = suite("assembly/flash/ring");
const END = 4000;
const FIRST = 100;

/** `dead`: blocks that the part cannot read. */
function make(dead: number[] = []): { probe: Probe; part: NorFlash; call: Probe["call"] } {
  const part = new NorFlash(parts.nor);
  const device: FlashDevice = {
    geometry: part.geometry,
    read: (block, offset, target) => (dead.includes(block) ? -1 : part.read(block, offset, target)),
    program: (block, offset, source) => part.program(block, offset, source),
    erase: (block) => part.erase(block),
  };
  const probe = new Probe(device);
  probe.configure();
  probe.call.placeRings!(probe.call.dynamicBase!() + 4096, FIRST, END);
  return { probe, part, call: probe.call };
}
/** A ring of 3 closing 5, 6 and 7, its bytes as they should be. */
function ring({ part, call }: ReturnType<typeof make>): void {
  const chance = new Chance(3);
  call.beginRing!(3);
  for (const block of [5, 6, 7]) call.joinRing!(block, 3);
  for (let at = 0; at < 4096; at++) {
    let all = 0;
    for (const block of [5, 6, 7]) {
      part.bytes[block * 4096 + at] = chance.below(256);
      all ^= ~part.bytes[block * 4096 + at]!;
    }
    part.bytes[3 * 4096 + at] = ~all;
  }
}
const around = (call: Probe["call"], block: number): number[] => {
  const met = [block];
  for (let at = call.nextInRing!(block); at !== block; at = call.nextInRing!(at)) met.push(at);
  return met.sort((a, b) => a - b);
};

test("a ring is entered, gone round from anywhere, left and opened", () => {
  const made = make();
  ring(made);
  const { call } = made;
  for (const block of [3, 5, 6, 7]) assert.equal(around(call, block), [3, 5, 6, 7]);
  assert.not(call.inRing!(4));
  call.leaveRing!(6);
  assert.equal(around(call, 3), [3, 5, 7]);
  assert.not(call.inRing!(6));
  call.openRing!(5);
  for (const block of [3, 5, 7]) assert.not(call.inRing!(block));
});

test("one lost block is read through the others, between the bytes that they know of it; outside it reads blank", () => {
  const made = make();
  ring(made);
  const { probe, part, call } = made;
  const target = probe.value("WINDOW");
  for (const block of [3, 5, 6, 7]) {
    const right = part.bytes.slice(block * 4096, (block + 1) * 4096);
    part.bytes.fill(0x5a, block * 4096, (block + 1) * 4096);
    call.markLost!(block);
    assert.is(call.deviceRead!(block, 0, target, 4096), 0);
    const read = probe.bytes(target, 4096);
    assert.equal(read.slice(FIRST, END), right.slice(FIRST, END));
    assert.ok(read.slice(0, FIRST).every((byte) => byte === 255) && read.slice(END).every((byte) => byte === 255));
    call.unmarkLost!(block);
    assert.is(call.deviceRead!(block, 0, target, 16), 0);
    assert.is(probe.bytes(target, 1)[0], 0x5a);
    part.bytes.set(right, block * 4096);
  }
});

test("nobody is covered by a ring that is not closed yet, is broken, or has lost another", () => {
  const made = make();
  ring(made);
  const { call } = made;
  assert.ok(call.isCovered!(5) && call.isCovered!(3) && !call.isCovered!(4));
  call.setUnfinished!(3);
  assert.ok(!call.isCovered!(5) && !call.isCovered!(3));
  call.setUnfinished!(-1);
  call.markLost!(6);
  assert.ok(call.isCovered!(6) && !call.isCovered!(5));
  call.unmarkLost!(6);
  call.breakRing!(3);
  for (const block of [5, 6, 7]) assert.not(call.isCovered!(block));
});

test("a block that the part cannot read is read through its ring, though nobody called it lost; outside a ring it is IO", () => {
  const dead = [6];
  const made = make(dead);
  ring(made);
  const { probe, part, call } = made;
  const target = probe.value("WINDOW");
  const right = part.bytes.slice(6 * 4096, 7 * 4096);
  assert.is(call.deviceRead!(6, FIRST, target, END - FIRST), 0);
  assert.equal(probe.bytes(target, END - FIRST).slice(), right.slice(FIRST, END));
  assert.is(probe.value("lostBlocks"), 0, "the part may answer again");
  call.leaveRing!(6);
  assert.is(call.deviceRead!(6, FIRST, target, 16), status("IO"));
});

test("with another block of the ring that cannot be read, a lost one is IO where the ring knows it, and blank where it does not", () => {
  const dead = [7];
  const made = make(dead);
  ring(made);
  const { probe, call } = made;
  const target = probe.value("WINDOW");
  call.markLost!(5);
  assert.is(call.deviceRead!(5, FIRST - 16, target, 17), status("IO"));
  assert.is(call.deviceRead!(5, END - 1, target, 17), status("IO"));
  assert.is(call.deviceRead!(5, FIRST - 16, target, 16), 0);
  assert.is(call.deviceRead!(5, END, target, 16), 0);
  assert.ok(probe.bytes(target, 16).every((byte) => byte === 255));
});

test("a block begins a ring, or is lost, once; what leaves no ring changes nothing", () => {
  const made = make();
  ring(made);
  const { probe, call } = made;
  const traps = (what: string, block: number) =>
    assert.throws(
      () => call[what]!(block),
      (error: unknown) => error instanceof WebAssembly.RuntimeError,
    );
  traps("beginRing", 5);
  traps("markLost", 4);
  call.markLost!(5);
  traps("markLost", 5);
  call.breakRing!(5);
  call.leaveRing!(4);
  assert.equal(around(call, 5), [3, 5, 6, 7]);
  assert.is(probe.value("lostBlocks"), 1);
  call.leaveRing!(5);
  assert.is(probe.value("lostBlocks"), 0, "who leaves is not lost any more");
  call.dropRings!();
  traps("beginRing", 1);
});

test("a store without outer parity has no table, and no block in a ring", () => {
  const { probe, call } = make();
  call.dropRings!();
  for (let block = 0; block < parts.nor.blockCount; block++) assert.not(call.inRing!(block) || call.isLost!(block));
  assert.is(probe.value("lostBlocks"), 0);
});

test.run();
