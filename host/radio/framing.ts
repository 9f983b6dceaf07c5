/*
 * Where one frame ends and the next begins: all that a mover of bytes needs to know of them. docs/sync.md §2.
 */

/** Header and checksum: the shortest frame. */
const FRAME_BYTES_MIN = 32;

/** The frames of one message; what follows a broken length is not looked at. */
export function* framesOf(message: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + FRAME_BYTES_MIN <= message.length; ) {
    const length = message[at] | (message[at + 1] << 8);
    if (length < FRAME_BYTES_MIN || at + length > message.length) return;
    yield message.subarray(at, at + length);
    at += length;
  }
}
