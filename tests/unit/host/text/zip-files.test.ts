import { zipSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isZip, zipFiles } from "../../../../host/text/zip-files.js";

const test = suite("host/text/zip-files");
const text = (value: string) => new Uint8Array(Buffer.from(value));

test("files in the order of the zip, folders and hidden ones left out", () => {
  const zip = zipSync({ "a/": new Uint8Array(0), "a/b.txt": text("b"), ".DS_Store": text("x"), "a/.c": text("x"), "../d.txt": text("d") });
  assert.ok(isZip(zip));
  assert.equal(zipFiles(zip), [
    { name: "a/b.txt", bytes: text("b") },
    { name: "../d.txt", bytes: text("d") },
  ]);
});

test("a bomb, a damaged zip and what is none say why", () => {
  const bomb = zipSync({ x: new Uint8Array(65 << 20) });
  assert.ok(bomb.length < 100_000);
  assert.match(String(zipFiles(bomb)), /would unpack to more than/);
  assert.match(String(zipFiles(zipSync({ x: text("x") }).subarray(0, 30))), /cannot be read/);
  assert.not(isZip(text("PK")));
});

test("a header that lies about its length costs no more than it says", () => {
  const zip = zipSync({ x: new Uint8Array(1000) });
  const directory = zip.length - 22 - 47;
  new DataView(zip.buffer).setUint32(directory + 24, 10, true);
  const files = zipFiles(zip);
  assert.ok(typeof files === "string" || files[0]!.bytes.length <= 10);
});

test.run();
