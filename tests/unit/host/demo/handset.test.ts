/*
 * The handset: the image file holds what the part holds at every boot.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Handset } from "../../../../host/demo/handset.js";
import { PowerCut, presets } from "../../../../host/flash/index.js";

const test = suite("host/demo/handset");

function inImage(work: (handset: Handset, path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-handset-"));
  const path = join(folder, "image");
  const handset = new Handset({ ...presets["spi-nor-8m"], blockCount: 16 }, path, 1);
  try {
    work(handset, path);
  } finally {
    handset.close();
    rmSync(folder, { recursive: true });
  }
}

test("the image is blank at first and follows at each power-on, torn writes included", () =>
  inImage((handset, path) => {
    assert.ok(readFileSync(path).every((byte) => byte === 0xff));
    const flash = handset.powerOn(2);
    flash.program(3, 0, Uint8Array.of(1, 2, 3));
    flash.erase(4);
    assert.throws(
      () => flash.program(5, 0, new Uint8Array(256)),
      (error: unknown) => error instanceof PowerCut,
    );
    assert.throws(
      () => flash.read(3, 0, new Uint8Array(1)),
      (error: unknown) => error instanceof PowerCut,
    );
    handset.powerOn();
    assert.ok(readFileSync(path).equals(Buffer.from(handset.part.bytes)));
    assert.equal([...readFileSync(path).subarray(3 * 4096, 3 * 4096 + 3)], [1, 2, 3]);
  }));

test("an image that is there is not overwritten", () =>
  inImage((_, path) => assert.throws(() => new Handset(presets["spi-nor-8m"], path, 1), /EEXIST/)));

test("the rules of the part hold", () =>
  inImage((handset) => {
    const flash = handset.powerOn();
    flash.program(0, 0, Uint8Array.of(0));
    assert.throws(() => flash.program(0, 0, Uint8Array.of(0)), /once/);
    assert.is(handset.part.violations.length, 1);
  }));

test.run();
