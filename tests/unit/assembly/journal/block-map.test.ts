/* State, wear and live bytes of every block; which one is taken next. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NandFlash, NorFlash } from "../../../../host/flash/index.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, status } from "../../../support/probe-store.js";

const test = suite("assembly/journal/block-map");
const STATES = ["DIRTY", "BLANK", "OPEN", "SEALED", "ADOPTED", "BAD"];

function make(geometry = parts.nor as ConstructorParameters<typeof NorFlash>[0]): { probe: Probe; part: NorFlash } {
  const part = new NorFlash(geometry);
  const probe = new Probe(part);
  probe.configure();
  probe.call.configureUnits!(16, 1n);
  return { probe, part };
}

test("blank and dirty blocks are counted through every change of state", () => {
  const { probe } = make();
  const { call } = probe;
  const chance = new Chance(1);
  const model = Array.from({ length: parts.nor.blockCount }, () => "DIRTY");
  for (let round = 0; round < 2000; round++) {
    const block = chance.below(model.length);
    model[block] = chance.pick(STATES);
    call.setState!(block, probe.value(`STATE_${model[block]}`));
    const count = (state: string): number => model.filter((one) => one === state).length;
    assert.equal(
      [call.blankCount!(), call.dirtyCount!(), call.freeCount!()],
      [count("BLANK"), count("DIRTY"), count("BLANK") + count("DIRTY")],
    );
  }
});

test("what is known of one block does not touch its neighbours, at the limits too", () => {
  const { probe } = make();
  const { call, long } = probe;
  const last = parts.nor.blockCount - 1;
  for (const block of [0, 7, last]) {
    call.setState!(block, probe.value("STATE_BAD"));
    call.addFlags!(block, 0xf0);
    call.setEraseCount!(block, 0xffffff);
    call.setOpenLsn!(block, (1n << 40n) - 1n);
    call.setLiveUnits!(block, 0xffff);
  }
  for (const block of [0, 7, last]) {
    assert.equal([call.stateOf!(block), call.flagsOf!(block), call.eraseCountOf!(block)], [probe.value("STATE_BAD"), 0xf0, 0xffffff]);
    assert.equal([long.openLsnOf!(block), call.liveUnitsOf!(block)], [(1n << 40n) - 1n, 0xffff]);
  }
  for (const block of [1, 6, 8, last - 1]) {
    assert.equal([call.stateOf!(block), call.flagsOf!(block), call.eraseCountOf!(block)], [0, 0, 0]);
    assert.equal([long.openLsnOf!(block), call.liveUnitsOf!(block)], [0n, 0]);
  }
});

test("live bytes of the part are the sum over its blocks, whatever is added, superseded and discarded", () => {
  for (const geometry of [parts.nor, parts.large]) {
    const { probe } = make(geometry);
    const { call } = probe;
    const chance = new Chance(2);
    const model = new Array<number>(geometry.blockCount).fill(0);
    const unit = probe.value("liveUnit");
    const rounded = (bytes: number): number => Math.ceil(bytes / unit) * unit;
    for (let round = 0; round < 1000; round++) {
      const block = chance.below(model.length);
      const bytes = chance.between(1, 300);
      switch (chance.below(8)) {
        case 0:
          call.discard!(block);
          model[block] = 0;
          break;
        case 1:
        case 2:
        case 3:
          call.dropLive!(block, bytes);
          model[block] = Math.max(0, model[block]! - rounded(bytes));
          break;
        default:
          if (model[block]! + bytes > geometry.blockBytes) continue;
          call.addLive!(block, bytes);
          model[block]! += rounded(bytes);
      }
      assert.is(call.liveOf!(block), model[block]);
      assert.is(
        Number(probe.wide("liveTotal")),
        model.reduce((sum, one) => sum + one, 0),
      );
    }
    call.clearLive!();
    assert.is(Number(probe.wide("liveTotal")), 0);
  }
});

test("a block in which something was superseded may hold dead records", () => {
  const { probe } = make();
  probe.call.addLive!(4, 100);
  assert.is(probe.call.flagsOf!(4) & probe.value("BLOCK_DEAD"), 0);
  probe.call.dropLive!(4, 100);
  assert.is.not(probe.call.flagsOf!(4) & probe.value("BLOCK_DEAD"), 0);
});

test("the least worn block is picked, of equals the lowest, and never an anchor", () => {
  const { probe } = make(parts.deep);
  const { call } = probe;
  const blank = probe.value("STATE_BLANK");
  assert.is(call.leastWorn!(blank), -1);
  assert.is(probe.value("anchorCount"), 1);
  for (const [block, wear] of [
    [0, 0],
    [9, 5],
    [7, 3],
    [8, 3],
    [200, 4],
  ]) {
    call.setState!(block!, blank);
    call.setEraseCount!(block!, wear!);
  }
  assert.is(call.leastWorn!(blank), 7);
  call.setEraseCount!(200, 2);
  assert.is(call.leastWorn!(blank), 200);
});

test("making a block blank erases it, counts that in its label, and forgets what it held", () => {
  const { probe, part } = make();
  const { call } = probe;
  call.setEraseCount!(6, 41);
  call.addLive!(6, 100);
  call.addFlags!(6, 0xf0);
  call.setOpenLsn!(6, 9n);
  const live = Number(probe.wide("liveTotal"));
  assert.is(call.makeBlank!(6), 0);
  assert.is(part.eraseCounts[6], 1);
  assert.equal([call.eraseCountOf!(6), call.flagsOf!(6), call.liveOf!(6), probe.long.openLsnOf!(6)], [42, 0, 0, 0n]);
  assert.is(call.stateOf!(6), probe.value("STATE_BLANK"));
  probe.write(probe.spare, part.bytes.subarray(6 * 4096, 6 * 4096 + 64));
  assert.is(call.judgeLabel!(probe.spare, 6, 16), 0);
  assert.is(call.labelEraseCount!(probe.spare), 42);
  assert.ok(live >= 0);
});

test("a block that cannot be erased, or not be labelled, goes out of service; NAND remembers that", () => {
  for (const fails of ["erase", "program"] as const) {
    const part = new NandFlash(parts.nand);
    const probe = new Probe(Object.assign(Object.create(part) as NandFlash, { geometry: part.geometry, [fails]: () => -1 }));
    probe.configure();
    probe.call.configureUnits!(16, 1n);
    assert.is(probe.call.makeBlank!(3), status("IO"), fails);
    assert.is(probe.call.stateOf!(3), probe.value("STATE_BAD"));
    assert.ok(part.isBad(3));
  }
});

test("taking a blank block leaves as many as must be kept, and erases dirty ones for that", () => {
  const { probe, part } = make();
  const { call } = probe;
  const before = part.eraseCounts.reduce((sum, one) => sum + one, 0);
  const block = call.takeBlank!(2);
  assert.ok(block >= 0);
  assert.is(call.stateOf!(block), probe.value("STATE_BLANK"));
  assert.ok(call.blankCount!() > 2);
  assert.is(part.eraseCounts.reduce((sum, one) => sum + one, 0) - before, 3);
});

test("when too few are left to be kept there is none to take", () => {
  const { probe } = make();
  const { call } = probe;
  for (let block = 0; block < parts.nor.blockCount; block++) call.setState!(block, probe.value(block < 2 ? "STATE_BLANK" : "STATE_SEALED"));
  assert.is(call.takeBlank!(2), status("FULL"));
  assert.ok(call.takeBlank!(1) >= 0);
});

test("a block that is not on the part traps", () => {
  const { probe } = make();
  assert.throws(
    () => probe.call.setState!(parts.nor.blockCount, 1),
    (error: unknown) => error instanceof WebAssembly.RuntimeError,
  );
});

test.run();
