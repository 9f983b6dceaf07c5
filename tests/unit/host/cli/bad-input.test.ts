/*
 * Each bad input has a message and an exit code of its own, and leaves the image as it was.
 */
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FileFlash } from "../../../../host/flash/index.js";
import { type Ended, freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/bad input");

const ID = "00112233445566aa";
/** What of an image is asked for by those that read and those that write. */
const CALLS = [["list"], ["stat"], ["verify"], ["get", "note", ID], ["rm", "note", ID], ["put", "note", "--id", ID]];

function assertSays(ended: Ended, exitCode: number, ...words: string[]): void {
  assert.is(ended.exitCode, exitCode, ended.stderr);
  assert.is(ended.stdout, "");
  for (const word of words) assert.ok(ended.stderr.includes(word), `"${word}" is not in: ${ended.stderr}`);
  assert.ok(ended.stderr.trim().split("\n").length >= 2, `no next step: ${ended.stderr}`);
  assert.not.match(ended.stderr, /\n\s+at /);
}

async function eachCall(image: string, exitCode: number, ...words: string[]): Promise<void> {
  const before = existsSync(image) ? readFileSync(image) : undefined;
  for (const call of CALLS) assertSays(await holdfast([...call, "-i", image], { stdin: "x" }), exitCode, ...words);
  if (before === undefined) assert.not.ok(existsSync(image));
  else assert.ok(readFileSync(image).equals(before), "the image was written to");
}

test("image missing", () => inFolder((path) => eachCall(path("none.flash"), 10, "no image", path("none.flash"), "holdfast init")));

test("not a Holdfast image: nothing is written", () =>
  inFolder(async (path) => {
    writeFileSync(path("letter"), "Dear Zoe, ".repeat(5000));
    await eachCall(path("letter"), 10, "not a Holdfast image", path("letter"));
    writeFileSync(path("empty"), "");
    await eachCall(path("empty"), 10, "not a Holdfast image");
    for (const call of CALLS) assertSays(await holdfast([...call, "-i", path(".")], { stdin: "x" }), 10, path("."));
  }));

test("newer format", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const bytes = readFileSync(image);
    for (let block = 0; block < bytes.length; block += 4096) bytes[block + 4] = 2;
    writeFileSync(image, bytes);
    await eachCall(image, 25, "format", image);
  }));

test("other geometry: the image is longer than it was made", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    writeFileSync(image, Buffer.concat([readFileSync(image), Buffer.alloc(4096, 0xff)]));
    await eachCall(image, 10, "longer than its labels say", image);
  }));

test("truncated", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    truncateSync(image, 8 * 1024 * 1024 - 4096);
    await eachCall(image, 21, "truncated", image);
  }));

test("in use", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const other = FileFlash.open(image);
    await eachCall(image, 11, "in use", image);
    other.close();
    assert.is((await holdfast(["list", "-i", image])).exitCode, 0);
  }));

test("a read-only image file: reading works, writing is refused", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    await holdfast(["put", "note", "--id", ID, "-i", image], { stdin: "kept" });
    const before = readFileSync(image);
    chmodSync(image, 0o444);
    assert.is((await holdfast(["get", "note", ID, "-i", image])).stdout, "kept");
    assertSays(await holdfast(["put", "note", "-i", image], { stdin: "x" }), 1, "may not be written", image, "chmod");
    assertSays(await holdfast(["rm", "note", ID, "-i", image]), 1, image);
    assert.ok(readFileSync(image).equals(before));
  }));

test("unknown kind, unknown id, no id at all", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    assertSays(await holdfast(["put", "contakt", "-i", image], { stdin: "x" }), 2, "contakt", "did you mean contact?");
    assertSays(await holdfast(["list", "files", "-i", image]), 2, "files", "kinds are contact");
    assertSays(await holdfast(["get", "note", ID, "-i", image]), 4, "no such record", ID);
    assertSays(await holdfast(["rm", "note", ID, "-i", image]), 4, "no such record", ID);
    assertSays(await holdfast(["get", "note", "xyz", "-i", image]), 2, "xyz", "16 hex digits");
  }));

test("put: no such file, a folder, an empty file, a body over the limit", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const before = readFileSync(image);
    assertSays(await holdfast(["put", "note", path("none"), "-i", image]), 4, "no such file", path("none"));
    assertSays(await holdfast(["put", "note", path("."), "-i", image]), 2, "folder");
    writeFileSync(path("empty"), "");
    assertSays(await holdfast(["put", "note", path("empty"), "-i", image]), 2, "empty", path("empty"));
    assertSays(await holdfast(["put", "note", "-i", image], { stdin: "" }), 2, "empty", "stdin");
    writeFileSync(path("big"), Buffer.alloc(8 * 1024 * 1024 + 1, 1));
    assertSays(await holdfast(["put", "vault", path("big"), "--plain", "-i", image]), 2, "too big", path("big"), "8388608");
    assert.ok(readFileSync(image).equals(before));
  }));

test("part full: the refused record is absent, the others are whole, removing makes room", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    writeFileSync(path("picture"), Buffer.alloc(2 * 1024 * 1024, 7));
    const put = (id: string) => holdfast(["put", "photo", path("picture"), "--id", id, "-i", image]);
    assert.is((await put("0000000000000001")).exitCode, 0);
    assert.is((await put("0000000000000002")).exitCode, 0);
    assertSays(await put("0000000000000003"), 24, image, "three quarters", "memory card");
    assert.is((await holdfast(["put", "note", path("picture"), "-i", image])).exitCode, 0, "pictures do not take all of it");
    assert.is((await holdfast(["list", "photo", "-i", image, "--json"])).json.count, 2);
    assert.is((await holdfast(["verify", "-i", image])).exitCode, 0);
    assert.is((await holdfast(["rm", "photo", "0000000000000001", "-i", image])).exitCode, 0);
    assert.is((await put("0000000000000003")).exitCode, 0);
  }));

/** What does not pack stands in the image as it is. */
function noise(lengthBytes: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(lengthBytes / 32) }, (_, i) => createHash("sha256").update(`${i}`).digest()));
}

test("a record damaged beyond repair is named; the others are read", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const marker = noise(400);
    await holdfast(["put", "note", "--id", ID, "-i", image], { stdin: marker });
    await holdfast(["put", "note", "--id", "00000000000000bb", "-i", image], { stdin: "fine" });
    const bytes = readFileSync(image);
    const at = bytes.indexOf(marker.subarray(0, 100));
    assert.ok(at > 0, "the body does not lie in the image as it is");
    bytes.fill(0, at + 10, at + 90);
    writeFileSync(image, bytes);
    const got = await holdfast(["get", "note", ID, "-i", image]);
    assertSays(got, 21, ID);
    assert.is((await holdfast(["get", "note", "00000000000000bb", "-i", image])).stdout, "fine");
    const verified = await holdfast(["verify", "-i", image, "--json"]);
    assert.is(verified.exitCode, 21);
    assert.is(verified.json.damaged.length + verified.json.damagedUnknown, 1);
    const exported = await holdfast(["export", "--to", "raw", path("out"), "-i", image, "--json"]);
    assert.is(exported.exitCode, 21);
    assert.is(exported.json.exported, 1);
  }));

test("a flipped bit is mended in reading: verify says so with exit 20, get is exact", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const marker = noise(200);
    await holdfast(["put", "note", "--id", ID, "-i", image], { stdin: marker });
    const bytes = readFileSync(image);
    bytes[bytes.indexOf(marker) + 50]! ^= 4;
    writeFileSync(image, bytes);
    assert.ok(marker.equals((await holdfast(["get", "note", ID, "-i", image])).bytes));
    const verified = await holdfast(["verify", "-i", image, "--json"]);
    assert.is(verified.exitCode, 20);
    assert.ok(verified.json.corrected > 0);
  }));

test("scrub moves what has begun to rot (20), finds nothing the next time (0), and names what is beyond repair (21)", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const marker = noise(200);
    await holdfast(["put", "note", "--id", ID, "-i", image], { stdin: marker });
    const scrub = async () => {
      const { exitCode, json } = await holdfast(["scrub", "-i", image, "--json"]);
      return [exitCode, json.records, json.relocated, json.corrected, json.left, json.damaged.length];
    };
    assert.equal(await scrub(), [0, 1, 0, 0, 0, 0]);
    const bytes = readFileSync(image);
    const at = bytes.indexOf(marker);
    for (let i = 0; i < 5; i++) bytes[at + 20 * i]! ^= 4;
    writeFileSync(image, bytes);
    const looked = await holdfast(["scrub", "-i", image, "--dry-run", "--json"]);
    assert.equal([looked.exitCode, looked.json.relocated, looked.json.left, looked.json.dryRun], [21, 0, 1, true]);
    assert.ok(bytes.equals(readFileSync(image)), "looking only, nothing is written");
    assert.equal(await scrub(), [20, 1, 1, 1, 0, 0]);
    assert.equal(await scrub(), [0, 1, 0, 0, 0, 0]);
    assert.is((await holdfast(["verify", "-i", image])).exitCode, 0);
    const again = readFileSync(image);
    again.fill(0, again.lastIndexOf(marker), again.lastIndexOf(marker) + 60);
    writeFileSync(image, again);
    assert.equal(await scrub(), [21, 1, 0, 0, 0, 1]);
    assert.match((await holdfast(["scrub", "-i", image])).stdout, `damaged note ${ID}`);
  }));

test("a failure with --json is one object with the same words", () =>
  inFolder(async (path) => {
    const { json, exitCode } = await holdfast(["list", "-i", path("none"), "--json"]);
    assert.is(exitCode, 10);
    assert.equal(Object.keys(json.error), ["code", "exitCode", "message", "subject", "next"]);
    assert.is(json.error.exitCode, 10);
    assert.is(json.error.subject, path("none"));
  }));

test("HOLDFAST_DEBUG=1 shows where", async () => {
  const { stderr } = await holdfast(["list", "-i", "/nonexistent"], { environment: { HOLDFAST_DEBUG: "1" } });
  assert.match(stderr, /\n\s+at /);
});

test("Ctrl-C: 130, what was acknowledged is kept, the image is free again", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const files = Array.from({ length: 40 }, (_, i) => path(`${i}.txt`));
    for (const [i, file] of files.entries()) writeFileSync(file, `note ${i} `.repeat(50));
    const ended = await holdfast(["import", ...files, "-i", image], { before: (terminal) => terminal.stop() });
    assertSays(ended, 130, "Ctrl-C");
    assert.not.ok(existsSync(`${image}.lock`));
    assert.is((await holdfast(["verify", "-i", image])).exitCode, 0);
    copyFileSync(image, path("copy.flash"));
    assert.is((await holdfast(["import", ...files, "-i", image, "--json"])).exitCode, 0);
    assert.is((await holdfast(["list", "-i", image, "--json"])).json.count, 40);
  }));

test("progress goes to a terminal only, colour not with NO_COLOR", () =>
  inFolder(async (path) => {
    const watched = await holdfast(["init", "-i", path("a")], { watched: true });
    assert.match(watched.stderr, "\r");
    assert.not.match((await holdfast(["init", "-i", path("b")])).stderr, "\r");
    assert.match((await holdfast(["list", "-i", path("c")], { watched: true })).stderr, "\u001b[31m");
    assert.not.match((await holdfast(["list", "-i", path("c")], { watched: true, environment: { NO_COLOR: "1" } })).stderr, "\u001b[31m");
  }));

test.run();
