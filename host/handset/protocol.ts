/*
 * What goes over the link, as host/handset/protocol.h says it: encoded here for the one who asks, decoded from the phone.
 */
import type { CoreFunction } from "../core/abi.js";
import type { FlashGeometry } from "../flash/index.js";

export const MESSAGES = { HELLO: 1, CALL: 2, REPLY: 3, DAMAGED: 4 } as const;

/** The functions of the core that can be called over the line, by number. */
export const CALLS = {
  hf_format_begin: 1,
  hf_format_step: 2,
  hf_mount: 3,
  hf_close: 4,
  hf_put_begin: 5,
  hf_put_write: 6,
  hf_put_commit: 7,
  hf_put_abandon: 8,
  hf_remove: 9,
  hf_batch_begin: 10,
  hf_batch_commit: 11,
  hf_batch_abandon: 12,
  hf_get: 13,
  hf_read: 14,
  hf_list_next: 15,
  hf_changes_next: 16,
  hf_verify_next: 17,
  hf_tick: 18,
  hf_stat: 19,
  hf_sync_begin: 20,
  hf_sync_next: 21,
  hf_sync_receive: 22,
  hf_sync: 23,
  hf_scrub_next: 24,
  hf_history_next: 25,
  hf_change: 26,
  hf_glance_next: 27,
} as const satisfies Partial<Record<CoreFunction, number>>;

export type RemoteFunction = keyof typeof CALLS;

/** Those whose last argument is a time: it travels as an f64. */
const TIMED: readonly RemoteFunction[] = ["hf_format_begin", "hf_mount", "hf_put_begin", "hf_remove", "hf_sync_begin"];

const STRUCTURES = ["none", "record", "stat", "fault", "sync"] as const;
const STRUCTURE_BYTES = { none: 0, record: 64, stat: 176, fault: 16, sync: 96 };

export interface Reply {
  status: number;
  structure: (typeof STRUCTURES)[number];
  structureBytes: Uint8Array;
  windowBytes: Uint8Array;
}

/** What a phone says of itself when it has booted, or is asked for a fresh core. */
export interface Hello {
  abiVersion: number;
  /** How many records the index can hold; below 0 the status that the configuration failed with. */
  capacity: number;
  memoryBytes: number;
  stackBytes: number;
  /** Of the stack, never touched since the boot. */
  stackUnusedBytes: number;
  geometry: FlashGeometry;
  /** SHA-256 of the device.wasm that the firmware was made of, in hex. */
  coreHash: string;
}

/** A request, its sequence number left 0 for the line to fill in. */
export function encodeCall(name: RemoteFunction, args: readonly number[], window: Uint8Array): Uint8Array {
  const timed = TIMED.includes(name);
  const words = timed ? args.slice(0, -1) : args;
  const bytes = new Uint8Array(12 + 4 * words.length + window.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(1, MESSAGES.CALL);
  view.setUint8(2, CALLS[name]);
  view.setUint8(3, words.length);
  view.setFloat64(4, timed ? args[args.length - 1] : 0, true);
  for (const [index, word] of words.entries()) view.setUint32(12 + 4 * index, word, true);
  bytes.set(window, 12 + 4 * words.length);
  return bytes;
}

export function encodeHello(): Uint8Array {
  return Uint8Array.of(0, MESSAGES.HELLO);
}

/** `message` passed its checksum; that it has the length of its kind is the firmware's business. */
export function decodeReply(message: Uint8Array): Reply {
  const view = viewOf(message);
  const structure = STRUCTURES[view.getUint8(6)];
  const end = 7 + STRUCTURE_BYTES[structure];
  return { status: view.getInt32(2, true), structure, structureBytes: message.subarray(7, end), windowBytes: message.subarray(end) };
}

export function decodeHello(message: Uint8Array): Hello {
  const view = viewOf(message);
  const word = (index: number) => view.getUint32(2 + 4 * index, true);
  const [kind, blockBytes, blockCount, pageBytes, programBytes] = [5, 6, 7, 8, 9].map(word);
  return {
    abiVersion: word(0),
    capacity: word(1) | 0,
    memoryBytes: word(2),
    stackBytes: word(3),
    stackUnusedBytes: word(4),
    geometry: { kind: kind === 1 ? "nand" : "nor", blockBytes, blockCount, pageBytes, programBytes },
    coreHash: new TextDecoder().decode(message.subarray(42)),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
