/*
 * Bytes on a part that say something else and verify all the same: what no store wrote, but a stranger, an older core, or a later one might have.
 */
import type { Store } from "./probe-store.js";

const LABEL_DATA = 44;

/** Puts a unit of `data` at `offset` of `block`, with the checks that the store at hand expects there. Other bytes stay as they are. */
export function forgeUnit(store: Store, block: number, offset: number, data: Uint8Array): void {
  const { probe } = store;
  const buffer = probe.value("GROUP");
  probe.write(buffer, data);
  probe.call.sealUnit!(buffer, data.length, probe.call.seedFor!(block, offset, eraseCountOf(store, block)));
  place(store, block, offset, probe.bytes(buffer, probe.call.unitBytes!(data.length)));
}

/** Changes the label of `block`, of a store with sixteen parity bytes. */
export function forgeLabel(store: Store, block: number, change: (label: DataView) => void): void {
  const { probe } = store;
  const buffer = probe.value("GROUP");
  const label = bytesAt(store, block, 0, LABEL_DATA + 4 + 16);
  change(new DataView(label.buffer));
  probe.write(buffer, label);
  const crc = ~probe.call.crc32c!(probe.call.crc32cWord!(-1, block ^ 0x4c424648), buffer, LABEL_DATA);
  probe.write(buffer + LABEL_DATA, new Uint8Array(Int32Array.of(crc).buffer));
  probe.call.initReedSolomon!(16);
  probe.call.encodeParity!(buffer, LABEL_DATA + 4, buffer + LABEL_DATA + 4);
  place(store, block, 0, probe.bytes(buffer, label.length));
}

/** A copy of what lies on the part. */
export function bytesAt(store: Store, block: number, offset: number, length: number): Uint8Array {
  const first = block * store.flash.geometry.blockBytes + offset;
  return store.part.bytes.slice(first, first + length);
}
function place(store: Store, block: number, offset: number, bytes: Uint8Array): void {
  store.part.bytes.set(bytes, block * store.flash.geometry.blockBytes + offset);
}
function eraseCountOf(store: Store, block: number): number {
  return new DataView(bytesAt(store, block, 26, 4).buffer).getUint32(0, true);
}
