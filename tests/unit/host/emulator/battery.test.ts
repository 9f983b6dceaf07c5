import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BatteryFlash } from "../../../../host/emulator/battery.js";
import { type FlashGeometry, FlashRuleViolation, OpfsFlash, PowerCut, presets, type TearKind } from "../../../../host/flash/index.js";
import { PrivateFile } from "../../../support/access-handle.js";

const test = suite("host/emulator/battery");
const geometry: FlashGeometry = { ...presets["spi-nor-8m"], blockCount: 12 };
const zeros = new Uint8Array(64);

function inserted(file = new PrivateFile()): { file: PrivateFile; part: OpfsFlash; flash: BatteryFlash } {
  const part = OpfsFlash.over(file.handle(), geometry);
  const flash = new BatteryFlash(part, 1);
  flash.powerOn();
  return { file, part, flash };
}

function cutOf(work: () => unknown): PowerCut {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof PowerCut) return thrown;
    throw thrown;
  }
  throw new Error("power stayed on");
}

test("each program and erase is in the file, flushed, when it returns", () => {
  const { file, flash } = inserted();
  flash.program(1, 10, zeros);
  assert.equal(file.flushed.subarray(4096 + 10, 4096 + 74), zeros);
  flash.erase(1);
  assert.ok(file.flushed.every((byte) => byte === 0xff));
  assert.is(flash.operations, 2);
});

test("a torn operation is in the file too, as torn; then the part is dead until power comes back", () => {
  for (const tear of ["prefix", "bits", "unstable", "delayed", "erase-a", "erase-b"] as TearKind[]) {
    const { file, flash } = inserted();
    flash.program(1, 0, zeros.slice(0, 32));
    flash.arm({ op: 0, tear });
    const erases = tear.startsWith("erase");
    assert.is(cutOf(() => (erases ? flash.erase(1) : flash.program(1, 32, zeros))).tear, tear);
    assert.ok(flash.isDead);
    assert.equal(file.flushed, flash.cells, tear);
    assert.is(cutOf(() => flash.program(2, 0, zeros)).tear, tear);
    assert.is(cutOf(() => flash.read(2, 0, new Uint8Array(1))).tear, tear);
    assert.equal(file.flushed, flash.cells, `${tear}: a dead part writes nothing`);
    flash.powerOn();
    assert.is(flash.read(2, 0, new Uint8Array(1)), 0);
  }
});

test("the n-th operation after arming is the one that is cut", () => {
  const { flash } = inserted();
  flash.program(3, 0, zeros);
  flash.arm({ op: 2, tear: "prefix" });
  flash.program(3, 64, zeros);
  flash.erase(4);
  const cut = cutOf(() => flash.program(5, 128, zeros));
  assert.equal([cut.op, cut.operation, cut.block, cut.offset], [2, "program", 5, 128]);
});

test("at power on the cells come from the file: what only RAM knew is gone", () => {
  const { file, part, flash } = inserted();
  flash.program(1, 0, zeros);
  part.overwrite(1, 0, Uint8Array.of(0xab));
  flash.powerOn();
  assert.is(flash.cells[4096], 0xab);
  file.written.fill(0xff);
  flash.powerOn();
  assert.ok(flash.cells.every((byte) => byte === 0xff));
});

test("the next page finds the part as this one left it", () => {
  const { file, part, flash } = inserted();
  flash.program(7, 0, Uint8Array.of(1, 2, 3));
  part.close();
  assert.equal([...inserted(file).flash.cells.subarray(7 * 4096, 7 * 4096 + 4)], [1, 2, 3, 0xff]);
});

test("the rules of the part are asserted: a unit is programmed once between erases, over a reload too", () => {
  const { file, part, flash } = inserted();
  flash.program(1, 0, zeros);
  assert.throws(
    () => flash.program(1, 0, zeros),
    (thrown: unknown) => thrown instanceof FlashRuleViolation,
  );
  part.close();
  assert.throws(
    () => inserted(file).flash.program(1, 0, zeros),
    (thrown: unknown) => thrown instanceof FlashRuleViolation,
  );
});

test("a file that takes no more is a failing part", () => {
  const { file, flash } = inserted();
  file.full = true;
  assert.is(flash.program(1, 0, zeros), -1);
  assert.is(flash.erase(1), -1);
});

test("it knows which blocks were touched, the torn one too", () => {
  const { flash } = inserted();
  assert.is(flash.touched.size, 12);
  flash.touched.clear();
  flash.erase(2);
  flash.arm({ op: 0, tear: "prefix" });
  cutOf(() => flash.program(9, 0, zeros));
  assert.equal([...flash.touched], [2, 9]);
});

test.run();
