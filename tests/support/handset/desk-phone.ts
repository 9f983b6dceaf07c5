/*
 * A phone without a phone: answers the protocol of host/handset/protocol.h as main.c does, from a core in this process. For
 * machines without an emulator, and for what cannot be done to a real line: noise in both directions.
 */
import { Core } from "../../../host/core/instance.js";
import { STATUSES } from "../../../host/errors.js";
import type { FlashDevice } from "../../../host/flash/index.js";
import { encodeFrame, FrameReader } from "../../../host/handset/frame.js";
import { SerialLine } from "../../../host/handset/line.js";
import type { Noise } from "../../../host/handset/phone.js";
import { CALLS, MESSAGES, type RemoteFunction } from "../../../host/handset/protocol.js";

const MEMORY_BYTES = 512 * 1024;
const TIMED = new Set(["hf_format_begin", "hf_mount", "hf_put_begin", "hf_remove", "hf_sync_begin"]);
/** What each call leaves to be sent along: the table of host/handset/calls.c. */
const LEAVES: Partial<Record<RemoteFunction, "result" | "record" | "entry" | "verdict" | "bytes" | "stat" | "sync">> = {
  hf_put_commit: "result",
  hf_remove: "result",
  hf_get: "record",
  hf_read: "bytes",
  hf_list_next: "entry",
  hf_changes_next: "entry",
  hf_glance_next: "entry",
  hf_verify_next: "verdict",
  hf_scrub_next: "verdict",
  hf_history_next: "entry",
  hf_change: "entry",
  hf_stat: "stat",
  hf_sync_next: "bytes",
  hf_sync: "sync",
};
const RECORD_BYTES = 64;
const STAT_BYTES = 176;
const FAULT_BYTES = 16;
const SYNC_BYTES = 96;

export class DeskPhone {
  readonly line: SerialLine;
  /** How often each function was really called. */
  readonly calls: RemoteFunction[] = [];
  readonly #device: FlashDevice;
  readonly #noise: Noise;
  readonly #reader = new FrameReader((message) => this.#serve(message));
  #core: Core | undefined;
  #at = { record: 0, stat: 0, fault: 0 };
  #reply = new Uint8Array([0]);

  constructor(device: FlashDevice, noise: Noise = {}) {
    this.#device = device;
    this.#noise = noise;
    const hear = (bytes: Uint8Array) => queueMicrotask(() => this.#reader.take(noise.toPhone?.(bytes) ?? bytes));
    this.line = new SerialLine(hear, { repeatMs: 10 });
  }

  #send(message: Uint8Array): void {
    const bytes = encodeFrame(message);
    queueMicrotask(() => this.line.receive(this.#noise.fromPhone?.(bytes) ?? bytes));
  }

  #serve(message: Uint8Array | undefined): void {
    if (message === undefined) {
      this.#send(Uint8Array.of(0, MESSAGES.DAMAGED));
      return;
    }
    try {
      if (message[1] === MESSAGES.HELLO) this.#reply = this.#greet(message[0]!);
      else if (message[0] !== this.#reply[0]) this.#reply = this.#answer(message);
      this.#send(this.#reply);
    } catch (thrown) {
      this.line.fail(`the phone is off: ${thrown}`);
    }
  }

  #greet(sequence: number): Uint8Array<ArrayBuffer> {
    const core = new Core(this.#device, MEMORY_BYTES);
    this.#core = core;
    this.#at = { record: core.ask("hf_result"), stat: core.ask("hf_stat_record"), fault: core.ask("hf_fault") };
    const { kind, blockBytes, blockCount, pageBytes, programBytes } = this.#device.geometry;
    const words = [1, 1000, MEMORY_BYTES, 0, 0, Number(kind === "nand"), blockBytes, blockCount, pageBytes, programBytes];
    return Uint8Array.of(sequence, MESSAGES.HELLO, ...new Uint8Array(Uint32Array.from(words).buffer), ...new Uint8Array(64).fill(0x30));
  }

  #answer(message: Uint8Array): Uint8Array<ArrayBuffer> {
    const core = this.#core!;
    const view = new DataView(message.buffer, message.byteOffset);
    const name = (Object.keys(CALLS) as RemoteFunction[]).find((one) => CALLS[one] === message[2])!;
    const args = Array.from({ length: message[3]! }, (_, index) => view.getUint32(12 + 4 * index, true));
    if (TIMED.has(name)) args.push(view.getFloat64(4, true));
    core.doorstep.fill(message.subarray(12 + 4 * message[3]!));
    this.calls.push(name);
    const status = core.isOpen ? core.ask(name, ...(args as never)) : STATUSES.CLOSED.number;
    return Uint8Array.of(message[0]!, MESSAGES.REPLY, ...new Uint8Array(Int32Array.of(status).buffer), ...this.#left(core, name, status));
  }

  #left(core: Core, name: RemoteFunction, status: number): Uint8Array {
    const leaves = LEAVES[name];
    const structure = (tag: number, address: number, bytes: number, window = 0) =>
      Uint8Array.of(tag, ...core.doorstep.span(address, bytes), ...core.doorstep.take(window));
    if (status < 0) return structure(3, this.#at.fault, FAULT_BYTES);
    if (leaves === "stat") return structure(2, this.#at.stat, STAT_BYTES);
    if (leaves === "sync") return structure(4, status, SYNC_BYTES);
    if (leaves === "bytes") return structure(0, 0, 0, status);
    const isEntry = leaves === "entry" || leaves === "verdict";
    if (leaves === undefined || (isEntry && status === 0)) return Uint8Array.of(0);
    const { metaBytes, extBytes, bodyHeadBytes } = core.doorstep.result();
    return structure(
      1,
      this.#at.record,
      RECORD_BYTES,
      leaves === "record" || leaves === "entry" ? metaBytes + extBytes + bodyHeadBytes : 0,
    );
  }
}
