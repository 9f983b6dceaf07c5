/*
 * A record by its place, verified; the segment's summary helps where the head's own length has rotted.
 */
import { Status } from "../base/status";
import { loadHead, loadRest } from "./read";
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
