import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  ERASE_TEARS,
  FaultFlash,
  FlashRuleViolation,
  NandFlash,
  NorFlash,
  PowerCut,
  PROGRAM_TEARS,
  presets,
  type TearKind,
} from "../../../../host/flash/index.js";

const test = suite("host/flash/fault");
const geometry = { ...presets["spi-nor-8m"], blockCount: 4 };
const zeros = new Uint8Array(64);

function faulty(options: ConstructorParameters<typeof FaultFlash>[1] = {}): FaultFlash {
  return new FaultFlash(new NorFlash(geometry), options);
}

function read(flash: FaultFlash, block: number, offset: number, length: number): number[] {
  const target = new Uint8Array(length);
  flash.read(block, offset, target);
  return [...target];
}

/** The cut that `work` meets; undefined = it went through. */
function cutOf(work: () => unknown): PowerCut | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof PowerCut) return error;
    throw error;
  }
}

function cutProgram(tear: TearKind, seed = 1): FaultFlash {
  const flash = faulty({ seed, cut: { op: 0, tear } });
  assert.is(cutOf(() => flash.program(1, 0, zeros))?.tear, tear);
  return flash;
}

function cutErase(tear: TearKind, seed = 1): FaultFlash {
  const flash = faulty({ seed, cut: { op: 1, tear } });
  flash.program(1, 0, zeros);
  assert.is(cutOf(() => flash.erase(1))?.tear, tear);
  return flash;
}

test("without faults it is the part itself", () => {
  const flash = faulty();
  assert.is(flash.program(1, 0, zeros), 0);
  assert.equal(read(flash, 1, 0, 65), [...zeros, 0xff]);
  assert.is(flash.erase(1), 0);
  assert.equal(read(flash, 1, 0, 1), [0xff]);
  assert.is(flash.sync(), 0);
  assert.is(flash.opCount, 2);
  assert.is(flash.geometry, geometry);
});

test("the cut falls on the operation named, programs and erases counted together, reads not", () => {
  const flash = faulty({ cut: { op: 2, tear: "none" } });
  flash.erase(0);
  read(flash, 0, 0, 1);
  flash.program(0, 0, zeros);
  const cut = cutOf(() => flash.program(1, 128, zeros))!;
  assert.equal([cut.op, cut.operation, cut.tear, cut.block, cut.offset], [2, "program", "none", 1, 128]);
  assert.is(flash.opCount, 3);
});

test("after a cut every method throws it again, until the reboot", () => {
  const flash = new FaultFlash(new NandFlash({ ...presets["slc-nand-64m"], blockCount: 3 }), { cut: { op: 0, tear: "none" } });
  const cut = cutOf(() => flash.erase(0))!;
  const methods = [
    () => flash.read(0, 0, new Uint8Array(1)),
    () => flash.program(0, 0, zeros),
    () => flash.erase(0),
    () => flash.sync(),
    () => flash.isBad!(0),
    () => flash.markBad!(0),
  ];
  for (const method of methods) assert.is(cutOf(method), cut, `${method}`);
  assert.ok(flash.isDead);
  flash.reboot();
  assert.not(flash.isDead);
  assert.is(flash.erase(0), 0);
  assert.equal([flash.cutCount, flash.bootCount, flash.opCount], [1, 1, 1]);
});

test("a reboot counts operations from 0 and may set the next cut", () => {
  const flash = faulty({ cut: { op: 0, tear: "none" } });
  cutOf(() => flash.erase(0));
  flash.reboot({ op: 1, tear: "all" });
  assert.is(flash.opCount, 0);
  flash.erase(0);
  assert.is(cutOf(() => flash.program(1, 0, zeros))?.op, 1);
  assert.equal([flash.cutCount, flash.bootCount], [2, 1]);
});

test("none and all leave a block that may be used on; the others count as torn writes", () => {
  for (const tear of PROGRAM_TEARS) {
    const flash = cutProgram(tear);
    assert.is(flash.tornWrites, tear === "none" || tear === "all" ? 0 : 1, tear);
    assert.is(flash.inner.violations.length, 0);
  }
  for (const tear of ERASE_TEARS) assert.is(cutErase(tear).tornWrites, tear === "none" || tear === "all" ? 0 : 1, tear);
});

test("a unit that power died in may not be programmed again, whatever it reads; after none it may", () => {
  for (const tear of PROGRAM_TEARS) {
    const flash = cutProgram(tear);
    flash.reboot();
    if (tear === "none") assert.is(flash.program(1, 0, zeros), 0);
    else
      assert.throws(
        () => flash.program(1, 63, Uint8Array.of(0)),
        (error: unknown) => error instanceof FlashRuleViolation,
        tear,
      );
    assert.is(flash.program(1, 64, zeros), 0, "the unit after it may");
  }
});

test("every torn erase but none and all leaves the block suspect until an erase completes", () => {
  for (const tear of ERASE_TEARS) {
    const flash = cutErase(tear);
    flash.reboot();
    const program = () => flash.program(1, 1024, zeros);
    if (tear === "none" || tear === "all") {
      assert.is(program(), 0, tear);
    } else {
      assert.throws(program, (error: unknown) => error instanceof FlashRuleViolation && error.rule === "suspect", tear);
      flash.reboot({ op: 0, tear });
      cutOf(() => flash.erase(1));
      flash.reboot();
      assert.throws(program, /suspect/, "torn again");
      flash.erase(1);
      assert.is(program(), 0);
      assert.equal(read(flash, 1, 0, 1088), [...new Array(1024).fill(0xff), ...zeros]);
    }
  }
});

test("unstable bits read differently from time to time, and an erase ends that", () => {
  let unsteady = 0;
  for (let seed = 0; seed < 40; seed++) {
    const flash = cutProgram("unstable", seed);
    flash.reboot();
    const seen = new Set(Array.from({ length: 60 }, () => `${read(flash, 1, 0, 64)}`));
    if (seen.size > 1) unsteady++;
    flash.erase(1);
    assert.equal(read(flash, 1, 0, 64), new Array(64).fill(0xff));
  }
  assert.ok(unsteady > 30, `${unsteady} of 40`);
});

test("delayed reads well at first and fails later", () => {
  let failed = 0;
  for (let seed = 0; seed < 40; seed++) {
    const flash = cutProgram("delayed", seed);
    flash.reboot();
    assert.equal(read(flash, 1, 0, 64), [...zeros], "the first read is good");
    if (Array.from({ length: 60 }, () => read(flash, 1, 0, 64)).some((bytes) => bytes.some((byte) => byte !== 0))) failed++;
  }
  assert.ok(failed > 30, `${failed} of 40`);
});

test("erase-c looks erased on the cells and reads otherwise now and then", () => {
  const flash = cutErase("erase-c", 4);
  flash.reboot();
  assert.ok(flash.inner.bytes.every((byte) => byte === 0xff));
  assert.ok(Array.from({ length: 200 }, () => read(flash, 1, 0, 4096)).some((bytes) => bytes.some((byte) => byte !== 0xff)));
});

test("a tear that breaks a rule is a violation, not a cut", () => {
  for (const tear of PROGRAM_TEARS) {
    const flash = faulty({ cut: { op: 1, tear } });
    flash.program(1, 0, zeros);
    assert.throws(
      () => flash.program(1, 0, zeros),
      (error: unknown) => error instanceof FlashRuleViolation,
      tear,
    );
  }
  const outside = faulty({ cut: { op: 0, tear: "erase-b" } });
  assert.throws(
    () => outside.erase(4),
    (error: unknown) => error instanceof FlashRuleViolation,
  );
});

test("any, and a kind that does not fit, become one that fits, and the cut says which", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    for (const tear of ["any", "erase-a"] as const) {
      const flash = faulty({ seed, cut: { op: 0, tear } });
      const cut = cutOf(() => flash.program(1, 0, zeros))!;
      assert.ok((PROGRAM_TEARS as readonly string[]).includes(cut.tear));
      seen.add(`program ${cut.tear}`);
    }
    const flash = faulty({ seed, cut: { op: 0, tear: "prefix" } });
    const cut = cutOf(() => flash.erase(1))!;
    assert.ok((ERASE_TEARS as readonly string[]).includes(cut.tear));
    seen.add(`erase ${cut.tear}`);
  }
  assert.is(seen.size, PROGRAM_TEARS.length + ERASE_TEARS.length, "all of them turn up");
});

test("the same seed and calls give the same faults; another seed, operation or boot does not", () => {
  const history = (seed: number, opsBefore: number, boots: number): string => {
    const flash = faulty({ seed });
    for (let n = 0; n < opsBefore; n++) flash.erase(0);
    for (let n = 0; n < boots; n++) flash.reboot();
    if (boots > 0) for (let n = 0; n < opsBefore; n++) flash.erase(0);
    flash.reboot({ op: opsBefore, tear: "unstable" });
    for (let n = 0; n < opsBefore; n++) flash.erase(0);
    cutOf(() => flash.program(1, 0, zeros));
    flash.reboot();
    return JSON.stringify(Array.from({ length: 5 }, () => read(flash, 1, 0, 64)));
  };
  assert.is(history(3, 2, 0), history(3, 2, 0));
  const others = [history(3, 2, 0), history(4, 2, 0), history(3, 3, 0), history(3, 2, 1)];
  assert.is(new Set(others).size, 4);
});

test("flips read wrong until the block is erased or clearFlips is called; the cells stay pristine", () => {
  const flash = faulty({ flips: [{ block: 1, offset: 5, bit: 3 }] });
  assert.equal(read(flash, 1, 4, 3), [0xff, 0xf7, 0xff]);
  assert.is(flash.inner.bytes[4096 + 5], 0xff);
  flash.program(1, 5, Uint8Array.of(0xf0));
  assert.equal(read(flash, 1, 5, 1), [0xf0], "programmed to 0, the weak cell is right");
  flash.flip(1, 5, 0);
  assert.equal(read(flash, 1, 5, 1), [0xf1]);
  flash.clearFlips();
  assert.equal(read(flash, 1, 5, 1), [0xf0]);
  flash.flip(1, 5, 0);
  flash.erase(1);
  assert.equal(read(flash, 1, 5, 1), [0xff]);
});

test("failing operations report it, leave the span half done and the power on", () => {
  const flash = faulty({ failOps: [0, 2], failBlocks: [3] });
  assert.is(flash.program(1, 0, zeros), -1);
  assert.is(flash.program(1, 64, zeros), 0);
  assert.throws(() => flash.inner.clone().program(1, 0, zeros), /once/);
  assert.is(flash.erase(1), -1);
  assert.throws(() => flash.program(1, 1024, zeros), /suspect/);
  assert.is(flash.program(3, 0, zeros), -1);
  assert.is(flash.erase(3), -1);
  assert.is(flash.erase(2), 0);
  assert.not(flash.isDead);
  assert.equal([flash.cutCount, flash.tornWrites], [0, 0]);
});

test("a clone has the same damage and future, and neither sees what the other does", () => {
  const original = faulty({ seed: 9, failBlocks: [3] });
  original.flip(2, 0, 0);
  original.reboot({ op: 0, tear: "unstable" });
  cutOf(() => original.program(1, 0, zeros));
  const copy = original.clone();
  assert.ok(copy.isDead);
  assert.equal([copy.cutCount, copy.tornWrites, copy.bootCount, copy.opCount], [1, 1, 1, 1]);
  original.reboot({ op: 1, tear: "any" });
  copy.reboot({ op: 1, tear: "any" });
  const three = (flash: FaultFlash) => [1, 2, 3].map(() => read(flash, 1, 0, 64));
  assert.equal(three(copy), three(original));
  assert.equal(read(copy, 2, 0, 1), [0xfe]);
  assert.is(copy.program(3, 0, zeros), -1);
  assert.is(original.opCount, 0);
  assert.ok(cutOf(() => copy.erase(1)));
  assert.not(original.isDead);
  assert.is(original.erase(1), 0);
});

test("a clone ages as its original would", () => {
  const original = faulty();
  original.program(1, 0, new Uint8Array(4096));
  original.age({ rate: 0.01 });
  const copy = original.clone();
  for (const flash of [original, copy]) flash.age({ rate: 0.01 });
  assert.equal(read(copy, 1, 0, 4096), read(original, 1, 0, 4096));
});

test("cloneInto starts the target over", () => {
  const start = faulty({ seed: 9 });
  start.program(0, 0, zeros);
  start.reboot({ op: 1, tear: "bits" });
  const target = start.clone();
  for (let n = 0; n < 3; n++) {
    start.cloneInto(target);
    assert.is(target.opCount, 0);
    target.flip(0, 0, 0);
    assert.is(target.program(1, 0, zeros), 0);
    assert.ok(cutOf(() => target.program(1, 64, zeros)));
  }
  start.cloneInto(target);
  assert.equal(read(target, 0, 0, 1), [0]);
  assert.equal(target.inner.bytes, start.inner.bytes);
  assert.throws(() => start.cloneInto(faulty({ seed: 8 })), /same seed/);
});

test("the image hash tells apart what reads differently, and only that", () => {
  const after = (work: (flash: FaultFlash) => unknown, seed = 1): bigint => {
    const flash = faulty({ seed });
    flash.program(1, 0, zeros);
    work(flash);
    return flash.imageHash();
  };
  const untouched = after(() => 0);
  assert.is(
    after((flash) => flash.reboot()),
    untouched,
  );
  const cut = (tear: TearKind, seed = 1) =>
    after((flash) => {
      flash.reboot({ op: 0, tear });
      cutOf(() => flash.program(1, 64, zeros));
    }, seed);
  assert.is(cut("none"), untouched);
  assert.is(
    cut("all"),
    after((flash) => flash.program(1, 64, zeros)),
  );
  assert.is(cut("all", 2), cut("all"), "the seed is not in it where nothing depends on it");
  const flips = [0, 1].map((bit) => after((flash) => flash.flip(2, 0, bit)));
  const read = (n: number) =>
    after((flash) => {
      flash.reboot({ op: 0, tear: "unstable" });
      cutOf(() => flash.program(1, 64, zeros));
      flash.reboot();
      for (let i = 0; i < n; i++) flash.read(1, 64, new Uint8Array(64));
    });
  const hashes = [untouched, ...flips, cut("all"), cut("unstable"), cut("unstable", 2), cut("delayed"), read(1), read(2)];
  assert.is(new Set(hashes).size, hashes.length);
  assert.is(read(0), cut("unstable"));
  assert.is(
    after((flash) => {
      flash.flip(2, 0, 1);
      flash.clearFlips();
    }),
    untouched,
  );
  assert.is(
    after((flash) => {
      flash.flip(2, 0, 1);
      flash.erase(2);
    }),
    untouched,
  );
});

test("faults of the list work beside the classic options, and a fault that cannot be is refused by name", () => {
  const flash = faulty({ failOps: [1], faults: [{ id: "L1", at: 0 }], cut: { op: 2, tear: "all" } });
  assert.equal([flash.program(1, 0, zeros), flash.program(1, 64, zeros)], [0, -1]);
  assert.equal(read(flash, 1, 0, 1), [0xff]);
  assert.is(cutOf(() => flash.program(1, 128, zeros))?.tear, "all");
  assert.throws(() => faulty({ faults: [{ id: "P3" }] }), /P3 needs at or rate/);
  assert.throws(() => faulty({ faults: [{ id: "B4", block: 4 }] }), /no block 4/);
});

test("a list without faults changes nothing: the same tears, seed by seed", () => {
  for (const tear of PROGRAM_TEARS) {
    for (let seed = 0; seed < 5; seed++) {
      const [plain, listed] = [
        faulty({ seed, cut: { op: 0, tear } }),
        faulty({ seed, cut: { op: 0, tear }, faults: [{ id: "A1", rate: 0 }] }),
      ];
      for (const flash of [plain, listed]) {
        cutOf(() => flash.program(1, 0, zeros));
        flash.reboot();
      }
      for (let n = 0; n < 8; n++) assert.equal(read(listed, 1, 0, 80), read(plain, 1, 0, 80));
    }
  }
});

test("powerOff is a cut between operations", () => {
  const flash = faulty();
  flash.program(1, 0, zeros);
  flash.powerOff();
  flash.powerOff();
  assert.ok(flash.isDead);
  assert.equal([flash.cutCount, flash.tornWrites], [1, 0]);
  assert.is(cutOf(() => flash.read(1, 0, new Uint8Array(1)))?.op, 1);
  flash.reboot();
  assert.equal(read(flash, 1, 0, 65), [...zeros, 0xff]);
  assert.is(flash.program(1, 64, zeros), 0);
});

test("when faults end the part is well again, but for what lies in its cells", () => {
  const flash = faulty({
    failBlocks: [3],
    failOps: [5],
    faults: [
      { id: "B4", block: 1 },
      { id: "D2", rate: 0.5 },
      { id: "L1", at: 0 },
    ],
  });
  flash.program(2, 0, zeros);
  flash.program(2, 64, zeros);
  flash.age({ rate: 0.5 });
  flash.endFaults();
  assert.equal(read(flash, 2, 0, 128), [...new Array(64).fill(0xff), ...zeros], "the lost program stays lost");
  for (let n = 0; n < 4; n++) assert.equal([flash.program(3, n * 64, zeros), flash.program(1, n * 64, zeros)], [0, 0]);
});

test("bad blocks pass through where the part knows them, and are absent where not", () => {
  assert.is(faulty().isBad, undefined);
  assert.is(faulty().markBad, undefined);
  const flash = new FaultFlash(new NandFlash({ ...presets["slc-nand-64m"], blockCount: 3 }, { badBlocks: [1] }));
  assert.ok(flash.isBad!(1));
  assert.is(flash.markBad!(2), 0);
  assert.ok(flash.inner.isBad!(2));
});

test("a torn NAND page keeps the page order", () => {
  const nand = { ...presets["slc-nand-64m"], blockCount: 3 };
  const flash = new FaultFlash(new NandFlash(nand), { cut: { op: 0, tear: "prefix" } });
  cutOf(() => flash.program(1, 2048 * 4, new Uint8Array(2048)));
  flash.reboot();
  assert.throws(() => flash.program(1, 0, new Uint8Array(2048)), /order/);
  assert.is(flash.program(1, 2048 * 5, new Uint8Array(2048)), 0);
});

test.run();
