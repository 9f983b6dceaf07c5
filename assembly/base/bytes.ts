/*
 * Little-endian fields of odd width, varints (LEB128) and zigzag.
 */

export function loadU24(source: usize): u32 {
  return <u32>load<u16>(source) | ((<u32>load<u8>(source, 2)) << 16);
}
export function storeU24(target: usize, value: u32): void {
  store<u16>(target, <u16>value);
  store<u8>(target, <u8>(value >> 16), 2);
}
export function loadU48(source: usize): u64 {
  return <u64>load<u32>(source) | ((<u64>load<u16>(source, 4)) << 32);
}
export function storeU48(target: usize, value: u64): void {
  store<u32>(target, <u32>value);
  store<u16>(target, <u16>(value >> 32), 4);
}

export function loadU40(source: usize): u64 {
  return <u64>load<u32>(source) | ((<u64>load<u8>(source, 4)) << 32);
}
export function storeU40(target: usize, value: u64): void {
  store<u32>(target, <u32>value);
  store<u8>(target, <u8>(value >> 32), 4);
}

/** Writes a varint and returns the address after it. Shape: 1–10 bytes. */
export function writeVarint(target: usize, value: u64): usize {
  while (value >= 128) {
    store<u8>(target++, <u8>value | 128);
    value >>= 7;
  }
  store<u8>(target++, <u8>value);
  return target;
}
export function varintBytes(value: u64): u32 {
  let n: u32 = 1;
  while (value >= 128) {
    n++;
    value >>= 7;
  }
  return n;
}

let next: usize = 0;
/** Reads a varint, never past `end`; `varintNext` is then the address after it, or 0 when it was malformed. */
export function readVarint(source: usize, end: usize): u64 {
  let value: u64 = 0;
  let shift: u32 = 0;
  while (source < end && shift < 64) {
    const byte = load<u8>(source++);
    value |= (<u64>(byte & 127)) << shift;
    if (byte < 128) {
      next = source;
      return value;
    }
    shift += 7;
  }
  next = 0;
  return 0;
}
export function varintNext(): usize {
  return next;
}

export function zigzag(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63));
}
export function unzigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

/** All bytes 0xFF? */
export function isBlank(source: usize, length: u32): bool {
  const end = source + length;
  while (source + 8 <= end) {
    if (load<u64>(source) != ~(<u64>0)) return false;
    source += 8;
  }
  while (source < end) if (load<u8>(source++) != 255) return false;
  return true;
}
export function alignUp(value: u32, unit: u32): u32 {
  return ((value + unit - 1) / unit) * unit;
}
export function alignDown(value: u32, unit: u32): u32 {
  return value - (value % unit);
}
