/*
 * Units put on a part by hand and sealed as the core seals them: what never was, and verifies all the same.
 */
import type { Store } from "./probe-store.js";

/** Puts `data` as a unit at `offset` of `block`. The store knows how: it is, or was, mounted. Returns the bytes it takes. */
export function forgeUnit(
  store: Store,
  block: number,
  offset: number,
  data: ArrayLike<number>,
  eraseCount = generation(store, block),
): number {
  const { probe, part } = store;
  probe.write(probe.spare, data);
  probe.call.sealUnit!(probe.spare, data.length, probe.call.seedFor!(block, offset, eraseCount));
  const bytes = probe.call.unitBytes!(data.length);
  part.bytes.set(probe.bytes(probe.spare, bytes), block * part.geometry.blockBytes + offset);
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
  const first = block * store.part.geometry.blockBytes + offset;
  const data = store.part.bytes.slice(first, first + dataBytes);
  change(new DataView(data.buffer));
  forgeUnit(store, block, offset, data);
}

function generation({ probe }: Store, block: number): number {
  return probe.call.eraseCountOf!(block);
}
