/* `serve` as a process of its own, ended in the middle. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/serve");

async function serving(folder: string): Promise<{ child: ChildProcess; url: string; records: number }> {
  const child = spawn(process.execPath, ["build/host/cli/main.js", "serve", "--port", "0", "--data", folder, "--json"]);
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  return { child, ...JSON.parse(String(first)) };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

test("killed while a handset syncs: what was acknowledged is there, and the next sync ends equal", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    await holdfast(["import", "tests/fixtures/contacts", "-i", image]);
    const { records } = (await holdfast(["stat", "-i", image, "--json"])).json;
    const first = await serving(path("relay"));
    first.child.stderr?.resume();
    const syncing = holdfast(["sync", first.url, "-i", image, "--json"]);
    setTimeout(() => first.child.kill("SIGKILL"), 60);
    const cut = await syncing;
    assert.ok([0, 3, 4].includes(cut.exitCode), cut.stderr);
    const second = await serving(path("relay"));
    second.child.stderr?.resume();
    const whole = await holdfast(["sync", second.url, "-i", image, "--json"]);
    assert.equal([whole.exitCode, whole.json.relayRecords], [0, records], whole.stderr);
    assert.is(await ended(second.child, "SIGINT"), 130);
    const third = await serving(path("relay"));
    assert.is(third.records, records);
    await ended(third.child, "SIGINT");
  }));

test("two relays over one folder: each sees what the other stored, and nothing is lost", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    await holdfast(["put", "note", "-i", image], { stdin: "one" });
    const [first, second] = [await serving(path("relay")), await serving(path("relay"))];
    for (const { url } of [first, second, first]) {
      await holdfast(["put", "note", "-i", image], { stdin: url });
      assert.is((await holdfast(["sync", url, "-i", image])).exitCode, 0);
    }
    await ended(first.child, "SIGINT");
    await ended(second.child, "SIGINT");
  }));

test.run();
