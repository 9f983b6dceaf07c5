/*
 * The terminal: progress and colour only where a person watches; Ctrl-C between two changes.
 */
import { PassThrough, Readable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Failure } from "../../../../host/cli/exit.js";
import { Terminal } from "../../../../host/cli/terminal.js";

const test = suite("host/cli/terminal");

function terminalOf(watched: boolean, environment: Record<string, string> = {}) {
  const stderr = Object.assign(new PassThrough(), { isTTY: watched, columns: 40 });
  const terminal = new Terminal({ stdin: Readable.from([]), stdout: new PassThrough(), stderr, environment });
  return { terminal, said: () => String(stderr.read() ?? "") };
}

test("progress is one line, cut to the width, and gone before the next word", () => {
  const { terminal, said } = terminalOf(true);
  terminal.progress(`x${"y".repeat(60)}`, 5, 5);
  terminal.say("done");
  const [, line] = said().split("\r");
  assert.is(line!.replace("\u001b[K", "").length, 39);
  terminal.say("again");
  assert.is(said(), "again\n");
});

test("progress without an end is a count", () => {
  const { terminal, said } = terminalOf(true);
  terminal.progress("reading", 7);
  assert.match(said(), "reading 7");
  assert.not.match(said(), "%");
});

test("no terminal: no progress, no colour", () => {
  const { terminal, said } = terminalOf(false);
  terminal.progress("block", 1, 1);
  terminal.say(terminal.alarm("no"));
  assert.is(said(), "no\n");
});

test("colour on a terminal, but not with NO_COLOR or TERM=dumb", () => {
  assert.match(terminalOf(true).terminal.alarm("x"), "\u001b[");
  assert.is(terminalOf(true, { NO_COLOR: "1" }).terminal.alarm("x"), "x");
  assert.is(terminalOf(true, { TERM: "dumb" }).terminal.strong("x"), "x");
  assert.match(terminalOf(true, { NO_COLOR: "" }).terminal.strong("x"), "\u001b[");
});

test("after Ctrl-C the next breath stops, and so does work that takes none", async () => {
  const { terminal } = terminalOf(false);
  await terminal.breathe();
  const endless = terminal.orStopped(new Promise(() => undefined));
  terminal.stop();
  for (const stopped of [endless, terminal.breathe()]) {
    const reason = await stopped.then(() => undefined).catch((error: unknown) => error);
    assert.instance(reason, Failure);
    assert.is((reason as Failure).exitCode, 130);
  }
});

test.run();
