/*
 * A store under the probe, talked to by hand: frames made and read with the relay's codec, one at a time.
 */

import type { CoreSync } from "../../host/core/doorstep.js";
import { handsetOf } from "../../host/relay/conversation.js";
import { decodeFrame, encodeFrame, encodeRecord, FRAME, type Frame } from "../../host/relay/frame.js";
import { encodeVersion, type Version, versionHash } from "../../host/relay/version.js";
import { NOTE, type Store } from "./probe-store.js";

export const EPOCH = new Uint8Array(16).fill(0xe1);
/** The handset number of a store formatted with id 7. */
export const OWN = handsetOf(7n);
export const OTHER = 0x0b0b;

export class AirProbe {
  readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  begin(asked = 0, code = 0n): number {
    return this.store.probe.call.hf_sync_begin!(asked, Number(code >> 32n), Number(code & 0xffffffffn), 1000, 1e12);
  }
  /** The next frame the handset says, or undefined. */
  say(again = false): Frame | undefined {
    const { call, doorstep } = this.store.probe;
    const length = this.store.must(call.hf_sync_next!(Number(again)));
    return length === 0 ? undefined : decodeFrame(doorstep.take(length));
  }
  /** Everything it has to say now. */
  sayAll(): Frame[] {
    const frames: Frame[] = [];
    for (let frame = this.say(); frame !== undefined; frame = this.say()) frames.push(frame);
    return frames;
  }
  hear(frame: Partial<Frame> & { type: number }): number {
    return this.hearBytes(encodeFrame(frame));
  }
  hearBytes(bytes: Uint8Array): number {
    this.store.probe.doorstep.fill(bytes);
    return this.store.probe.call.hf_sync_receive!(bytes.length);
  }
  state(): CoreSync {
    const { call, doorstep } = this.store.probe;
    return doorstep.sync(call.hf_sync!());
  }

  /** Says hello, hears a welcome, and returns the request that follows it. */
  greet({ epoch = EPOCH, seq = 0n, records = 0, digest = 0n, asked = 0 } = {}): Frame | undefined {
    this.store.must(this.begin(asked));
    const hello = this.say();
    this.hear({ type: FRAME.WELCOME, message: hello!.message, payload: welcome(epoch, seq, records, digest) });
    return this.say();
  }
  /** A record as the relay sends it, in answer to `pull`. */
  rec(
    pull: Frame,
    place: number,
    id: bigint,
    version: Version,
    body: Uint8Array | undefined,
    fields: { kind?: number; seq?: number } = {},
  ) {
    const { kind = NOTE, seq = place + 1 } = fields;
    const payload = encodeRecord({
      codec: 0,
      bodyBytes: body?.length ?? 0,
      wallMs: 1e12,
      seq,
      meta: new Uint8Array(0),
      entries: encodeVersion(version),
      body: body ?? new Uint8Array(0),
    });
    return {
      type: body === undefined ? FRAME.TOMB : FRAME.REC,
      kind,
      message: pull.message,
      id,
      version: versionHash(kind, id, version),
      place,
      payload,
    };
  }
  /** The end of a burst of `count` frames. */
  done(pull: Frame, count: number, seq: number, more = false): number {
    const payload = new Uint8Array(12);
    const view = new DataView(payload.buffer);
    view.setUint8(0, 2 | (more ? 8 : 0));
    view.setUint16(2, count, true);
    view.setBigUint64(4, BigInt(seq), true);
    return this.hear({ type: FRAME.ACK, message: pull.message, payload });
  }
  ack(put: Frame, flags = 2): number {
    const payload = new Uint8Array(12);
    payload[0] = flags;
    return this.hear({ type: FRAME.ACK, message: put.message, payload });
  }
  /** The relay's goodbye, by default with the handset's own digest. */
  bye(own: Frame, seq: bigint, reason = 0): number {
    const payload = own.payload.slice();
    payload[0] = reason;
    new DataView(payload.buffer).setBigUint64(16, seq, true);
    return this.hear({ type: FRAME.BYE, message: own.message, payload });
  }
  /** A whole session with a relay that has nothing and takes everything. Returns what was put. */
  pushAll(): Frame[] {
    const pull = this.greet();
    this.done(pull!, 0, 0);
    const puts: Frame[] = [];
    for (let frame = this.say(); frame !== undefined; frame = this.say()) {
      if (frame.type === FRAME.PULL) this.done(frame, 0, puts.length);
      else if (frame.type === FRAME.BYE) this.bye(frame, BigInt(puts.length));
      else {
        puts.push(frame);
        this.ack(frame);
      }
    }
    return puts;
  }
}

export function welcome(epoch: Uint8Array, seq: bigint, records: number, digest: bigint): Uint8Array {
  const payload = new Uint8Array(48);
  const view = new DataView(payload.buffer);
  payload[0] = 1;
  view.setUint32(4, records, true);
  view.setBigUint64(8, 77n, true);
  payload.set(epoch, 16);
  view.setBigUint64(32, seq, true);
  view.setBigUint64(40, digest, true);
  return payload;
}
