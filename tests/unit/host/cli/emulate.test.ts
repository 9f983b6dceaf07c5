/*
 * emulate: says where, serves, and ends on Ctrl-C. The page itself: tests/page.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { servePage } from "../../../../host/emulator/server.js";
import { holdfast } from "./command-line.js";

const test = suite("host/cli/emulate");

interface Program {
  child: ChildProcess;
  /** What stdout got so far. */
  said: () => string;
  ended: Promise<number | null>;
}

function start(...words: string[]): Program {
  const child = spawn(process.execPath, ["build/host/cli/main.js", "emulate", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += String(chunk);
  });
  return { child, said: () => said, ended: new Promise((resolve) => child.on("exit", resolve)) };
}

/** Resolves with the first line on stdout. */
async function firstLine({ child, said }: Program): Promise<string> {
  while (!said().includes("\n")) await new Promise((resume) => child.stdout?.once("data", resume));
  return said().split("\n")[0];
}

test("prints the address, serves the page there, and Ctrl-C ends it with 130", async () => {
  const program = start("--port", "0");
  const url = await firstLine(program);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  assert.match(await (await fetch(url)).text(), "Holdfast emulator");
  program.child.kill("SIGINT");
  assert.is(await program.ended, 130);
  assert.is(program.said(), `${url}\n`);
});

test("--json prints one object, at once, and nothing more at the end", async () => {
  const program = start("--port", "0", "--json");
  const { url, port } = JSON.parse(await firstLine(program));
  assert.is(url, `http://127.0.0.1:${port}/`);
  assert.is((await fetch(url)).status, 200);
  program.child.kill("SIGINT");
  assert.is(await program.ended, 130);
  assert.equal(JSON.parse(program.said()), { url, port });
});

test("a Ctrl-C that comes before it serves ends it too", async () => {
  assert.is((await holdfast(["emulate", "--port", "0"], { before: (terminal) => terminal.stop() })).exitCode, 130);
});

test("a port that another program has: its own message, exit 11", async () => {
  const server = await servePage(0);
  try {
    const { exitCode, stderr, json } = await holdfast(["emulate", "--port", String(server.port), "--json"]);
    assert.is(exitCode, 11);
    assert.match(stderr, `another program has this port: 127.0.0.1:${server.port}`);
    assert.match(stderr, "--port N");
    assert.is(json.error.code, "PORT_IN_USE");
  } finally {
    await server.close();
  }
});

test("usage: no number, no port, an option that is not there yet, an argument", async () => {
  for (const words of [
    ["--port", "many"],
    ["--port", "65536"],
    ["--port", "-1"],
    ["--port"],
    ["--headless"],
    ["--scenario", "day.json"],
    ["now"],
  ]) {
    const { exitCode, stderr, stdout } = await holdfast(["emulate", ...words]);
    assert.is(exitCode, 2, words.join(" "));
    assert.ok(stderr.includes(words[0]) || stderr.includes(words[1]), stderr);
    assert.is(stdout, "");
  }
});

test.run();
