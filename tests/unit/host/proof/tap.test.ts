/* A tap counts, tells, writes down, and ends what never ends. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RamFlash } from "../../../../host/flash/index.js";
import { scaled } from "../../../../host/proof/geometries.js";
import { RunLog } from "../../../../host/proof/log.js";
import { Runaway, Tap } from "../../../../host/proof/tap.js";

const test = suite("host/proof/tap");
const part = () => new RamFlash(scaled("spi-nor-8m", 12));

test("reads, bytes, programs and erases are counted; programs and erases told before they happen", () => {
  const told: string[] = [];
  const flash = part();
  const tap = new Tap(flash, ({ kind, block, offset }) => told.push(`${kind} ${block} ${offset} ${flash.bytes[block * 4096 + 8]}`));
  tap.program(1, 8, Uint8Array.of(5, 6));
  tap.read(1, 8, new Uint8Array(2));
  tap.erase(1);
  assert.equal([tap.reads, tap.readBytes, tap.programs, tap.erases], [1, 2, 1, 1]);
  assert.equal(told, ["program 1 8 255", "erase 1 0 5"]);
});

test("the log has what was read and what came of it", () => {
  const digest = (byte: number) => {
    const log = new RunLog();
    const flash = part();
    flash.bytes[0] = byte;
    new Tap(flash, undefined, log).read(0, 0, new Uint8Array(1));
    return log.digest;
  };
  assert.is(digest(1), digest(1));
  assert.is.not(digest(1), digest(2));
});

test("a core that erases for ever is ended", () => {
  const tap = new Tap(part());
  assert.throws(
    () => {
      for (;;) tap.erase(0);
    },
    (error: unknown) => error instanceof Runaway,
  );
});

test.run();
