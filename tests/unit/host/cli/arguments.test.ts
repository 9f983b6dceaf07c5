/*
 * Arguments: every mistake is named, with the nearest known word.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFirst, nearest, parse } from "../../../../host/cli/arguments.js";
import { COMMANDS } from "../../../../host/cli/commands.js";
import { Failure } from "../../../../host/cli/exit.js";

const test = suite("host/cli/arguments");

const put = COMMANDS.find(({ name }) => name === "put")!;
const verify = COMMANDS.find(({ name }) => name === "verify")!;

function refusal(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("options may stand before and after the words, in both spellings", () => {
  const values = { id: "0011223344556677", json: true, image: "x" };
  const expected = { positionals: ["note", "a.txt"], values, lists: { id: ["0011223344556677"], image: ["x"] } };
  assert.equal(parse(put, ["--id", "0011223344556677", "note", "-i", "x", "a.txt", "--json"]), expected);
  assert.equal(parse(put, ["note", "a.txt", "--image=x", "--id=0011223344556677", "--json"]), expected);
});

test("- is a word, and what follows -- is words", () => {
  assert.equal(parse(put, ["note", "-"]).positionals, ["note", "-"]);
  assert.equal(parse(put, ["note", "--", "--odd-name"]).positionals, ["note", "--odd-name"]);
});

test("an unknown option is named with the nearest known one", () => {
  const failure = refusal(() => parse(put, ["note", "--lable", "x"]));
  assert.is(failure.exitCode, 2);
  assert.is(failure.subject, "--lable");
  assert.match(failure.next, "--label");
  assert.is(refusal(() => parse(put, ["note", "-q"])).subject, "-q");
  assert.is(refusal(() => parse(put, ["note", "--constructor"])).message, "unknown option");
});

test("an option that may be given several times has all its values, in order", () => {
  const edit = COMMANDS.find(({ name }) => name === "edit")!;
  assert.equal(parse(edit, ["contact", "x", "--set", "A=1,2", "--set", "B=3"]).lists.set, ["A=1,2", "B=3"]);
});

test("a value that is missing, or that is not wanted, is refused", () => {
  assert.match(refusal(() => parse(put, ["note", "--id"])).message, "needs a value");
  assert.match(refusal(() => parse(put, ["note", "--id", "--json"])).message, "needs a value");
  assert.match(refusal(() => parse(put, ["note", "--json=yes"])).message, "takes no value");
});

test("too few and too many words are refused, the first extra one is named", () => {
  assert.match(refusal(() => parse(put, [])).message, "too few");
  assert.is(refusal(() => parse(put, ["note", "a", "b"])).subject, "b");
  assert.is(refusal(() => parse(verify, ["now"])).subject, "now");
});

test("--dry-run belongs to what writes, and to nothing else", () => {
  for (const command of COMMANDS) {
    const words = Array.from({ length: command.arity[0] }, () => "x");
    if (command.writes) assert.is(parse(command, [...words, "--dry-run"]).values["dry-run"], true);
    else assert.is(refusal(() => parse(command, [...words, "--dry-run"])).subject, "--dry-run");
  }
  assert.equal(
    COMMANDS.filter(({ writes }) => writes).map(({ name }) => name),
    ["init", "put", "edit", "rm", "undo", "import", "export", "print", "backup", "restore", "fsck", "scrub", "salvage", "sync"],
  );
});

test("global options before the command count as after it", () => {
  assert.equal(commandFirst(["-i", "x", "--json", "list", "note"]), ["list", "-i", "x", "--json", "note"]);
  assert.equal(commandFirst(["--help"]), ["--help"]);
});

test("the nearest word, if it is near", () => {
  assert.is(nearest("contakt", ["contact", "event"]), "contact");
  assert.is(nearest("ver", ["verify", "put"]), "verify");
  assert.is(nearest("zzzzzz", ["verify", "put"]), undefined);
});

test.run();
