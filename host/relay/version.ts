/*
 * Versions of records as the relay compares them: which changes of which handset each has seen. docs/sync.md §3.
 * The handset's half is assembly/format/stamp.ts.
 */
import { ENTRY_BYTES } from "./frame.js";

/** Handset → counter. */
export type Version = ReadonlyMap<number, number>;

export const VERSION_ENTRIES_MAX = 9;

/** undefined: no entries, too many, or not by handset ascending. */
export function decodeVersion(entries: Uint8Array): Version | undefined {
  const count = entries.length / ENTRY_BYTES;
  if (count < 1 || count > VERSION_ENTRIES_MAX || !Number.isInteger(count)) return undefined;
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  const version = new Map<number, number>();
  let last = -1;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const handset = view.getUint16(at, true);
    if (handset <= last) return undefined;
    version.set(handset, view.getUint32(at + 2, true) + view.getUint8(at + 6) * 2 ** 32);
    last = handset;
  }
  return version;
}

export function encodeVersion(version: Version): Uint8Array {
  const entries = new Uint8Array(version.size * ENTRY_BYTES);
  const view = new DataView(entries.buffer);
  [...version]
    .sort(([a], [b]) => a - b)
    .forEach(([handset, counter], i) => {
      view.setUint16(i * ENTRY_BYTES, handset, true);
      view.setUint32(i * ENTRY_BYTES + 2, counter % 2 ** 32, true);
      view.setUint8(i * ENTRY_BYTES + 6, Math.floor(counter / 2 ** 32));
    });
  return entries;
}

/** Has `a` seen everything that `b` has? */
export function covers(a: Version, b: Version): boolean {
  return [...b].every(([handset, counter]) => (a.get(handset) ?? 0) >= counter);
}

/** What has seen everything that either has. */
export function join(a: Version, b: Version): Version {
  const joined = new Map(a);
  for (const [handset, counter] of b) joined.set(handset, Math.max(counter, joined.get(handset) ?? 0));
  return joined;
}

const MASK = (1n << 64n) - 1n;
const MURMUR_1 = 0xff51afd7ed558ccdn;
const MURMUR_2 = 0xc4ceb9fe1a85ec53n;

/** 64 bits that stand for one version of one record; a digest is their sum. */
export function versionHash(kind: number, id: bigint, version: Version): bigint {
  let hash = stir(BigInt(kind) + 1n, id);
  for (const [handset, counter] of [...version].sort(([a], [b]) => a - b)) hash = stir(hash, (BigInt(handset) << 48n) | BigInt(counter));
  return hash;
}

function stir(hash: bigint, word: bigint): bigint {
  let x = hash ^ word;
  x = ((x ^ (x >> 33n)) * MURMUR_1) & MASK;
  x = ((x ^ (x >> 33n)) * MURMUR_2) & MASK;
  return ((x ^ (x >> 33n)) + 1n) & MASK;
}
