/* The families together: the same list gives the same run, and no fault of it moves another. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ImageHash } from "../../../../host/flash/image-hash.js";
import { FAULT_IDS, type Fault, type FaultFlash, type FlashGeometry } from "../../../../host/flash/index.js";
import { mix } from "../../../../host/flash/mix.js";
import { bytes, cutOf, faulty, NAND, NOR, PAIRED } from "./fault-parts.js";

const test = suite("host/flash/active-faults");
const OPS = 60;
/** Block 1 is hit by the fault under test; 2 to 7 are for the others. */
const HIT = 1;

/** What one run shows: a line an operation with its status, and one a block read after it. */
type Trace = Map<string, string>;

/**
 * Programs and erases by a fixed plan, reading everything after each. A cut ends it with one more look.
 *
 * The plan breaks no rule: it goes through the pages of each block in turn and erases what is full.
 */
function play(flash: FaultFlash, trace: Trace = new Map(), from = 0, to = OPS): Trace {
  const { blockBytes, blockCount, pageBytes } = flash.geometry;
  const pages = blockBytes / pageBytes;
  for (let op = from; op < to; op++) {
    const block = op % blockCount;
    const round = Math.floor(op / blockCount) % (pages + 1);
    const source = Uint8Array.from({ length: pageBytes }, (_, i) => mix(op, i) & 0xff);
    let status: number | string = "cut";
    cutOf(() => {
      status = round === pages || op % 23 === 22 ? flash.erase(block) : flash.program(block, round * pageBytes, source);
    });
    trace.set(`op ${op} block ${block}`, `${status}`);
    if (flash.isDead) {
      flash.reboot();
      look(flash, trace, op);
      return trace;
    }
    look(flash, trace, op);
  }
  return trace;
}

function look(flash: FaultFlash, trace: Trace, op: number): void {
  for (let block = 0; block < flash.geometry.blockCount; block++) {
    const target = bytes(flash.geometry.blockBytes);
    const status = flash.read(block, 0, target);
    const hash = new ImageHash();
    hash.addBytes(target);
    trace.set(`after ${op} read ${block}`, `${status} ${hash.value}`);
  }
}

/** One of each id, kept to block 1 or one operation where it can be. */
const ONE_OF_EACH: Record<string, Fault> = {
  P0: { id: "P0", at: 57 },
  P1: { id: "P1", at: 57 },
  P2: { id: "P2", at: 57 },
  P3: { id: "P3", at: 57 },
  P4: { id: "P4", at: 57 },
  P5: { id: "P5", at: 57, goodReads: 0 },
  P6: { id: "P6", rate: 0.01 },
  P7: { id: "P7", rate: 0.1 },
  P8: { id: "P8", at: 9, rate: 0.05 },
  E1: { id: "E1", at: 45 },
  E2: { id: "E2", at: 45 },
  E3: { id: "E3", at: 45 },
  E4: { id: "E4", at: 45 },
  E5: { id: "E5", at: 45, density: 0.01 },
  D1: { id: "D1", reads: 40, rate: 0.5 },
  D2: { id: "D2", at: 30, rate: 0.01, firstBlock: HIT, blockCount: 1 },
  D3: { id: "D3", block: HIT },
  D4: { id: "D4", block: HIT, endurance: 0 },
  B1: { id: "B1", blocks: [] },
  B2: { id: "B2", block: HIT, rate: 0.3 },
  B3: { id: "B3", block: HIT, rate: 0.3 },
  B4: { id: "B4", block: HIT, at: 20 },
  B5: { id: "B5", half: 0, at: 40 },
  A1: { id: "A1", at: 9, page: 20 },
  A2: { id: "A2", at: 45, block: HIT },
  A3: { id: "A3", at: 100, page: 3, isSticky: true },
  A4: { id: "A4", line: 10, level: 0 },
  L1: { id: "L1", block: HIT, rate: 0.3 },
  L2: { id: "L2", at: 17 },
  L3: { id: "L3", rate: 0.05 },
  R1: { id: "R1" },
  R2: { id: "R2", lostMs: 3 },
  V1: { id: "V1", at: 0 },
  V2: { id: "V2", at: 0 },
  H1: { id: "H1", at: 50 },
};

/** Others to run beside it, by rate, kept off block 1. */
const OTHERS: Fault[] = [
  { id: "L1", rate: 0.1, block: 6, salt: 1 },
  { id: "B2", rate: 0.1, block: 5, operation: "program", salt: 1 },
  { id: "D2", at: 12, rate: 0.003, firstBlock: 2, salt: 1 },
  { id: "D3", block: 4, salt: 1 },
  { id: "L3", rate: 0.02, salt: 1 },
];

function geometryOf(id: string): FlashGeometry {
  if (id === "P7") return PAIRED;
  return id === "B1" ? NAND : NOR;
}

/** The lines that differ. */
function difference(a: Trace, b: Trace): Set<string> {
  return new Set([...a.keys(), ...b.keys()].filter((line) => a.get(line) !== b.get(line)));
}

/** Faults that need a cut to show. */
const AT_A_CUT = ["P6", "P7", "R1", "R2", "V1", "V2"];

function run(id: string, faults: Fault[]): Trace {
  const tear = id === "V1" || id === "V2" ? "none" : "bits";
  const flash = faulty(faults, geometryOf(id), AT_A_CUT.includes(id) ? { cut: { op: 57, tear } } : {});
  const trace = play(flash);
  // What a lost configuration does shows in the boot after the cut.
  if (id === "V2") trace.set("erased", `${flash.erase(0)} ${flash.inner.eraseCounts[0]}`);
  return trace;
}

test("every fault of the catalogue does something, and the same each time", () => {
  assert.equal(Object.keys(ONE_OF_EACH), [...FAULT_IDS]);
  for (const id of FAULT_IDS) {
    const fault = id === "B1" ? { ...ONE_OF_EACH.B1, blocks: [7] } : ONE_OF_EACH[id];
    if (id === "B1") {
      assert.ok(faulty([fault], NAND).isBad!(7));
      continue;
    }
    const base = id === "P7" ? [{ id: "P7", rate: 0 } as Fault] : [];
    const without = run(id, base);
    const trace = run(id, [fault]);
    assert.ok(difference(without, trace).size > 0, `${id} shows`);
    assert.is(difference(trace, run(id, [fault])).size, 0, `${id} is the same each time`);
  }
});

test("a fault moves no other: beside its own effects, the run with it is the run without it", () => {
  let compared = 0;
  for (const id of FAULT_IDS) {
    const fault = ONE_OF_EACH[id];
    const base = id === "P7" ? [{ id: "P7", rate: 0 } as Fault] : [];
    const own = difference(run(id, base), run(id, [fault]));
    // An operation that reports failure is a barrier, and takes no time that is counted: own effects of B2 on a write cache.
    const beside = id === "R1" || id === "R2" ? OTHERS.filter((other) => other.id !== "B2") : OTHERS;
    const others = run(id, [...base, ...beside]);
    const both = run(id, [fault, ...beside]);
    // With the stuck line, odd blocks are read from the even ones, so what others do to their cells is not seen.
    for (const line of difference(others, both)) {
      if (own.has(line) || (id === "A4" && /read [1357]$/.test(line))) continue;
      assert.unreachable(`${id} moved "${line}": ${others.get(line)}, with it ${both.get(line)}`);
    }
    for (const line of others.keys()) if (!own.has(line) && both.has(line)) compared++;
  }
  assert.ok(compared > 10_000, `${compared} lines compared`);
});

test("the order of the list does not matter", () => {
  const list = [...OTHERS, ONE_OF_EACH.D4, ONE_OF_EACH.B3, ONE_OF_EACH.A1];
  assert.is(difference(play(faulty(list)), play(faulty([...list].reverse()))).size, 0);
});

test("the seed decides", () => {
  const [a, b] = [1, 2].map((seed) => play(faulty(OTHERS, NOR, { seed })));
  assert.ok(difference(a, b).size > 0);
});

test("a clone made in the midst of it goes on the same way, for every fault, and so does a cloneInto", () => {
  for (const id of FAULT_IDS) {
    const flash = faulty([ONE_OF_EACH[id], ...OTHERS], geometryOf(id), AT_A_CUT.includes(id) ? { cut: { op: 57, tear: "bits" } } : {});
    play(flash, new Map(), 0, 31);
    const [copy, spare] = [flash.clone(), flash.clone()];
    play(spare, new Map(), 31, 44);
    flash.cloneInto(spare);
    assert.is(copy.imageHash(), flash.imageHash(), id);
    assert.is(spare.imageHash(), flash.imageHash(), id);
    const traces = [flash, copy, spare].map((one) => play(one, new Map(), 31));
    assert.is(difference(traces[0], traces[1]).size, 0, id);
    assert.is(difference(traces[0], traces[2]).size, 0, id);
    assert.is(copy.imageHash(), flash.imageHash(), id);
  }
});

test("with the faults ended, an operation after a whole erase is as on a new part", () => {
  for (const id of FAULT_IDS) {
    const flash = faulty([ONE_OF_EACH[id], ...OTHERS], geometryOf(id));
    play(flash);
    flash.endFaults();
    const { blockBytes, blockCount, pageBytes } = flash.geometry;
    for (let block = 0; block < blockCount; block++) {
      assert.is(flash.erase(block), 0, `${id} ${block}`);
      assert.is(flash.program(block, 0, bytes(pageBytes, 0x5a)), 0);
      const target = bytes(blockBytes);
      assert.is(flash.read(block, 0, target), 0);
      assert.ok(
        target.every((byte, i) => byte === (i < pageBytes ? 0x5a : 0xff)),
        `${id} ${block}`,
      );
    }
  }
});

test("the image hash tells apart states that answer differently", () => {
  const seen = new Set<bigint>();
  const states: [Fault, (flash: FaultFlash) => unknown][] = [
    [{ id: "B3", at: 0 }, (flash) => flash.program(1, 0, bytes(1, 0xff))],
    [{ id: "B2", at: 0 }, (flash) => flash.erase(1)],
    [{ id: "H1", at: 0 }, (flash) => flash.erase(1)],
    [{ id: "L2", at: 0 }, (flash) => flash.program(1, 0, bytes(1))],
    [{ id: "L1", rate: 0 }, (flash) => flash.program(1, 0, bytes(1))],
    [{ id: "D1" }, (flash) => flash.read(1, 0, bytes(1))],
    [{ id: "D1" }, () => 0],
    [{ id: "A3", at: 0, isSticky: true, page: 3 }, (flash) => flash.read(1, 0, bytes(1))],
    [{ id: "R1" }, (flash) => flash.erase(1)],
    [{ id: "V1" }, (flash) => flash.program(2, 0, bytes(2))],
    [{ id: "D4", endurance: 1 }, (flash) => flash.erase(3)],
  ];
  for (const [fault, work] of states) {
    const flash = faulty([fault]);
    work(flash);
    seen.add(flash.imageHash());
  }
  assert.is(seen.size, states.length);
  for (const mode of ["ignore", "refuse", "address"] as const) {
    const flash = faulty([{ id: "V2", at: 0, mode }]);
    flash.powerOff();
    flash.reboot();
    seen.add(flash.imageHash());
  }
  assert.is(seen.size, states.length + 3);
});

test.run();
