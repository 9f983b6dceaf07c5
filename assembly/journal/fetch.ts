/*
 * A record by its place, verified; the segment's summary helps where the head's own length has rotted.
 */
import { LSN_LIMIT } from "../base/limits";
import { LOADED } from "../base/memory";
import { Status } from "../base/status";
import * as device from "../flash/device";
import { blockBytes } from "../flash/geometry";
import { decodeHeader, hasShortId, peekDataBytes } from "../format/record";
import { unitBytes, unitData } from "../format/unit";
import { factsIdHigh, loadedHeader, loadHead, loadRest, peekHead } from "./read";
import { toldDataBytes } from "./scan";
import { readFacts } from "./segment-reader";

/**
 * Loads the head (and, with `whole`, all units) of the record at `offset`. The header is then loadedHeader(), the data
 * at LOADED. Errors: CORRUPT beyond correction, IO. Cost: one or two reads on the clean path.
 */
export function fetch(block: u32, offset: u32, whole: bool): i32 {
  let status = readFacts(block);
  if (status < 0) return status;
  status = loadHead(block, offset, 0);
  if (status == Status.CORRUPT) {
    const told = toldDataBytes(block, offset);
    if (told != 0) status = loadHead(block, offset, told);
  }
  return status < 0 || !whole ? status : loadRest();
}

/**
 * Reads the head of the record at `offset` as far as its meta goes, and judges nothing: for a caller with a check of its own. LSN and time are not those
 * of the record. False: it does not even read like a head. Cost: 48 bytes, and what meta has beyond them; where ids are short, the segment header.
 */
export function glance(block: u32, offset: u32): bool {
  const have = peekHead(block, offset);
  if (have == 0) return false;
  const dataBytes = peekDataBytes(LOADED, have);
  const headBytes = unitData(dataBytes, 0);
  if (dataBytes == 0 || offset + unitBytes(headBytes) > blockBytes) return false;
  if (hasShortId(LOADED) && readFacts(block) < 0) return false;
  const h = loadedHeader();
  if (!decodeHeader(LOADED, headBytes, h, LSN_LIMIT >> 1, 0, 0, factsIdHigh)) return false;
  const end = h.headerBytes + h.metaBytes;
  return end <= have || device.read(block, offset + have, LOADED + have, end - have) >= 0;
}
