/*
 * Frames on a serial line: SLIP (RFC 1055) around a payload and its CRC-32C, as host/handset/frame.h draws them.
 */
import { crc32c } from "../agent/crc32c.js";

const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;
const CRC_BYTES = 4;

/** The bytes that carry `payload` over the line. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const checked = new Uint8Array(payload.length + CRC_BYTES);
  checked.set(payload);
  new DataView(checked.buffer).setUint32(payload.length, crc32c(payload), true);
  const line = [END];
  for (const byte of checked) {
    if (byte === END) line.push(ESC, ESC_END);
    else if (byte === ESC) line.push(ESC, ESC_ESC);
    else line.push(byte);
  }
  line.push(END);
  return Uint8Array.from(line);
}

/** Takes the line's bytes in pieces of any length and tells each frame: its payload, or undefined for a damaged one. */
export class FrameReader {
  readonly #tell: (payload: Uint8Array | undefined) => void;
  #bytes: number[] = [];
  #escaped = false;
  #damaged = false;

  constructor(tell: (payload: Uint8Array | undefined) => void) {
    this.#tell = tell;
  }

  take(piece: Uint8Array): void {
    for (const byte of piece) {
      if (byte === END) this.#end();
      else if (this.#escaped) this.#unescape(byte);
      else if (byte === ESC) this.#escaped = true;
      else this.#bytes.push(byte);
    }
  }

  #unescape(byte: number): void {
    this.#escaped = false;
    if (byte !== ESC_END && byte !== ESC_ESC) this.#damaged = true;
    this.#bytes.push(byte === ESC_END ? END : ESC);
  }

  #end(): void {
    const bytes = Uint8Array.from(this.#bytes);
    const damaged = this.#damaged || this.#escaped;
    this.#bytes = [];
    this.#escaped = false;
    this.#damaged = false;
    if (bytes.length === 0 && !damaged) return; // between two frames
    this.#tell(damaged ? undefined : payloadOf(bytes));
  }
}

function payloadOf(bytes: Uint8Array): Uint8Array | undefined {
  const length = bytes.length - CRC_BYTES;
  if (length < 0) return undefined;
  const payload = bytes.subarray(0, length);
  return crc32c(payload) === new DataView(bytes.buffer).getUint32(length, true) ? payload : undefined;
}
