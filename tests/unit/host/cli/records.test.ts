/*
 * put, get, list, rm, stat, verify on an image file.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/records");

const CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:zoe\r\nFN:Zoé Washburne\r\nTEL:+1 202 555 0101\r\nEND:VCARD\r\n";
const ID = "00112233445566aa";

test("init, put, get, list, rm, stat, verify: the round", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    writeFileSync(path("zoe.vcf"), CARD);
    const put = await holdfast(["put", "contact", path("zoe.vcf"), "-i", image]);
    assert.is(put.exitCode, 0, put.stderr);
    assert.match(put.stdout, /^[0-9a-f]{16}\n$/);
    const id = put.stdout.trim();

    const got = await holdfast(["get", "contact", id, "-i", image]);
    assert.equal(got.bytes, readFileSync(path("zoe.vcf")));
    const listed = await holdfast(["list", "-i", image, "--json"]);
    assert.is(listed.json.count, 1);
    assert.is(listed.json.records[0].meta.label, "Zoé Washburne");
    assert.is((await holdfast(["stat", "-i", image, "--json"])).json.counts.contact, 1);
    assert.is((await holdfast(["verify", "-i", image, "--json"])).json.ok, 1);

    assert.is((await holdfast(["rm", "contact", id, "-i", image])).exitCode, 0);
    assert.is((await holdfast(["get", "contact", id, "-i", image])).exitCode, 4);
    assert.is((await holdfast(["rm", "contact", id, "-i", image])).exitCode, 4);
    assert.is((await holdfast(["list", "-i", image])).stdout, "");
  }));

test("put reads stdin for - and for no file; --id replaces; --json carries the receipt", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    await holdfast(["put", "note", "-", "--id", ID, "-i", image], { stdin: "one" });
    const second = await holdfast(["put", "note", "--id", ID, "-i", image, "--json", "--label", "list"], { stdin: "two" });
    assert.equal(Object.keys(second.json), ["kind", "id", "lsn", "bodyBytes", "crc32c", "dryRun"]);
    assert.is(second.json.id, ID);
    assert.is(typeof second.json.lsn, "number");
    const got = (await holdfast(["get", "note", ID, "-i", image, "--json"])).json;
    assert.is(got.body, "two");
    assert.is(got.encoding, "utf8");
    assert.is(got.meta.label, "list");
    assert.is(got.lsn, second.json.lsn);
  }));

test("bytes that are no text come as base64, and raw without --json", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const bytes = Uint8Array.from([0xff, 0xd8, 0x00, 0x0a, 0x80]);
    await holdfast(["put", "photo", "--id", ID, "-i", image], { stdin: bytes });
    const got = (await holdfast(["get", "photo", ID, "-i", image, "--json"])).json;
    assert.is(got.encoding, "base64");
    assert.equal(Buffer.from(got.body, "base64"), Buffer.from(bytes));
    assert.equal((await holdfast(["get", "photo", ID, "-i", image])).bytes, Buffer.from(bytes));
  }));

test("a vault record is refused where there is no key, unless it may be read by anybody", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const refused = await holdfast(["put", "vault", "-i", image], { stdin: "pin 1234" });
    assert.is(refused.exitCode, 2);
    for (const words of ["passwords and money notes", "no key", "--plain"]) assert.match(refused.stderr, words);
    assert.is((await holdfast(["list", "-i", image, "--json"])).json.count, 0);
    assert.is((await holdfast(["put", "vault", "--plain", "-i", image], { stdin: "pin 1234" })).exitCode, 0);
  }));

test("--find looks in label, phones, id and text; control characters of a label stay out of the list", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    await holdfast(["put", "contact", "--id", ID, "-i", image], { stdin: CARD });
    await holdfast(["put", "note", "-i", image, "--label", "evil \u001b[2J"], { stdin: "Milk and bread" });
    const count = async (text: string) => (await holdfast(["list", "--find", text, "-i", image, "--json"])).json.count;
    assert.is(await count("washburne"), 1);
    assert.is(await count("+1202"), 1);
    assert.is(await count("5566aa"), 1);
    assert.is(await count("MILK"), 1);
    assert.is(await count("nowhere"), 0);
    assert.not.match((await holdfast(["list", "-i", image])).stdout, "\u001b");
  }));

test("--dry-run writes nothing", () =>
  inFolder(async (path) => {
    const planned = await holdfast(["init", "-i", path("none"), "--dry-run", "--json"]);
    assert.is(planned.json.dryRun, true);
    assert.is((await holdfast(["list", "-i", path("none")])).exitCode, 10);

    const image = await freshImage(path("handset.flash"));
    await holdfast(["put", "note", "--id", ID, "-i", image], { stdin: "one" });
    const before = readFileSync(image);
    assert.is((await holdfast(["put", "note", "-i", image, "--dry-run", "--json"], { stdin: "two" })).json.id, null);
    assert.is((await holdfast(["rm", "note", ID, "-i", image, "--dry-run"])).exitCode, 0);
    assert.is((await holdfast(["rm", "note", "0000000000000000", "-i", image, "--dry-run"])).exitCode, 4);
    writeFileSync(path("zoe.vcf"), CARD);
    assert.is((await holdfast(["import", path("zoe.vcf"), "-i", image, "--dry-run", "--json"])).json.added, 1);
    assert.ok(readFileSync(image).equals(before));
  }));

test("the image is -i, else HOLDFAST_IMAGE", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    const environment = { HOLDFAST_IMAGE: image };
    assert.is((await holdfast(["stat"], { environment })).exitCode, 0);
    assert.is((await holdfast(["-i", path("other"), "stat"], { environment })).exitCode, 10);
  }));

test.run();
