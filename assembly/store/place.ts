/*
 * From an index entry to the record behind it.
 */
import { addressBlock, addressOffset } from "../flash/geometry";
import { Header, recordBytes } from "../format/record";
import { dropLive } from "../journal/block-map";
import { fetch } from "../journal/fetch";
import { loadedHeader } from "../journal/read";
import { toldDataBytes, toldLsn } from "../journal/scan";

/** Loads the record at `address`. Errors: CORRUPT, IO. */
export function fetchAt(address: u32, whole: bool): i32 {
  return fetch(addressBlock(address), addressOffset(address), whole);
}
export function head(): Header {
  return loadedHeader();
}

/** LSN of the record at `address`, of which fetchAt has just `loaded` the head or not; 0 when nothing tells it. */
export function lsnOf(address: u32, loaded: bool): u64 {
  return loaded ? head().lsn : toldLsn(addressBlock(address), addressOffset(address));
}

/** The record at `address` no longer counts; `dataBytes` 0 when its head cannot be read. */
export function supersede(address: u32, dataBytes: u32): void {
  const block = addressBlock(address);
  const n = dataBytes ? dataBytes : toldDataBytes(block, addressOffset(address));
  dropLive(block, n ? recordBytes(n) : 0);
}
/** The same for a record that was not read yet. */
export function supersedeAt(address: u32): void {
  supersede(address, fetchAt(address, false) >= 0 ? head().dataBytes : 0);
}
