/*
 * Raw deflate (RFC 1951) against a preset dictionary, by fflate. Inflating is bounded: whatever the bytes are.
 */
import { deflateSync, Inflate, inflateSync } from "fflate";

/** Slower than the default by a half on long bodies, shorter by a hundredth. Records are short and are written once. */
const LEVEL = 9;
/** A byte of deflate makes 1032 of text at most: so much is made between two looks at the bound. */
const SLICE_BYTES = 512;

/** What is thrown out of the inflater when it has made too much. */
const TOO_LONG = new Error("it is longer than it says");

export function deflate(body: Uint8Array, dictionary: Uint8Array): Uint8Array {
  return deflateSync(body, { level: LEVEL, dictionary });
}

/** The `lengthBytes` bytes that `deflated` stands for; or why it is no deflate of so many bytes, in words. */
export function inflate(deflated: Uint8Array, dictionary: Uint8Array, lengthBytes: number): Uint8Array | string {
  try {
    const inflated = deflated.length <= SLICE_BYTES ? inflateShort : inflateLong;
    const body = inflated(deflated, dictionary, lengthBytes);
    return body.length === lengthBytes ? body : `it ends after ${body.length} of ${lengthBytes} bytes`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** One slice, in one go: twenty times as fast, as the inflater's window need not be made. What it cannot write down is not written. */
function inflateShort(deflated: Uint8Array, dictionary: Uint8Array, lengthBytes: number): Uint8Array {
  if (deflated.length === 0) return new Uint8Array(0);
  const made = inflateSync(deflated, { dictionary, out: new Uint8Array(lengthBytes + 1) });
  if (made.length > lengthBytes) throw TOO_LONG;
  return made.slice();
}

function inflateLong(deflated: Uint8Array, dictionary: Uint8Array, lengthBytes: number): Uint8Array {
  const body = new Uint8Array(lengthBytes);
  let done = 0;
  const inflater = new Inflate({ dictionary }, (piece) => {
    if (done + piece.length > lengthBytes) throw TOO_LONG;
    body.set(piece, done);
    done += piece.length;
  });
  for (let at = 0; at < deflated.length; at += SLICE_BYTES) {
    const slice = deflated.subarray(at, at + SLICE_BYTES);
    inflater.push(slice, at + slice.length === deflated.length);
  }
  return body.subarray(0, done);
}
