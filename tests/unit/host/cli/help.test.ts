/*
 * Help is complete, and generated: no command without usage, example and keys.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { optionsOf } from "../../../../host/cli/arguments.js";
import { COMMANDS } from "../../../../host/cli/commands.js";
import { EXIT, EXIT_WORDS } from "../../../../host/cli/exit.js";
import { holdfast } from "./command-line.js";

const test = suite("host/cli/help");

test("the commands of this version", () => {
  const names = COMMANDS.map(({ name }) => name).sort();
  assert.equal(names, [
    "agenda",
    "audit",
    "backup",
    "bench",
    "demo",
    "diary",
    "drill",
    "edit",
    "emulate",
    "export",
    "fsck",
    "get",
    "history",
    "image",
    "import",
    "init",
    "list",
    "log",
    "powercut",
    "print",
    "put",
    "restore",
    "rm",
    "salvage",
    "scrub",
    "serve",
    "stat",
    "status",
    "sync",
    "threads",
    "todos",
    "undo",
    "verify",
  ]);
});

test("the overview names every command and every exit code", async () => {
  for (const words of [["help"], ["--help"], ["-h"]]) {
    const { exitCode, stdout, stderr } = await holdfast(words);
    assert.is(exitCode, 0);
    assert.is(stderr, "");
    for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name} `, "m"));
    for (const code of Object.values(EXIT)) assert.match(stdout, new RegExp(`^ {2}${code} `, "m"));
  }
  assert.is(EXIT_WORDS.length, Object.keys(EXIT).length);
});

test("every command has help with usage, options, an example that is its own, and the keys of --json", async () => {
  for (const command of COMMANDS) {
    assert.ok(command.example.includes(`holdfast ${command.name}`), `${command.name} has no example`);
    assert.ok(Object.keys(command.keys).length > 0, `${command.name} documents no keys`);
    const { exitCode, stdout } = await holdfast([command.name, "--help"]);
    assert.is(exitCode, 0);
    assert.match(stdout, `usage: holdfast ${command.name}`);
    assert.ok(stdout.includes(command.example));
    for (const option of Object.keys(optionsOf(command))) assert.ok(stdout.includes(`--${option}`), `${command.name} --${option}`);
    assert.is((await holdfast(["help", command.name])).stdout, stdout);
  }
});

test("help as one object", async () => {
  assert.is((await holdfast(["help", "--json"])).json.commands.length, COMMANDS.length);
  assert.is((await holdfast(["put", "--help", "--json"])).json.name, "put");
});

test("no command, an unknown command, an unknown command to explain: usage", async () => {
  assert.is((await holdfast([])).exitCode, 2);
  const unknown = await holdfast(["verfiy"]);
  assert.is(unknown.exitCode, 2);
  assert.match(unknown.stderr, "verfiy");
  assert.match(unknown.stderr, "did you mean verify?");
  assert.is(unknown.stdout, "");
  assert.is((await holdfast(["help", "nothing"])).exitCode, 2);
});

test("the version is the package's", async () => {
  assert.match((await holdfast(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
});

test.run();
