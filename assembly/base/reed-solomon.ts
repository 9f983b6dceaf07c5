/*
 * Reed–Solomon over GF(256), polynomial 0x11D, first root alpha^0, 16 or 8 parity bytes: corrects 8 or 4 bytes
 * anywhere in a codeword of at most 255. A caller checks a CRC after every correction: beyond its reach the code
 * may invent (0.03 % at 16 parity bytes, 4.8 % at 8: reliability.md §3.2). Source: Blahut, Theory and Practice of
 * Error Control Codes, ch. 7 (Berlekamp–Massey, Chien, Forney).
 */
import { GF_EXP, GF_LOG, RS_ROWS, RS_WORK } from "./memory";
import { Build, Twin, twin } from "./twin";

const SYNDROMES: usize = RS_WORK;
const LOCATOR: usize = RS_WORK + 32;
const PREVIOUS: usize = RS_WORK + 64;
const SCRATCH: usize = RS_WORK + 96;
const EVALUATOR: usize = RS_WORK + 128;
const GENERATOR: usize = RS_WORK + 160;

let parity: u32 = 0;

function mul(a: u32, b: u32): u32 {
  if (a == 0 || b == 0) return 0;
  return load<u8>(GF_EXP + <u32>load<u8>(GF_LOG + a) + <u32>load<u8>(GF_LOG + b));
}
function inverse(a: u32): u32 {
  return load<u8>(GF_EXP + 255 - <u32>load<u8>(GF_LOG + a));
}
function power(exponent: u32): u32 {
  return load<u8>(GF_EXP + (exponent % 255));
}

/** Builds the tables for `parityBytes` (8 or 16). Idempotent. */
export function initReedSolomon(parityBytes: u32): void {
  if (parity == parityBytes) return;
  parity = parityBytes;
  let x: u32 = 1;
  for (let i: u32 = 0; i < 255; i++) {
    store<u8>(GF_EXP + i, <u8>x);
    store<u8>(GF_EXP + i + 255, <u8>x);
    store<u8>(GF_LOG + x, <u8>i);
    x <<= 1;
    if (x & 256) x ^= 0x11d;
  }
  buildGenerator();
  for (let row: u32 = 0; row < 32; row++) {
    const factor = row < 16 ? row : (row - 16) << 4;
    memory.fill(RS_ROWS + (row << 4), 0, 16);
    for (let i: u32 = 0; i < parity; i++) store<u8>(RS_ROWS + (row << 4) + i, <u8>mul(factor, load<u8>(GENERATOR + i + 1)));
  }
}

function buildGenerator(): void {
  memory.fill(GENERATOR, 0, 32);
  store<u8>(GENERATOR, 1);
  for (let i: u32 = 0; i < parity; i++)
    for (let j: u32 = i + 1; j > 0; j--) store<u8>(GENERATOR + j, load<u8>(GENERATOR + j) ^ <u8>mul(load<u8>(GENERATOR + j - 1), power(i)));
}

/** Writes the parity of `length` bytes at `target`. Cost: two 16-byte rows per byte. */
export function encodeParity(source: usize, length: u32, target: usize): void {
  let low: u64 = 0;
  let high: u64 = 0;
  const end = source + length;
  while (source < end) {
    const factor = (<u32>low ^ <u32>load<u8>(source++)) & 255;
    const row = RS_ROWS + ((factor & 15) << 4);
    const row16 = RS_ROWS + 256 + (factor & 240);
    low = ((low >> 8) | (high << 56)) ^ load<u64>(row) ^ load<u64>(row16);
    high = (high >> 8) ^ load<u64>(row, 8) ^ load<u64>(row16, 8);
  }
  store<u64>(target, low);
  if (parity > 8) store<u64>(target, high, 8);
}

function byteAt(data: usize, length: u32, check: usize, position: u32): u32 {
  return position < length ? load<u8>(data + position) : load<u8>(check + position - length);
}

/**
 * Corrects a codeword in place: `length` data bytes at `data`, their parity at `check`.
 * Returns the number of bytes corrected, or -1 when there are more than the code can reach.
 */
export function correct(data: usize, length: u32, check: usize): i32 {
  const total = length + parity;
  let dirty: u32 = 0;
  for (let j: u32 = 0; j < parity; j++) {
    const root = power(j);
    let s: u32 = 0;
    for (let k: u32 = 0; k < total; k++) s = mul(s, root) ^ byteAt(data, length, check, k);
    store<u8>(SYNDROMES + j, <u8>s);
    dirty |= s;
  }
  if (dirty == 0) return 0;
  if (Build.PROBE && twin(Twin.UNMENDED)) return -1;
  const errors = locate();
  return errors > parity / 2 ? -1 : repair(data, length, check, total, errors);
}

/** Berlekamp–Massey. Leaves the locator, lowest degree first; returns its degree, 1 or more where a syndrome is not 0. */
function locate(): u32 {
  memory.fill(LOCATOR, 0, 32);
  memory.fill(PREVIOUS, 0, 32);
  store<u8>(LOCATOR, 1);
  store<u8>(PREVIOUS, 1);
  let degree: u32 = 0;
  let shift: u32 = 1;
  let lastGap: u32 = 1;
  for (let n: u32 = 0; n < parity; n++) {
    let gap: u32 = load<u8>(SYNDROMES + n);
    for (let i: u32 = 1; i <= degree; i++) gap ^= mul(load<u8>(LOCATOR + i), load<u8>(SYNDROMES + n - i));
    if (gap == 0) {
      shift++;
      continue;
    }
    memory.copy(SCRATCH, LOCATOR, 32);
    const factor = mul(gap, inverse(lastGap));
    for (let i: u32 = 0; i + shift < 32; i++)
      store<u8>(LOCATOR + i + shift, load<u8>(LOCATOR + i + shift) ^ <u8>mul(factor, load<u8>(PREVIOUS + i)));
    if (degree + degree <= n) {
      degree = n + 1 - degree;
      memory.copy(PREVIOUS, SCRATCH, 32);
      lastGap = gap;
      shift = 1;
    } else shift++;
  }
  return degree;
}

function evaluate(polynomial: usize, count: u32, x: u32): u32 {
  let value: u32 = 0;
  for (let i = <i32>count - 1; i >= 0; i--) value = mul(value, x) ^ load<u8>(polynomial + i);
  return value;
}

/** Chien search and Forney's formula. Returns the bytes repaired, or -1 when the roots do not add up. */
function repair(data: usize, length: u32, check: usize, total: u32, errors: u32): i32 {
  for (let i: u32 = 0; i < parity; i++) {
    let v: u32 = 0;
    for (let j: u32 = 0; j <= i && j <= errors; j++) v ^= mul(load<u8>(LOCATOR + j), load<u8>(SYNDROMES + i - j));
    store<u8>(EVALUATOR + i, <u8>v);
  }
  let found: u32 = 0;
  for (let k: u32 = 0; k < total; k++) {
    const x = power(total - 1 - k);
    const xInverse = inverse(x);
    if (evaluate(LOCATOR, errors + 1, xInverse) != 0) continue;
    let slope: u32 = 0;
    for (let i: u32 = 1; i <= errors; i += 2) slope ^= mul(load<u8>(LOCATOR + i), power(<u32>load<u8>(GF_LOG + xInverse) * (i - 1)));
    if (slope == 0) return -1;
    const magnitude = <u8>mul(x, mul(evaluate(EVALUATOR, parity, xInverse), inverse(slope)));
    const at = k < length ? data + k : check + k - length;
    store<u8>(at, load<u8>(at) ^ magnitude);
    found++;
  }
  return found == errors ? <i32>found : -1;
}
