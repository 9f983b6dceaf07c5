/* `serve` and `sync` as a script meets them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Terminal } from "../../../../host/cli/terminal.js";
import { type Ended, freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/sync");

/** Runs `serve` until `work` is done. */
async function served<T>(folder: string, work: (url: string) => Promise<T>): Promise<{ result: T; ended: Ended }> {
  let terminal!: Terminal;
  let url = "";
  const said = new Promise<void>((done) => {
    const serving = holdfast(["serve", "--port", "0", "--data", folder, "--json"], {
      before: (own) => {
        terminal = own;
        const { data } = own;
        own.data = async (bytes) => {
          url = (JSON.parse(String(bytes)) as { url: string }).url;
          await data.call(own, bytes);
          done();
        };
      },
    });
    ending = serving;
  });
  await said;
  try {
    const result = await work(url);
    terminal.stop();
    return { result, ended: await ending };
  } finally {
    terminal.stop();
  }
}
let ending!: Promise<Ended>;

async function put(image: string, text: string): Promise<string> {
  return (await holdfast(["put", "note", "-i", image, "--json"], { stdin: text })).json.id;
}
const texts = async (image: string) => (await holdfast(["list", "-i", image, "--json"])).json.records.length as number;

test("two handsets, the code for the second, and the relay's end by Ctrl-C", () =>
  inFolder(async (path) => {
    const [a, b] = [await freshImage(path("a.flash")), await freshImage(path("b.flash"))];
    await put(a, "Bread, milk");
    const { ended } = await served(path("relay"), async (url) => {
      const looked = await holdfast(["sync", url, "-i", a, "--dry-run", "--json"]);
      assert.equal([looked.exitCode, looked.json.phase, looked.json.relayRecords], [0, "idle", 0]);
      const first = await holdfast(["sync", url, "-i", a, "--json"]);
      assert.equal([first.exitCode, first.json.pushed, first.json.phase], [0, 1, "equal"]);
      assert.match(first.stderr, /handset and relay have the same 1 record\n/);
      const refused = await holdfast(["sync", url, "-i", b, "--json"]);
      assert.equal([refused.exitCode, refused.json.phase], [12, "refused"]);
      assert.match(refused.stderr, /asks for its code/);
      const second = await holdfast(["sync", url, "-i", b, "--code", first.json.joinCode, "--json"]);
      assert.equal([second.exitCode, second.json.pulled, second.json.digest], [0, 1, first.json.digest]);
    });
    assert.is(ended.exitCode, 130);
    assert.is(await texts(b), 1);
  }));

test("a relay whose folder is gone: exit 22, nothing deleted, and --reseed fills it", () =>
  inFolder(async (path) => {
    const a = await freshImage(path("a.flash"));
    await put(a, "one");
    await put(a, "two");
    await served(path("relay"), async (url) => assert.is((await holdfast(["sync", url, "-i", a])).exitCode, 0));
    rmSync(path("relay"), { recursive: true });
    await served(path("relay"), async (url) => {
      const guarded = await holdfast(["sync", url, "-i", a, "--json"]);
      assert.equal([guarded.exitCode, guarded.json.phase, guarded.json.removed], [22, "guard", 0]);
      assert.match(guarded.stderr, /nothing was deleted here/);
      assert.is(await texts(a), 2);
      const seeded = await holdfast(["sync", url, "-i", a, "--reseed", "--json"]);
      assert.equal([seeded.exitCode, seeded.json.relayRecords, seeded.json.pushed], [0, 2, 2]);
    });
  }));

test("what can go wrong has its own words and exit code", () =>
  inFolder(async (path) => {
    const a = await freshImage(path("a.flash"));
    const code = async (words: string[], pattern: RegExp) => {
      const ended = await holdfast([...words, "-i", a]);
      assert.match(ended.stderr, pattern);
      return ended.exitCode;
    };
    assert.is(await code(["sync"], /URL/), 2);
    assert.is(await code(["sync", "http://127.0.0.1"], /not the address of a relay/), 2);
    assert.is(await code(["sync", "ws://127.0.0.1:9"], /cannot be reached/), 4);
    assert.is(await code(["sync", "ws://127.0.0.1:9", "--resed"], /did you mean --reseed/), 2);
    assert.is(await code(["serve", "--port", "70000"], /from 0 to 65535/), 2);
    mkdirSync(path("damaged"));
    writeFileSync(join(path("damaged"), "relay.sqlite"), "not a database at all. ".repeat(100));
    assert.is(await code(["serve", "--port", "0", "--data", path("damaged")], /damaged/), 21);
    await served(path("relay"), async (url) => {
      const port = new URL(url).port;
      assert.is(await code(["serve", "--port", port, "--data", path("other")], /another program has this port/), 11);
      assert.is(await code(["sync", url, "--code", "no code"], /is not a join code/), 2);
    });
  }));

test.run();
