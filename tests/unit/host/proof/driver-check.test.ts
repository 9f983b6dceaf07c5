/*
 * The contract of a driver: each way to break it has its own sentence.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashDevice, type FlashGeometry, NandFlash, NorFlash, presets, RamFlash } from "../../../../host/flash/index.js";
import { driverProblem } from "../../../../host/proof/driver-check.js";
import { partNames, scaled } from "../../../../host/proof/geometries.js";

const test = suite("host/proof/driver-check");
const small = scaled("spi-nor-8m", 16);

test("every part of ours keeps the contract, rules and all", () => {
  for (const part of partNames) {
    const geometry = scaled(part, 16);
    const make = () => (geometry.kind === "nand" ? new NandFlash(geometry) : new NorFlash(geometry));
    assert.is(driverProblem(make, geometry), undefined, part);
    assert.is(
      driverProblem(() => new RamFlash(geometry), geometry),
      undefined,
      part,
    );
  }
});

type Broken = (flash: RamFlash) => Partial<Record<keyof FlashDevice, unknown>>;

const BROKEN: [RegExp, Broken][] = [
  [/has no method erase/, () => ({ erase: undefined })],
  [/has no geometry/, () => ({ geometry: undefined })],
  [/geometry is not served: .*powers of two/, () => ({ geometry: { ...small, blockBytes: 3000 } })],
  [/too large/, () => ({ geometry: presets["spi-nor-8m"] })],
  [/erase of block 0 answers 1/, () => ({ erase: () => 1 })],
  [/reads 0x00 at offset 0: erased is 0xff/, (flash) => ({ erase: (block: number) => fill(flash, block, 0) })],
  [/program of block 0 offset 0 answers -1/, () => ({ program: () => -1 })],
  [/after program of 1 B at offset 0.* should be/, () => ({ program: () => 0 })],
  [
    /differs from a read of all/,
    (flash) => ({ read: (block: number, offset: number, target: Uint8Array) => misread(flash, block, offset, target) }),
  ],
  [
    /set a cleared bit/,
    (flash) => ({ program: (block: number, offset: number, source: Uint8Array) => overwrite(flash, block, offset, source) }),
  ],
  [/program of block 16, which is outside/, (flash) => ({ program: (...span: Span) => (span[0] === 16 ? 0 : flash.program(...span)) })],
  [/erase of block -1, which is outside/, (flash) => ({ erase: (block: number) => (block < 0 ? 0 : flash.erase(block)) })],
  [/refused changed block 15/, (flash) => ({ erase: (block: number) => (block > 15 ? fill(flash, 15, 0) - 1 : flash.erase(block)) })],
  [
    /erase of block 0 changed block 15/,
    (flash) => ({ erase: (block: number) => (block === 0 ? fill(flash, 15, 0xff) : 0) + flash.erase(block) }),
  ],
  [/sync does not answer 0/, () => ({ sync: () => -1 })],
];

type Span = [block: number, offset: number, source: Uint8Array];

function fill(flash: RamFlash, block: number, value: number): number {
  flash.bytes.fill(value, block * small.blockBytes, (block + 1) * small.blockBytes);
  return 0;
}

function misread(flash: RamFlash, block: number, offset: number, target: Uint8Array): number {
  const status = flash.read(block, offset, target);
  if (target.length === 1) target[0]! ^= 1;
  return status;
}

function overwrite(flash: RamFlash, block: number, offset: number, source: Uint8Array): number {
  if (block > 15 || offset + source.length > small.blockBytes) return -1;
  flash.bytes.set(source, block * small.blockBytes + offset);
  return 0;
}

for (const [sentence, breakIt] of BROKEN) {
  test(`told: ${sentence.source}`, () => {
    const make = () => {
      const flash = new RamFlash(small);
      const device: Record<string, unknown> = { geometry: small };
      for (const name of ["read", "program", "erase"] as const) device[name] = (flash[name] as () => number).bind(flash);
      return Object.assign(device, breakIt(flash)) as unknown as FlashDevice;
    };
    assert.match(driverProblem(make, small) ?? "nothing", sentence);
  });
}

test("a factory must make a device each time, each with its own cells", () => {
  const only = new RamFlash(small);
  assert.match(driverProblem(() => only, small) ?? "", /same device twice/);
  const bytes = new Uint8Array(small.blockBytes * small.blockCount);
  assert.match(driverProblem(() => new RamFlash(small, bytes), small) ?? "", /share their cells/);
  assert.match(driverProblem((() => 7) as unknown as (asked?: FlashGeometry) => FlashDevice, small) ?? "", /returns number/);
});

test.run();
