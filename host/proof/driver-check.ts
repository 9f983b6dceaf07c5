/*
 * Does a driver keep the contract of host/flash/flash.ts? Asked of it alone, before any cut.
 */
import { type FlashDevice, type FlashGeometry, geometryProblem } from "../flash/index.js";
import type { MakeFlash } from "./driver.js";

/** A part larger than this takes too long to bring to what a cut left; the scripts fill small ones. */
export const DRIVEN_BYTES_MAX = 2 * 1024 * 1024;

/** What is wrong with the devices that `make` makes, in one sentence; undefined = nothing was found. */
export function driverProblem(make: MakeFlash, asked: FlashGeometry): string | undefined {
  const device = make({ ...asked });
  const problem = shapeProblem(device);
  if (problem !== undefined) return problem;
  const checks = [eraseProblem, programProblem, clearProblem, rangeProblem, eraseAgainProblem];
  for (const check of checks) {
    const found = check(device);
    if (found !== undefined) return found;
  }
  return freshProblem(device, make({ ...asked }));
}

function shapeProblem(device: FlashDevice): string | undefined {
  if (typeof device !== "object" || device === null) return `the factory returns ${device === null ? "null" : typeof device}, not a device`;
  for (const name of ["read", "program", "erase"] as const)
    if (typeof device[name] !== "function") return `the device has no method ${name}`;
  if (typeof device.geometry !== "object" || device.geometry === null) return "the device has no geometry";
  const problem = geometryProblem(device.geometry);
  if (problem !== undefined) return `the geometry is not served: ${problem}`;
  const sizeBytes = device.geometry.blockBytes * device.geometry.blockCount;
  if (sizeBytes > DRIVEN_BYTES_MAX)
    return `a part of ${sizeBytes} B is too large: make a small one, of the geometry that is given to the factory, ${DRIVEN_BYTES_MAX} B at most`;
  return undefined;
}

/** The first and last block that is not bad. */
function endsOf(device: FlashDevice): [number, number] {
  const good = Array.from({ length: device.geometry.blockCount }, (_, block) => block).filter((block) => !(device.isBad?.(block) ?? false));
  return [good[0] ?? 0, good.at(-1) ?? 0];
}

/** Units at the start, in the middle and at the very end of a block, ascending. */
function spotsOf({ blockBytes, programBytes }: FlashGeometry): number[] {
  return [0, blockBytes / 2, blockBytes - programBytes];
}

function patternOf(offset: number, lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, i) => (7 * (offset + i) + 0x35) & 0xf7);
}

function eraseProblem(device: FlashDevice): string | undefined {
  for (const block of endsOf(device)) {
    const status = device.erase(block);
    if (status !== 0) return `erase of block ${block} answers ${status}, and 0 is done`;
    const at = read(device, block).findIndex((byte) => byte !== 0xff);
    if (at >= 0) return `after erase, block ${block} reads ${hex(read(device, block)[at])} at offset ${at}: erased is 0xff`;
  }
  return undefined;
}

function programProblem(device: FlashDevice): string | undefined {
  const { geometry } = device;
  for (const block of endsOf(device)) {
    const wanted = new Uint8Array(geometry.blockBytes).fill(0xff);
    for (const offset of spotsOf(geometry)) {
      const source = patternOf(offset, geometry.programBytes);
      const status = device.program(block, offset, source);
      if (status !== 0) return `program of block ${block} offset ${offset} answers ${status}, and 0 is done`;
      wanted.set(source, offset);
      const given = read(device, block);
      const at = given.findIndex((byte, i) => byte !== wanted[i]);
      if (at >= 0)
        return `after program of ${source.length} B at offset ${offset}, block ${block} reads ${hex(given[at])} at offset ${at}: it should be ${hex(wanted[at])}`;
    }
    const middle = geometry.blockBytes / 2;
    const part = new Uint8Array(geometry.programBytes);
    device.read(block, middle, part);
    if (part.some((byte, i) => byte !== wanted[middle + i])) return `a read of part of block ${block} differs from a read of all of it`;
  }
  return undefined;
}

/** A second program of a unit may be refused. What it may never do is to set a bit. */
function clearProblem(device: FlashDevice): string | undefined {
  const [block] = endsOf(device);
  const offset = device.geometry.blockBytes - device.geometry.programBytes;
  const before = read(device, block);
  isRefused(() => device.program(block, offset, new Uint8Array(device.geometry.programBytes).fill(0xff)));
  const at = read(device, block).findIndex((byte, i) => (byte & ~before[i]!) !== 0);
  return at < 0 ? undefined : `program set a cleared bit in block ${block} at offset ${at}: program only clears bits`;
}

function rangeProblem(device: FlashDevice): string | undefined {
  const { blockBytes, blockCount, programBytes } = device.geometry;
  const unit = new Uint8Array(programBytes);
  const two = new Uint8Array(2 * programBytes);
  const [, last] = endsOf(device);
  const before = read(device, last);
  const calls: [string, () => number][] = [
    [`read of block ${blockCount}`, () => device.read(blockCount, 0, unit)],
    [`read of block -1`, () => device.read(-1, 0, unit)],
    [`read across the end of block ${last}`, () => device.read(last, blockBytes - programBytes, two.slice())],
    [`program of block ${blockCount}`, () => device.program(blockCount, 0, unit)],
    [`program across the end of block ${last}`, () => device.program(last, blockBytes - programBytes, two)],
    [`erase of block ${blockCount}`, () => device.erase(blockCount)],
    [`erase of block -1`, () => device.erase(-1)],
  ];
  for (const [what, call] of calls)
    if (!isRefused(call)) return `${what}, which is outside, is not refused: answer below 0, or throw, and change nothing`;
  const at = read(device, last).findIndex((byte, i) => byte !== before[i]);
  return at < 0 ? undefined : `a call that was refused changed block ${last} at offset ${at}`;
}

function eraseAgainProblem(device: FlashDevice): string | undefined {
  const [first, last] = endsOf(device);
  const before = read(device, last);
  const status = device.erase(first);
  if (status !== 0) return `erase of block ${first}, which has data, answers ${status}`;
  if (read(device, first).some((byte) => byte !== 0xff)) return `block ${first} had data, and erase did not take it away: erased is 0xff`;
  if (read(device, last).some((byte, i) => byte !== before[i])) return `erase of block ${first} changed block ${last}`;
  if (device.sync !== undefined && device.sync() !== 0) return "sync does not answer 0";
  return undefined;
}

function freshProblem(device: FlashDevice, other: FlashDevice): string | undefined {
  if (other === device) return "the factory returns the same device twice: each call must make one of its own";
  const [block] = endsOf(device);
  const before = read(other, block);
  device.program(block, 0, patternOf(0, device.geometry.programBytes));
  if (read(other, block).some((byte, i) => byte !== before[i]))
    return "two devices of the factory share their cells: each must have its own";
  if (JSON.stringify(other.geometry) !== JSON.stringify(device.geometry)) return "two devices of the factory differ in their geometry";
  return undefined;
}

function read(device: FlashDevice, block: number): Uint8Array {
  const target = new Uint8Array(device.geometry.blockBytes);
  const status = device.read(block, 0, target);
  if (!(status >= 0)) throw new RangeError(`read of block ${block} answers ${status}, and 0 or more is done`);
  return target;
}

function isRefused(call: () => number): boolean {
  try {
    return call() < 0;
  } catch {
    return true;
  }
}

function hex(byte: number | undefined): string {
  return `0x${(byte ?? 0).toString(16).padStart(2, "0")}`;
}
