/*
 * The program as it is installed: build/host/cli/main.js in a process of its own.
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inFolder } from "./command-line.js";

const test = suite("host/cli/main");

const PROGRAM = "build/host/cli/main.js";

function holdfast(words: string[], input?: string, environment: Record<string, string> = {}) {
  return spawnSync(process.execPath, [PROGRAM, ...words], { input, encoding: "utf8", env: { ...process.env, ...environment } });
}

test("the program is what package.json calls holdfast, and starts with a shebang", () => {
  const { bin } = JSON.parse(readFileSync("package.json", "utf8")) as { bin: { holdfast: string } };
  assert.is(bin.holdfast, `./${PROGRAM}`);
  assert.match(readFileSync(PROGRAM, "utf8"), /^#!\/usr\/bin\/env node\n/);
});

test("a pipeline: put from stdin, get to stdout, list into a closed pipe", () =>
  inFolder(async (path) => {
    const environment = { HOLDFAST_IMAGE: path("handset.flash") };
    assert.is(holdfast(["init", "--plain"], undefined, environment).status, 0);
    const put = holdfast(["put", "note"], "Milk\n", environment);
    assert.is(put.status, 0, put.stderr);
    assert.is(holdfast(["get", "note", put.stdout.trim()], undefined, environment).stdout, "Milk\n");
    const script = `for i in 1 2 3; do ${process.execPath} ${PROGRAM} list; done | head -c 1; ${process.execPath} ${PROGRAM} list | true`;
    const piped = spawnSync("bash", ["-o", "pipefail", "-c", script], { encoding: "utf8", env: { ...process.env, ...environment } });
    assert.is(piped.stderr, "");
  }));

test("exit codes reach the shell, and an error never shows a stack", () =>
  inFolder(async (path) => {
    writeFileSync(path("letter"), "Dear Zoe");
    for (const [exitCode, ...words] of [
      [0, "help"],
      [2, "lst"],
      [2],
      [10, "list", "-i", path("none")],
      [10, "list", "-i", path("letter")],
      [4, "import", path("none.vcf"), "-i", path("letter")],
    ] as [number, ...string[]][]) {
      const ended = holdfast(words);
      assert.is(ended.status, exitCode, words.join(" "));
      assert.not.match(ended.stderr, /\n\s+at /);
    }
  }));

test("Ctrl-C in the middle of the demo: 130, and its scratch image is gone", async () => {
  const child = spawn(process.execPath, [PROGRAM, "demo", "--pulls", "100000"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (said.includes("owner")) child.kill("SIGINT");
  }
  assert.is(await ended, 130);
  assert.match(said, "Ctrl-C");
  const scratch = /its bytes: (\S+)/.exec(said)?.[1] as string;
  assert.not.ok(readdirSync(tmpdir()).some((name) => scratch.includes(`/${name}/`)));
});

test.run();
