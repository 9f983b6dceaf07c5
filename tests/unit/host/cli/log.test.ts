import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FileFlash } from "../../../../host/flash/index.js";
import { openAgent } from "../../../../host/index.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/log");

test("boots, cuts and closes are read off the flash, and nothing of what the records say", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const secret = "Zaphod Beeblebrox +1 555 0199";
    for (const ending of ["close", "pull", "close"] as const) {
      const flash = FileFlash.open(image);
      const agent = await openAgent(flash, { wallMs: () => Date.UTC(2009, 9, 2) });
      for (let i = 0; i < 5; i++) agent.put("note", secret.repeat(20));
      if (ending === "close") agent.close();
      flash.close();
    }
    const ended = await holdfast(["log", "-i", image, "--json"]);
    assert.is(ended.exitCode, 0, ended.stderr);
    const { sessions, boots, cuts, closes, damaged } = ended.json;
    assert.equal([boots, cuts, closes, damaged], [sessions.at(-1).session, 1, 2, 0]);
    assert.is(sessions.at(-1).recovered, true, "after the pull");
    assert.is(new Date(sessions.at(-1).wallMs).getUTCFullYear(), 2009);
    const told = await holdfast(["log", "-i", image]);
    assert.match(told.stderr, /1 cut made good, 2 orderly closes/);
    assert.match(told.stdout, /made good a cut, kept \d+ open segments?/);
    assert.not.match(JSON.stringify(ended.json) + told.stdout + told.stderr, /Zaphod|0199/);
  }));

test("no image is exit 10", () =>
  inFolder(async (path) => {
    assert.is((await holdfast(["log", "-i", path("none.flash")])).exitCode, 10);
  }));

test.run();
