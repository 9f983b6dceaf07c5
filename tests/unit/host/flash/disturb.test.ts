import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flips, pairedPage } from "../../../../host/flash/disturb.js";
import { mix } from "../../../../host/flash/mix.js";
import { blank, bytes, cells, cutOf, distance, faulty, NAND, NOR, PAIRED, read } from "./fault-parts.js";

const test = suite("host/flash/disturb");

test("flips fall, rise, or both, with the chance given", () => {
  const half = bytes(2000, 0x0f);
  const share = (direction: "rise" | "fall" | "any"): number =>
    distance(flips(half, 0, 2000, 0.1, direction, (n) => mix(1, n))?.mask ?? [], bytes(2000)) / 16_000;
  assert.ok(Math.abs(share("any") - 0.1) < 0.01);
  assert.ok(Math.abs(share("rise") - 0.05) < 0.01);
  assert.ok(Math.abs(share("fall") - 0.05) < 0.01);
  assert.ok(flips(half, 0, 2000, 0.1, "rise", (n) => mix(1, n))!.mask.every((bits) => (bits & 0x0f) === 0));
  assert.is(
    flips(half, 0, 2000, 0, "any", () => 0),
    undefined,
  );
});

test("P6: a cut in a NOR program flips cells of the whole sector, programmed or not, and of no other", () => {
  const flash = faulty([{ id: "P6", rate: 0.01 }], NOR, { cut: { op: 2, tear: "prefix" } });
  flash.program(1, 0, bytes(300));
  flash.program(2, 0, bytes(300));
  assert.equal(read(flash, 1), [...bytes(300), ...blank(724)], "not without a cut");
  cutOf(() => flash.program(1, 512, bytes(1)));
  flash.reboot();
  const now = read(flash, 1);
  assert.ok(distance(now.slice(0, 300), bytes(300)) > 5);
  assert.ok(distance(now.slice(600), blank(424)) > 5);
  assert.ok(distance(now.slice(0, 300), bytes(300)) < 60);
  assert.equal(read(flash, 2), [...bytes(300), ...blank(724)]);
  flash.clearFlips();
  assert.equal(read(flash, 1, 0, 300), [...bytes(300)], "taken back");
});

test("P6 spares a cut of which nothing was done, erases, and NAND", () => {
  for (const tear of ["none", "all"] as const) {
    const flash = faulty([{ id: "P6", rate: 1 }], NOR, { cut: { op: 0, tear } });
    cutOf(() => flash.program(1, 512, bytes(1)));
    flash.reboot();
    assert.equal(read(flash, 1, 0, 512), blank(512));
  }
  const nand = faulty([{ id: "P6", rate: 1 }], NAND, { cut: { op: 0, tear: "prefix" } });
  cutOf(() => nand.program(1, 512, bytes(512)));
  nand.reboot();
  assert.equal(read(nand, 1, 0, 512), blank(512));
});

test("pages pair over the distance: the first group is lower, the second upper, and so on", () => {
  assert.equal(
    [0, 3, 4, 7, 8, 11, 12, 15].map((page) => pairedPage(page, 4)),
    [undefined, undefined, 0, 3, undefined, undefined, 8, 11],
  );
});

test("P7: a cut in an upper page damages the acknowledged page below it, and no other", () => {
  for (const tear of ["prefix", "bits", "unstable"] as const) {
    const flash = faulty(undefined, PAIRED, { cut: { op: 5, tear } });
    for (let page = 0; page < 5; page++) assert.is(flash.program(1, page * 512, bytes(512)), 0);
    cutOf(() => flash.program(1, 5 * 512, bytes(512)));
    flash.reboot();
    assert.ok(distance(read(flash, 1, 512, 512), bytes(512)) > 0, `${tear}: page 1 pays for page 5`);
    for (const page of [0, 2, 3, 4]) assert.equal(read(flash, 1, page * 512, 512), [...bytes(512)], `page ${page}`);
  }
});

test("P7: a cut in a lower page damages none, nor does an upper page that power died before or after", () => {
  for (const [at, tear] of [
    [3, "bits"],
    [5, "none"],
    [5, "all"],
  ] as const) {
    const flash = faulty(undefined, PAIRED, { cut: { op: at, tear } });
    for (let page = 0; page < at; page++) flash.program(1, page * 512, bytes(512));
    cutOf(() => flash.program(1, at * 512, bytes(512)));
    flash.reboot();
    for (let page = 0; page < at; page++) assert.equal(read(flash, 1, page * 512, 512), [...bytes(512)]);
  }
});

test("P7: a program that reports failure damages its pair too; the rate and the distance can be named", () => {
  const flash = faulty(
    [
      { id: "P7", rate: 0.5, pairedPages: 3 },
      { id: "B2", at: 3 },
    ],
    NAND,
  );
  for (let page = 0; page < 3; page++) flash.program(1, page * 512, bytes(512));
  assert.is(flash.program(1, 3 * 512, bytes(512)), -1);
  assert.ok(Math.abs(distance(read(flash, 1, 0, 512), bytes(512)) / 4096 - 0.5) < 0.05);
  assert.equal(read(flash, 1, 512, 512), [...bytes(512)]);
  const classic = faulty(undefined, PAIRED, { failOps: [4] });
  for (let page = 0; page < 4; page++) classic.program(1, page * 512, bytes(512));
  assert.is(classic.program(1, 4 * 512, bytes(512)), -1);
  assert.ok(distance(read(classic, 1, 0, 512), bytes(512)) > 0);
});

test("P8: a program pulls down cells at 1 of its pages, and of no others", () => {
  const flash = faulty([{ id: "P8", rate: 0.01 }]);
  flash.program(1, 100, bytes(4));
  const now = read(flash, 1);
  assert.ok(distance(now.slice(64, 128), blank(64)) > 32);
  assert.equal([now.slice(0, 64), now.slice(128)], [blank(64), blank(896)]);
  assert.equal(cells(flash, 1).slice(64, 100), blank(36), "the cells below are pristine");
  flash.endFaults();
  assert.equal(read(flash, 1, 64, 36), blank(36));
  const once = faulty([{ id: "P8", at: 1, rate: 0.5 }]);
  once.program(1, 0, bytes(4));
  assert.equal(read(once, 1, 4, 60), blank(60));
  once.program(1, 64, bytes(4));
  assert.not.equal(read(once, 1, 68, 60), blank(60));
});

test("D1: beyond its limit a block loses cells at 1 in other pages than the one read; an erase starts the count again", () => {
  const flash = faulty([{ id: "D1", reads: 100, rate: 0.5 }]);
  for (let n = 0; n < 100; n++) read(flash, 1, 0, 64);
  const quiet = read(flash, 2);
  assert.equal(cells(flash, 1), blank(1024));
  assert.equal(quiet, blank(1024));
  for (let n = 0; n < 40; n++) read(flash, 1, 0, 64);
  const now = read(flash, 1);
  assert.equal(now.slice(0, 64), blank(64));
  const fallen = distance(now, blank(1024));
  assert.ok(fallen > 8 && fallen < 32, `${fallen}`);
  flash.erase(1);
  for (let n = 0; n < 99; n++) read(flash, 1, 0, 64);
  assert.equal(read(flash, 1), blank(1024));
});

test("D1: a block programmed in part is disturbed ten times sooner; the usual limit of NOR is none", () => {
  const flash = faulty([{ id: "D1", reads: 200, rate: 1 }]);
  flash.program(1, 0, bytes(64));
  for (let n = 0; n < 22; n++) read(flash, 1, 0, 64);
  assert.is(distance(read(flash, 1, 64, 960), blank(960)), 2);
  const never = faulty([{ id: "D1", rate: 1 }]);
  for (let n = 0; n < 3000; n++) read(never, 1, 0, 1);
  assert.equal(read(never, 1), blank(1024));
});

test.run();
