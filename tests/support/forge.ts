/*
 * Units and labels put on a part by hand and sealed as the core seals them: what never was, and verifies all the same. A stranger might have
 * written it, or an older core, or a later one.
 */
import type { Store } from "./probe-store.js";

/** Puts `data` as a unit at `offset` of `block`. The store knows how: it is, or was, mounted. Returns the bytes it takes. */
export function forgeUnit(
  store: Store,
  block: number,
  offset: number,
  data: ArrayLike<number>,
  eraseCount = store.probe.call.eraseCountOf!(block),
): number {
  const { probe } = store;
  const buffer = probe.value("GROUP");
  probe.write(buffer, data);
  probe.call.sealUnit!(buffer, data.length, probe.call.seedFor!(block, offset, eraseCount));
  const bytes = probe.call.unitBytes!(data.length);
  lay(store, block, offset, probe.bytes(buffer, bytes));
  return bytes;
}

/** The same of a record of one unit, with what the header of the segment says. `flags` are the record's. Returns the bytes it takes. */
export function forgeRecord(store: Store, block: number, offset: number, id: number, payload: Uint8Array, flags = 0): number {
  const { probe } = store;
  const { call, spare } = probe;
  store.must(call.readFacts!(block));
  const [lsn, session] = [probe.wide("factsOpenLsn"), probe.value("factsSession")];
  probe.setHeader({ lsn: lsn + 1n, idLow: id, type: probe.value("UNIT_RECORD"), kind: 3, session, flags });
  const headerBytes = call.headerEncode!(spare, lsn, 0n, session, 0, payload.length);
  return forgeUnit(store, block, offset, [...probe.bytes(spare, headerBytes), ...payload]);
}

/** Changes the data of the unit of `dataBytes` at `offset` of `block`, and seals it again. */
export function changeUnit(store: Store, block: number, offset: number, dataBytes: number, change: (data: DataView) => void): void {
  const data = bytesAt(store, block, offset, dataBytes);
  change(new DataView(data.buffer));
  forgeUnit(store, block, offset, data);
}

/** Changes the label of `block`, of a store with sixteen parity bytes, and seals it again. */
export function forgeLabel(store: Store, block: number, change: (label: DataView) => void): void {
  const { probe } = store;
  const buffer = probe.value("GROUP");
  const label = bytesAt(store, block, 0, probe.value("LABEL_BYTES"));
  change(new DataView(label.buffer));
  probe.write(buffer, label);
  probe.call.initReedSolomon!(16);
  probe.call.markLabel!(buffer, block, 0);
  lay(store, block, 0, probe.bytes(buffer, label.length));
}

/** A copy of what lies on the part. */
export function bytesAt({ part }: Store, block: number, offset: number, length: number): Uint8Array {
  const first = block * part.geometry.blockBytes + offset;
  return part.bytes.slice(first, first + length);
}
function lay({ part }: Store, block: number, offset: number, bytes: Uint8Array): void {
  part.bytes.set(bytes, block * part.geometry.blockBytes + offset);
}
