import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { photoMeta } from "../../../../host/text/photo-meta.js";

const test = suite("host/text/photo-meta");

/** A JPEG with an EXIF segment: DateTimeOriginal, OffsetTimeOriginal, and a small copy of `small` bytes. */
function jpeg(small: Uint8Array): Uint8Array {
  const tiff = Buffer.alloc(200 + small.length);
  tiff.write("II*\0");
  tiff.writeUInt32LE(8, 4);
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  tiff.writeUInt16LE(1, 8); // IFD0: the Exif IFD
  entry(10, 0x8769, 4, 1, 40);
  tiff.writeUInt32LE(120, 22); // IFD1: the small copy
  tiff.writeUInt16LE(2, 40);
  entry(42, 0x9003, 2, 20, 70);
  entry(54, 0x9011, 2, 7, 92);
  tiff.write("2009:10:02 08:14:07\0", 70);
  tiff.write("+02:00\0", 92);
  tiff.writeUInt16LE(3, 120);
  entry(122, 0x0103, 3, 1, 6);
  entry(134, 0x0201, 4, 1, 200);
  entry(146, 0x0202, 4, 1, small.length);
  tiff.set(small, 200);
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(exif.length + 2);
  return new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe1]), length, exif, Buffer.from([0xff, 0xd9])]));
}

test("when it was taken, where its small copy lies, and a hash", () => {
  const small = Uint8Array.of(0xff, 0xd8, 0xff, 0xdb, 1, 2, 3, 0xff, 0xd9);
  const body = jpeg(small);
  const meta = photoMeta(body, "IMG_1.JPG");
  assert.is(meta.label, "IMG_1.JPG");
  assert.is(meta.startMs, Date.UTC(2009, 9, 2, 6, 14, 7));
  const [at, length] = meta.thumbnail as [number, number];
  assert.equal(body.subarray(at, at + length), small);
  assert.equal(Buffer.from(meta.bodyHash as Uint8Array).toString("hex"), createHash("sha256").update(body).digest("hex").slice(0, 32));
});

test("any bytes give a meta", () => {
  const body = jpeg(Uint8Array.of(0xff, 0xd8, 1, 2));
  for (let length = 0; length < body.length; length += 3) photoMeta(body.subarray(0, length), "");
  for (let at = 0; at < body.length; at += 5)
    photoMeta(
      body.map((byte, i) => (i === at ? byte ^ 255 : byte)),
      "x",
    );
  assert.is(photoMeta(Uint8Array.of(0xff, 0xd8, 0xff), "x").startMs, undefined);
});

test.run();
