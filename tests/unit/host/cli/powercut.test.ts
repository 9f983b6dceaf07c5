/*
 * powercut: a small campaign, a replay, and its usage.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/powercut");

test("a small sample loses nothing and says what it tried", async () => {
  const { exitCode, json } = await holdfast(["powercut", "--sample", "200", "--seed", "3", "--nested", "1", "--json"]);
  assert.is(exitCode, 0);
  assert.is(json.lost, 0);
  assert.ok(json.cuts > 50 && json.cuts < 800, `${json.cuts} cuts`);
  assert.ok(json.nested1 > 0);
  assert.is(
    Object.values(json.byTear as Record<string, number>).reduce((sum, count) => sum + count),
    json.cuts,
  );
});

test("a replay line is one cut", async () => {
  const { exitCode, json } = await holdfast(["powercut", "--replay", "spi-nor-8m:b24:seed7:w2:f40:p15:cut300=bits", "--json"]);
  assert.is(exitCode, 0);
  assert.is(json.cuts, 1);
  assert.match(json.logHash, /^[0-9a-f]{64}$/);
  const told = await holdfast(["powercut", "--replay", "spi-nor-8m:b24:seed7:w2:f40:p15:cut300=bits"]);
  assert.match(told.stdout, new RegExp(`log ${json.logHash} of \\d+ entries`));
});

test("the line of a trial, a flip or a burst is played, too, and told with the hash of its log", async () => {
  for (const field of ["L1=5", "flip=4196.3", "pulled-at-0.5=bits:burst8=17"]) {
    const line = `spi-nor-8m:b16:seed12:w0:f20:p2:${field}`;
    const { exitCode, json, stderr } = await holdfast(["powercut", "--replay", line, "--json"]);
    assert.equal([exitCode, json.lost], [0, 0], stderr);
    assert.match(json.logHash, /^[0-9a-f]{64}$/);
    const told = await holdfast(["powercut", "--replay", line]);
    assert.match(told.stdout, new RegExp(`log ${json.logHash} of \\d+ entries`));
  }
});

test("campaigns by name, on one part, and the page of them", async () => {
  await inFolder(async (path) => {
    const report = path("report.html");
    const words = ["--campaign", "bursts", "--campaign", "liveness", "--preset", "ecc-nor-16m", "--report", report];
    const { exitCode, json } = await holdfast(["powercut", ...words, "--json"]);
    assert.is(exitCode, 0);
    assert.equal(
      json.campaigns.map(({ name }: { name: string }) => name),
      ["liveness", "bursts"],
    );
    assert.is(json.size, "slice");
    assert.ok(json.campaigns[0].cuts > 0 && json.campaigns[1].trials.bursts > 0);
    assert.is(json.report, report);
    assert.equal(readdirSync(dirname(report)), ["report.html"]);
    const page = readFileSync(report, "utf8");
    for (const text of ["Verdict: nothing lost", "Power cuts on ecc-nor-16m", ">liveness<", ">bursts<"])
      assert.ok(page.includes(text), text);
  });
});

test("on a terminal the time that is left is told, and nowhere else", async () => {
  const words = ["powercut", "--campaign", "bursts", "--preset", "ecc-nor-16m"];
  assert.match((await holdfast(words, { watched: true })).stderr, /\rbursts, about \d+ s left: \d+\/\d+ \d+ %/);
  assert.is((await holdfast(words)).stderr, "");
});

test("a page that cannot be written is said", async () => {
  const words = ["--campaign", "bursts", "--preset", "ecc-nor-16m", "--report", "/nowhere/report.html"];
  const { exitCode, stderr } = await holdfast(["powercut", ...words]);
  assert.is(exitCode, 4, stderr);
  assert.match(stderr, "/nowhere/report.html");
});

const RAM = `
  const sizeOf = (g) => g.blockBytes * g.blockCount;
  const inside = (g, block, offset, length) => block >= 0 && block < g.blockCount && offset + length <= g.blockBytes;
  export function makeFlash(geometry) {
    const bytes = new Uint8Array(sizeOf(geometry)).fill(0xff);
    const at = (block) => block * geometry.blockBytes;
    return {
      geometry,
      read: (block, offset, target) => inside(geometry, block, offset, target.length) ? (target.set(bytes.subarray(at(block) + offset, at(block) + offset + target.length)), 0) : -1,
      program: (block, offset, source) => inside(geometry, block, offset, source.length) ? (source.forEach((byte, i) => { bytes[at(block) + offset + i] &= byte; }), 0) : -1,
      erase: (block) => inside(geometry, block, 0, 0) ? (bytes.fill(0xff, at(block), at(block) + geometry.blockBytes), 0) : -1,
    };
  }`;

test("a driver of one's own is cut, and a line is replayed on it", async () => {
  await inFolder(async (path) => {
    const driver = path("driver.mjs");
    writeFileSync(driver, RAM);
    const { exitCode, json, stderr } = await holdfast(["powercut", "--driver", driver, "--sample", "20", "--json"]);
    assert.is(exitCode, 0, stderr);
    assert.is(json.driver.geometry.blockCount, 24);
    assert.ok(json.cuts > 0 && json.lost === 0);
    const replayed = await holdfast(["powercut", "--driver", driver, "--replay", "spi-nor-8m:b24:seed7:w2:f4:p1:cut30=bits", "--json"]);
    assert.is(replayed.json.cuts, 1, replayed.stderr);
  });
});

test("a driver that loses what it was given is exit 23, with a line that replays it on this driver", async () => {
  await inFolder(async (path) => {
    const driver = path("driver.mjs");
    // Keeps the first 64 bytes of a program only: more than the contract's own questions need.
    writeFileSync(driver, RAM.replace("source.forEach((byte, i) =>", "source.subarray(0, 64).forEach((byte, i) =>"));
    const { exitCode, stderr, stdout } = await holdfast(["powercut", "--driver", driver, "--sample", "20"]);
    assert.is(exitCode, 23, stderr);
    assert.match(stdout, /lost: [1-9]/);
    assert.match(stderr, /DriverFault: read of block \d+/);
    assert.ok(stderr.includes(`holdfast powercut --driver ${driver} --replay 'spi-nor-8m:b24:`), stderr);
  });
});

test("a driver that is none, or breaks its contract, is a usage error that says so", async () => {
  await inFolder(async (path) => {
    assert.match((await holdfast(["powercut", "--driver", path("none.mjs")])).stderr, "no such driver");
    const broken: [RegExp, string][] = [
      [/exports no factory/, "export const flash = 7;"],
      [/cannot be loaded: Error: oh/, "throw new Error('oh');"],
      [/cannot be loaded: SyntaxError/, "export {"],
      [/throws before any cut: Error: no chip/, "export default () => { throw new Error('no chip'); };"],
      [/geometry is not served/, "export default () => ({ geometry: { kind: 'nor' }, read() {}, program() {}, erase() {} });"],
      [/breaks its contract: .*is not refused/, RAM.replace("? (bytes.fill", "|| true ? (bytes.fill")],
    ];
    for (const [index, [words, source]] of broken.entries()) {
      const driver = path(`broken-${index}.mjs`);
      writeFileSync(driver, source);
      const { exitCode, stderr } = await holdfast(["powercut", "--driver", driver]);
      assert.is(exitCode, 2, `${words}: ${stderr}`);
      assert.match(stderr, words);
    }
  });
});

test("usage", async () => {
  for (const words of [
    ["--preset", "spi"],
    ["--seed", "x"],
    ["--all", "--sample", "5"],
    ["--nested", "3"],
    ["--sample", "0"],
    ["--campaign", "storm"],
    ["--campaign", "storms", "--size", "huge"],
    ["--campaign", "storms", "--preset", "spi"],
    ["--campaign", "storms", "--all"],
    ["--campaign", "nested-2", "--preset", "cfi-nor-16m"],
    ["--campaign", "storms", "--seed", "4"],
    ["--size", "slice"],
    ["--replay", "spi-nor-8m:b24:seed7:cut3=bits", "--report", "x.html"],
    ["--replay", "nonsense"],
    ["--replay", "spi-nor-8m:b16:seed7:flip=99999999.1"],
    ["--replay", "spi-nor-8m:b24:seed7"],
    ["--replay", "spi-nor-8m:b24:seed7:cut99999999=bits"],
  ]) {
    const { exitCode, stderr } = await holdfast(["powercut", ...words]);
    assert.is(exitCode, 2, `${words.join(" ")}: ${stderr}`);
  }
});

test.run();
