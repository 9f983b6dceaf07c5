/*
 * A few mutants of the shipped wasm in every test run; `npm run mutate` has 200. And that sites are found and changed as they should be.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import wabtInit from "wabt";
import { commit, nameOf, score } from "./campaign.js";
import { covering, runsOf } from "./cover.js";
import { adopt, play, stretchesOf } from "./play.js";
import { draw, mutated, sitesOf } from "./sites.js";

const MUTANTS = process.env.HOLDFAST_REQUIRE_ALL === "1" ? 24 : 6;
/** Of so few mutants a share says little: the bar of 85 % is that of `npm run mutate`. */
const LEAST_SHARE = 0.6;
const test = suite("mutation");
const wat = readFileSync("build/device.wat", "utf8");

test("sites are found in journal, format and store, of every kind, and nowhere else", () => {
  const sites = sitesOf(wat);
  assert.ok(sites.length > 1000, `${sites.length} sites`);
  assert.equal([...new Set(sites.map(({ kind }) => kind))].sort(), [
    "arithmetic",
    "branch",
    "compare",
    "condition",
    "constant",
    "global",
    "store",
  ]);
  assert.ok(sites.every(({ functionName }) => /^assembly\/(journal|format|store)\//.test(functionName)));
});

test("the same commit draws the same sites, another one others; kinds come in turn", () => {
  const sites = sitesOf(wat);
  assert.equal(draw(sites, 50, "a").map(nameOf), draw(sites, 50, "a").map(nameOf));
  assert.not.equal(draw(sites, 50, "a").map(nameOf), draw(sites, 50, "b").map(nameOf));
  assert.is(new Set(draw(sites, 7, "a").map(({ kind }) => kind)).size, 7);
});

test("a minimum is no site of a comparison, something like it is one", () => {
  const kinds = (...code: string[]) =>
    sitesOf(` (func $assembly/store/x\n${code.map((line) => `  ${line}\n`).join("")} )`).map(({ kind, from }) => `${kind} ${from}`);
  const minimum = [
    "global.get $a",
    "local.tee $0",
    "local.get $1",
    "i32.load",
    "local.tee $2",
    "local.get $0",
    "local.get $2",
    "i32.lt_u",
    "select",
  ];
  assert.equal(kinds(...minimum), ["condition select"]);
  assert.equal(kinds(...minimum.with(5, "local.get $3")), ["compare i32.lt_u", "condition select"]);
  assert.equal(kinds(...minimum.with(3, "call $f")), ["compare i32.lt_u", "condition select"]);
  const limited = ["i32.const 9", "local.get $1", "i32.load", "local.tee $2", "local.get $2", "i32.const 9", "i32.ge_u", "select"];
  assert.equal(kinds(...limited), ["constant i32.const 9", "condition select"]);
  assert.equal(kinds(...limited.with(6, "i32.gt_u")), ["constant i32.const 9", "constant i32.const 9", "condition select"]);
});

test("a mutant differs in one line", () => {
  const site = draw(sitesOf(wat), 1, "a")[0]!;
  const [before, after] = [wat.split("\n"), mutated(wat, { ...site, to: "x" }).split("\n")];
  assert.equal(
    after.filter((line, i) => line !== before[i]),
    ["x"],
  );
});

test("every site lies in a run of which a bit is kept, and an instance tells which it came through", () => {
  const { runs, text } = covering(wat);
  assert.ok(sitesOf(wat).every(({ line }) => runs[line] !== undefined));
  const bits = [3n, 1n << 63n].map((value) => new WebAssembly.Global({ value: "i64" }, BigInt.asIntN(64, value)));
  assert.equal(runsOf({ cover0: bits[0]!, cover1: bits[1]! }), [0, 1, 127]);
  assert.ok(text.includes('(export "cover0" (global $cover0))'));
});

/** A log as the recorder writes it: one call of one argument, that asks for an erase. */
function logOf(argument: number, erased: number, answer: number): Buffer {
  const value = (of: number): number[] => [...Buffer.from(new Float64Array([of]).buffer)];
  const word = (of: number): number[] => [...Buffer.from(new Uint32Array([of]).buffer)];
  const name = Buffer.from("hf_tick");
  const tag = (of: string): number => of.charCodeAt(0);
  const named = [tag("N"), 0, 0, name.length, ...name];
  const asked = [tag("F"), 2, ...word(0), 1, ...word(erased)];
  return Buffer.from([tag("I"), ...named, tag("C"), 0, 0, 1, ...value(argument), ...asked, tag("R"), 1, ...value(answer)]);
}
const DOOR = ["hf_window", "hf_result", "hf_stat_record", "hf_fault"].map((name) => `(func (export "${name}") (result i32) i32.const 0)`);
const TICKING = `(module (import "flash" "erase" (func $erase (param i32) (result i32))) (memory (export "memory") 1) ${DOOR.join(" ")}
  (func (export "hf_tick") (param i32) (result i32) local.get 0 call $erase drop local.get 0 i32.const 1 i32.add))`;

test("what a core does otherwise than a log says is told: an answer, an operation, a trap", async () => {
  const wabt = await wabtInit();
  const ticking = (text: string) => new WebAssembly.Module(Uint8Array.from(wabt.parseWat("ticking", text).toBinary({}).buffer));
  const core = ticking(TICKING);
  const [stretch] = stretchesOf(logOf(5, 5, 6));
  assert.is(play(core, stretch!), undefined);
  assert.match(play(core, stretchesOf(logOf(5, 5, 7))[0]!)!, /answers 6, not 7/);
  assert.match(play(core, stretchesOf(logOf(5, 4, 6))[0]!)!, /erase of 5/);
  assert.match(play(ticking(TICKING.replace("call $erase drop", "drop")), stretch!)!, /returns where the flash is asked/);
  assert.match(play(ticking(TICKING.replace("drop", "unreachable")), stretch!)!, /unreachable/);
});

test("a stretch of another build ends where the shipped one does otherwise", async () => {
  const wabt = await wabtInit();
  const core = new WebAssembly.Module(Uint8Array.from(wabt.parseWat("ticking", TICKING).toBinary({}).buffer));
  const [first, second] = [logOf(5, 5, 6), logOf(5, 4, 6).subarray(1)];
  const log = Buffer.concat([first, second]);
  assert.is(adopt(core, stretchesOf(log)[0]!).own!.end, first.length);
  assert.is(adopt(core, stretchesOf(Buffer.concat([first.subarray(0, 1), second]))[0]!).own, undefined);
});

test(`of ${MUTANTS} mutants most are killed`, async () => {
  const { verdicts, share } = await score(MUTANTS, commit(), ({ site, killed }) => {
    if (killed === undefined) console.log(`survived: ${nameOf(site)}`);
  });
  console.log(`${verdicts.length} mutants, ${(100 * share).toFixed(0)} % killed`);
  assert.is(verdicts.length, MUTANTS);
  assert.ok(share >= LEAST_SHARE, `${share}`);
});

test.run();
