/* Making a part a store: every block erased and labelled, wear carried over, a live store left alone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, type FlashDevice, NandFlash, PowerCut } from "../../../../host/flash/index.js";
import { failing } from "../../../support/failing-part.js";
import { forgeLabel } from "../../../support/forge.js";
import { newPart, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/format-part");

/** Holds so many records, was closed in order, and its RAM is gone; its part fails at the test's word. */
function closedStore(geometry: Parameters<typeof failing>[0], records: number): ReturnType<typeof failing> {
  const { store, flash } = failing(geometry);
  store.must(store.format());
  store.must(store.mount());
  for (let id = 0; id < records; id++) store.must(store.put(id, "old"));
  store.must(store.close());
  store.restart();
  return { store, flash };
}

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" every block is erased, and the last step says that it is done`, () => {
    const store = new Store(geometry);
    const steps = store.must(store.probe.call.hf_format_begin!(0, 16, 0, 1, 2, 0));
    assert.is(steps, geometry.blockCount);
    let left = steps;
    for (let step = 0; step < steps; step++) left = store.must(store.probe.call.hf_format_step!());
    assert.is(left, 0);
    assert.ok(store.part.eraseCounts.every((count) => count >= 1));
    assert.is(store.pull(), 0);
    assert.equal([store.stat().storeIdHigh, store.stat().storeIdLow], [1, 2]);
  });
}

test("a live store is BUSY without force, and untouched", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "keep me"));
  store.must(store.close());
  const mark = store.flash.mark();
  store.restart();
  assert.is(store.format(), status("BUSY"));
  assert.equal([store.flash.since(mark).programCalls, store.flash.since(mark).erases], [0, 0]);
  assert.is(store.pull(), 0);
  assert.is(store.text(1), "keep me");
});

test("a step that nobody began does no harm", () => {
  for (const begun of [false, true]) {
    const store = Store.make(parts.nor);
    for (let id = 0; id < 60; id++) store.must(store.put(id, "keep me"));
    store.must(store.close());
    store.restart();
    if (begun) assert.is(store.format(), status("BUSY"));
    const mark = store.flash.mark();
    assert.ok(store.probe.call.hf_format_step!() < 0);
    assert.is(store.flash.since(mark).erases, 0);
    assert.is(store.pull(), 0);
    assert.is(store.list().length, 60);
  }
});

test("options that cannot be had are INVALID", () => {
  const store = new Store(parts.nor);
  for (const [parity, outer] of [
    [0, 0],
    [12, 0],
    [32, 0],
    [16, 3],
  ])
    assert.is(store.probe.call.hf_format_begin!(0, parity!, outer!, 0, 1, 0), status("INVALID"));
});

test("formatted anew by force nothing of the old store is left, but its wear is", () => {
  const store = Store.make(parts.nor);
  for (let round = 0; round < 400; round++) store.must(store.put(round % 20, new Uint8Array(200)));
  const before = store.stat().eraseMean;
  store.must(store.close());
  store.restart();
  store.must(store.format(true, 8));
  assert.is(store.pull(), 0);
  assert.is(store.list().length, 0);
  assert.is(store.stat().storeIdLow, 8);
  assert.ok(store.stat().eraseMean >= before + 1, `${store.stat().eraseMean} after ${before}`);
});

test("a forced format that is cut leaves the old store whole, no store, or the new one: never a mixture", () => {
  const old = Store.make(parts.nor);
  for (let id = 0; id < 30; id++) old.must(old.put(id, "old"));
  old.must(old.close());
  const seen = new Set<string>();
  for (let op = 0; op < 60; op++) {
    const fault = new FaultFlash(old.part.clone(), { seed: op, cut: { op, tear: "any" } });
    const store = new Store(parts.nor, { part: old.part, wrap: () => fault });
    try {
      store.must(store.format(true, 8));
      break;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    fault.reboot();
    const answer = store.pull();
    const left =
      answer < 0 ? "no store" : store.list().length === 30 ? "the old one" : store.list().length === 0 ? "the new one" : "a mixture";
    seen.add(left);
    assert.ok(answer === 0 || answer === status("NOT_FORMATTED"), `operation ${op}: ${answer}`);
    assert.is.not(left, "a mixture", `operation ${op}`);
    fault.reboot();
    store.restart();
    store.must(store.format(true, 9));
    assert.is(store.pull(), 0);
    assert.is(store.list().length, 0);
  }
  assert.ok(seen.has("no store") && seen.size >= 2, [...seen].join(", "));
});

test("a forced format that is cut and tried again and cut again leaves no mixture either, though a torn label reads one time and not the next", () => {
  const old = Store.make(parts.nor);
  for (let id = 0; id < 200; id++) old.must(old.put(id % 60, new Uint8Array(700).fill(id)));
  old.must(old.close());
  const cut = (part: FaultFlash, seed: number) => {
    const store = new Store(parts.nor, { part: old.part, wrap: () => part });
    try {
      store.must(store.format(true, 8 + seed));
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      return true;
    }
  };
  const seen = new Set<string>();
  for (let goodReads = 1; goodReads <= 16; goodReads++) {
    for (let second = 0; second < 6; second++) {
      // The first label is torn, reads well for a while, and seldom after that.
      const torn = new FaultFlash(old.part.clone(), { faults: [{ id: "P4", at: 1, tau: 0.9, delta: 0.3, steadiness: 0.5, goodReads }] });
      assert.ok(cut(torn, 1));
      torn.reboot({ op: second, tear: "any" });
      cut(torn, 2);
      for (let boot = 0; boot < 4; boot++) {
        torn.reboot();
        const store = new Store(parts.nor, { part: old.part, wrap: () => torn });
        const answer = store.mount(true);
        const left = answer < 0 ? "no store" : ({ 60: "the old one", 0: "the new one" }[store.list().length] ?? "a mixture");
        seen.add(left);
        assert.is.not(left, "a mixture", `read well ${goodReads} times, cut again at ${second}, boot ${boot}`);
      }
    }
  }
  assert.ok(seen.has("no store") && seen.has("the old one"), [...seen].join(", "));
});
test("a block that fails as the witness of a format is given up; where its mark cannot be written the format is IO, and may be tried again", () => {
  for (const offset of [0, 64]) {
    const { store, flash } = closedStore(parts.nor, 20);
    const hit = new Set<number>();
    flash.fails = (operation, block, at) => {
      if (operation !== "program" || at !== offset || (hit.size > 0 && !hit.has(block))) return false;
      hit.add(block);
      return true;
    };
    assert.is(store.format(true, 8), offset === 64 ? status("IO") : 0);
    assert.is(hit.size, 1);
    flash.heal();
    store.restart();
    if (offset === 64) store.must(store.format(true, 8));
    assert.is(store.pull(), 0);
    assert.is(store.list().length, 0);
    assert.is(store.stat().storeIdLow, 8);
  }
});

test("the header of a block that cannot be read is no sign that nothing is in it", () => {
  const { store, flash } = closedStore(parts.nor, 20);
  flash.fails = (operation, _block, offset) => operation === "read" && offset === 64;
  const { erases } = store.flash;
  store.must(store.format(true, 8));
  flash.heal();
  assert.is(store.flash.erases - erases, parts.nor.blockCount, "each once: there is no witness");
  assert.is(store.pull(), 0);
  assert.is(store.list().length, 0);
});

test("a witness is left standing until another is made, or none can be", () => {
  for (const room of [true, false]) {
    const old = Store.make(parts.nor);
    for (let id = 0; id < 20; id++) old.must(old.put(id, "old"));
    old.must(old.close());
    const fault = new FaultFlash(old.part, { cut: { op: 4, tear: "none" } });
    const store = new Store(parts.nor, { part: old.part, wrap: () => fault });
    assert.throws(
      () => store.format(true, 8),
      (error: unknown) => error instanceof PowerCut,
    );
    const witness = old.part.eraseCounts.lastIndexOf(2);
    fault.reboot();
    for (let block = 0; block < parts.nor.blockCount && !room; block++)
      if (isBlankAt(old.part, block, 64)) old.part.program(block, 64, Uint8Array.of(0));
    store.restart();
    const counts = [...old.part.eraseCounts];
    store.must(store.format(true, 9));
    assert.is(old.part.eraseCounts[witness]! - counts[witness]!, 1);
    assert.is(
      old.part.eraseCounts.filter((count, block) => count - counts[block]! === 2).length,
      room ? 1 : 0,
      "another block is erased twice where there is one to spare",
    );
    assert.is(store.pull(), 0);
    assert.is(store.list().length, 0);
  }
});
function isBlankAt(part: FlashDevice, block: number, offset: number): boolean {
  const bytes = new Uint8Array(24);
  part.read(block, offset, bytes);
  return bytes.every((byte) => byte === 0xff);
}

for (const [name, dead] of [
  ["the last block takes", [23]],
  ["the last three blocks take", [21, 22, 23]],
  ["the last block and the one that would say so take", [22, 23]],
] as const) {
  test(`where ${name} nothing, a format comes to its end all the same`, () => {
    const store = new Store(parts.nor, { wrap: (part) => new FaultFlash(part, { failBlocks: dead }) });
    store.must(store.format());
    assert.is(store.pull(), 0);
    assert.is(store.list().length, 0);
    for (let id = 0; id < 60; id++) store.must(store.put(id % 20, new Uint8Array(200)));
    assert.is(store.pull(), 0);
    assert.is(store.list().length, 20);
  });
}

test("a format is told from one that was cut off also where the last block takes nothing", () => {
  const last = parts.nor.blockCount - 1;
  const answers: number[] = [];
  for (let op = 0; answers.at(-1) !== 1; op++) {
    const fault = new FaultFlash(newPart(parts.nor), { seed: op, cut: { op, tear: "none" }, failBlocks: [last] });
    const store = new Store(parts.nor, { part: fault.inner, wrap: () => fault });
    try {
      store.must(store.format());
      answers.push(1);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      fault.reboot();
      answers.push(store.pull());
    }
    fault.reboot();
    store.restart();
    store.must(store.format(true, 9));
    assert.is(store.pull(), 0, `formatted again after a cut at ${op}`);
  }
  // Two operations for each block that takes a label, three tries at the last one, then once more a whole block for the mark.
  assert.is(answers.length, 2 * last + 2 + 2 + 1);
  assert.ok(
    answers.slice(0, -1).every((answer) => answer === status("NOT_FORMATTED")),
    answers.join(),
  );
});

test("blocks the factory marked bad are left alone, the first one too", () => {
  for (const badBlocks of [[3, 4, 31], [0], [0, 1, 30]]) {
    for (const blockCount of [32, 300]) {
      const geometry = { ...parts.nand, blockCount };
      const part = new NandFlash(geometry, { badBlocks });
      const store = new Store(geometry, { part });
      store.must(store.format());
      assert.is(store.pull(), 0);
      for (let id = 0; id < 200; id++) store.must(store.put(id % 50, new Uint8Array(300)));
      store.must(store.reopen());
      assert.is(store.list().length, 50);
      assert.is(store.stat().badBlocks, badBlocks.length);
      assert.equal(part.violations, []);
    }
  }
});

test("a store with eight parity bytes says so, and spends less on every record", () => {
  const bytes = [16, 8].map((parityBytes) => {
    const store = Store.make(parts.nor, { parityBytes });
    assert.is(store.stat().parityBytes, parityBytes);
    store.must(store.put(1, "x"));
    store.must(store.reopen());
    assert.is(store.text(1), "x");
    return store.stat().liveBytes;
  });
  assert.is(bytes[0]! - bytes[1]!, 8);
});

test("what a newer core wrote is told as that, and formatted over only by force", () => {
  const store = Store.make(parts.nor);
  for (let block = 0; block < parts.nor.blockCount; block++) forgeLabel(store, block, (label) => label.setUint16(16, 0x8001, true));
  store.restart();
  const mark = store.flash.mark();
  assert.is(store.format(), status("NEWER_FORMAT"));
  assert.is(store.flash.since(mark).erases, 0);
  store.must(store.format(true));
  assert.is(store.pull(), 0);
});

test("where the checkpoint switch cannot be erased a format is IO, and the old store is untouched", () => {
  const { store, flash } = closedStore(parts.deep, 40);
  flash.fails = (operation, block) => operation === "erase" && block === 0;
  const mark = store.flash.mark();
  assert.is(store.format(true, 8), status("IO"));
  assert.is(store.flash.since(mark).programCalls, 0);
  flash.heal();
  assert.is(store.pull(), 0);
  assert.is(store.list().length, 40);
  assert.is(store.stat().storeIdLow, 7);
});

test("where the first checkpoint switch cannot be written a format is IO in its last step, and may be tried again", () => {
  for (const kind of ["erase", "program"] as const) {
    const { store, flash } = failing(parts.deep);
    const steps = store.must(store.probe.call.hf_format_begin!(0, 16, 0, 0, 7, 0));
    for (let left = steps; left > 1; ) left = store.must(store.probe.call.hf_format_step!());
    flash.fails = (operation, block) => operation === kind && block === 0;
    assert.is(store.probe.call.hf_format_step!(), status("IO"), kind);
    assert.ok(flash.failures > 0);
    flash.heal();
    store.restart();
    store.must(store.format(true));
    assert.is(store.pull(), 0);
    assert.is(store.probe.call.hasSwitch!(), 1);
  }
});

test("a part without a good block takes no format: WORN_OUT", () => {
  const { blockCount } = parts.nand;
  const part = new NandFlash(parts.nand, { badBlocks: Array.from({ length: blockCount }, (_, block) => block) });
  const store = new Store(parts.nand, { part });
  assert.is(store.format(), status("WORN_OUT"));
  assert.equal([store.flash.programCalls, store.flash.erases], [0, 0]);
  assert.is(store.pull(), status("NOT_FORMATTED"));
});

test("a block that was given up stays given up when the part is formatted anew", () => {
  const { store, flash } = failing(parts.nor);
  store.must(store.format());
  store.must(store.mount());
  store.must(store.put(1, "one"));
  const bad = store.probe.word.streamBlock!(0);
  flash.fails = (operation, block, offset) => operation === "program" && block === bad && offset > 0;
  assert.is(store.put(2, "two"), status("IO"));
  store.rest();
  assert.is(store.stat().badBlocks, 1);
  store.must(store.close());
  store.restart();
  const { erases } = store.flash;
  flash.fails = (operation, block) => operation !== "read" && block === bad;
  store.must(store.format(true, 8));
  assert.is(flash.failures, 1, "it was not touched again");
  assert.is(store.flash.erases - erases, parts.nor.blockCount, "every other one once, the witness twice");
  assert.is(store.pull(), 0);
  assert.is(store.stat().badBlocks, 1);
});

test("a block that fails in a format is given up, and the store is made without it", () => {
  for (const kind of ["erase", "program"] as const) {
    const { store, flash } = failing(parts.nor);
    flash.fails = (operation, block) => operation === kind && block === 5;
    store.must(store.format());
    assert.is(store.pull(), 0);
    assert.ok(store.probe.call.stateOf!(5) !== store.probe.value("STATE_BLANK"));
    for (let id = 0; id < 60; id++) store.must(store.put(id, "x".repeat(100)));
    assert.is(store.list().length, 60);
  }
});

test.run();
