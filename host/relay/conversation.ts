/*
 * One handset's conversation, as the relay holds it. The handset asks, the relay answers; docs/sync.md §4.
 *
 * Frames are taken one after the other, in the order in which they came; puts that came together are stored in one
 * transaction, and no ACK leaves before it is durable.
 */
import { framesOf } from "../radio/framing.js";
import {
  ACK_CONFLICT,
  ACK_DURABLE,
  ACK_MORE,
  CHUNK_BYTES,
  decodeFrame,
  decodeRecord,
  encodeFrame,
  encodeRecord,
  FRAME,
  type Frame,
  PROTOCOL,
} from "./frame.js";
import type { Enrolment, RelayRecord, SequencedRecord, SyncStore, Verdict } from "./store.js";
import { decodeVersion, encodeVersion, versionHash } from "./version.js";

/** Why a relay says goodbye; docs/sync.md §4. */
export const REFUSAL = { code: 1, clash: 2, crowded: 3, protocol: 4, storage: 5, older: 6 } as const;
/** Bit of a HELLO: the handset greets and stops. */
const HELLO_LOOK = 4;
const BODY_BYTES_MAX = 8 * 1024 * 1024;
const META_BYTES_MAX = 480;
const KIND_COUNT = 8;
const CODEC_LOST = 7;

/** A record whose body comes in pieces. */
interface Incoming {
  frame: Frame;
  entry: RelayRecord;
  at: number;
}

export class Conversation {
  readonly #store: SyncStore;
  readonly #send: (message: Uint8Array) => void;
  #handset: number | undefined;
  #incoming: Incoming | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(store: SyncStore, send: (message: Uint8Array) => void) {
    this.#store = store;
    this.#send = send;
  }

  /** Takes one message. Resolves when it was answered. Never throws for what the other end sends; errors of the store end the conversation. */
  receive(message: Uint8Array): Promise<void> {
    const copy = message.slice();
    this.#work = this.#work.then(() => this.#answer(copy));
    return this.#work;
  }

  async #answer(message: Uint8Array): Promise<void> {
    const puts: { frame: Frame; entry: RelayRecord }[] = [];
    let last: Frame | undefined;
    try {
      for (const bytes of framesOf(message)) {
        const frame = decodeFrame(bytes);
        if (frame === undefined) continue;
        last = frame;
        if (frame.type === FRAME.PUT || frame.type === FRAME.TOMB || frame.type === FRAME.CHUNK) {
          const entry = this.#gather(frame);
          if (entry !== undefined) puts.push({ frame, entry });
          continue;
        }
        await this.#commit(puts.splice(0));
        await this.#reply(frame);
      }
      await this.#commit(puts);
    } catch (error) {
      if (last !== undefined) this.#refuse(last, REFUSAL.storage);
      throw error;
    }
  }

  async #reply(frame: Frame): Promise<void> {
    if (frame.type === FRAME.HELLO) return this.#greet(frame);
    if (this.#handset === undefined) return;
    if (frame.type === FRAME.PULL) return this.#pull(frame);
    if (frame.type === FRAME.BYE) return this.#part(frame);
  }

  async #greet(frame: Frame): Promise<void> {
    this.#incoming = undefined;
    const view = viewOf(frame.payload);
    if (frame.payload.length < 64 || view.getUint8(0) !== PROTOCOL) return this.#refuse(frame, REFUSAL.protocol);
    const storeId = view.getBigUint64(8, true);
    const number = handsetOf(storeId);
    const lookOnly = (view.getUint8(1) & HELLO_LOOK) !== 0;
    const enrolment: Enrolment = await this.#store.enrol(
      { storeId, number, code: view.getBigUint64(16, true), nextLsn: Number(view.getBigUint64(56, true)) },
      lookOnly,
    );
    if (enrolment !== "known" && enrolment !== "enrolled") return this.#refuse(frame, REFUSAL[enrolment]);
    this.#handset = lookOnly ? undefined : number;
    const { epoch, joinCode, seq, records, digest } = await this.#store.identity();
    const payload = new Uint8Array(48);
    const answer = viewOf(payload);
    answer.setUint8(0, PROTOCOL);
    answer.setUint8(1, enrolment === "enrolled" ? 1 : 0);
    answer.setUint32(4, records, true);
    answer.setBigUint64(8, joinCode, true);
    payload.set(epoch, 16);
    answer.setBigUint64(32, BigInt(seq), true);
    answer.setBigUint64(40, digest, true);
    this.#send(encodeFrame({ type: FRAME.WELCOME, message: frame.message, payload }));
  }

  async #pull({ payload, message }: Frame): Promise<void> {
    if (payload.length < 13) return;
    const view = viewOf(payload);
    const everything = view.getUint8(12) === 1;
    const maxBytes = Math.min(view.getUint32(8, true), 64 * 1024);
    const { entries, seq, more } = await this.#store.pull(
      Number(view.getBigUint64(0, true)),
      maxBytes,
      everything ? undefined : this.#handset,
    );
    entries.forEach((entry, place) => {
      for (const frame of framesFor(entry, message, place)) this.#send(frame);
    });
    this.#send(encodeFrame({ type: FRAME.ACK, message, payload: ackPayload(ACK_DURABLE | (more ? ACK_MORE : 0), entries.length, seq) }));
  }

  async #part(frame: Frame): Promise<void> {
    const { seq, records, digest } = await this.#store.identity();
    const payload = new Uint8Array(24);
    const view = viewOf(payload);
    view.setUint32(4, records, true);
    view.setBigUint64(8, digest, true);
    view.setBigUint64(16, BigInt(seq), true);
    this.#send(encodeFrame({ type: FRAME.BYE, message: frame.message, payload }));
  }

  #refuse(frame: Frame, reason: number): void {
    const payload = new Uint8Array(24);
    payload[0] = reason;
    this.#send(encodeFrame({ type: FRAME.BYE, message: frame.message, payload }));
  }

  /** The record of a PUT, TOMB or CHUNK once all of it is there. */
  #gather(frame: Frame): RelayRecord | undefined {
    if (this.#handset === undefined) return undefined;
    if (frame.type === FRAME.CHUNK) return this.#gatherPiece(frame);
    this.#incoming = undefined;
    const entry = entryOf(frame);
    if (entry === undefined) return undefined;
    const first = decodeRecord(frame.payload)?.body ?? new Uint8Array(0);
    entry.body.set(first);
    if (first.length === entry.body.length) return entry;
    this.#incoming = { frame, entry, at: first.length };
    return undefined;
  }

  #gatherPiece(frame: Frame): RelayRecord | undefined {
    const incoming = this.#incoming;
    if (incoming === undefined || frame.message !== incoming.frame.message || frame.version !== incoming.frame.version) return undefined;
    if (frame.place !== incoming.at || incoming.at + frame.payload.length > incoming.entry.body.length) return undefined;
    incoming.entry.body.set(frame.payload, incoming.at);
    incoming.at += frame.payload.length;
    if (incoming.at < incoming.entry.body.length) return undefined;
    this.#incoming = undefined;
    return incoming.entry;
  }

  async #commit(puts: readonly { frame: Frame; entry: RelayRecord }[]): Promise<void> {
    if (puts.length === 0 || this.#handset === undefined) return;
    const verdicts = await this.#store.put(
      puts.map(({ entry }) => entry),
      this.#handset,
    );
    puts.forEach(({ frame }, i) => {
      this.#send(encodeFrame({ type: FRAME.ACK, message: frame.message, payload: ackPayload(ACK_OF[verdicts[i]], 0, 0) }));
    });
  }
}

const ACK_OF: Record<Verdict, number> = { stored: ACK_DURABLE, known: ACK_DURABLE, conflict: ACK_CONFLICT };

/** The number of a handset in versions: as assembly/format/stamp.ts makes it. */
export function handsetOf(storeId: bigint): number {
  const folded = storeId ^ (storeId >> 32n);
  return Number((folded ^ (folded >> 16n)) & 0xffffn);
}

/** undefined: the frame contradicts itself. The body is empty yet, of its full length. */
function entryOf(frame: Frame): RelayRecord | undefined {
  const fields = decodeRecord(frame.payload);
  if (fields === undefined || frame.kind >= KIND_COUNT || fields.codec >= CODEC_LOST) return undefined;
  const version = decodeVersion(fields.entries);
  if (version === undefined || versionHash(frame.kind, frame.id, version) !== frame.version) return undefined;
  if (fields.bodyBytes > BODY_BYTES_MAX || fields.meta.length > META_BYTES_MAX) return undefined;
  const removed = frame.type === FRAME.TOMB;
  if (removed && fields.bodyBytes + fields.meta.length > 0) return undefined;
  const { codec, wallMs } = fields;
  return {
    kind: frame.kind,
    id: frame.id,
    removed,
    codec,
    wallMs,
    version,
    meta: fields.meta.slice(),
    body: new Uint8Array(fields.bodyBytes),
  };
}

/** A REC or TOMB, and the CHUNKs of what is left of its body. */
function* framesFor(entry: SequencedRecord, message: number, place: number): Generator<Uint8Array> {
  const { kind, id, removed, codec, wallMs, seq, meta, body } = entry;
  const version = versionHash(kind, id, entry.version);
  const payload = encodeRecord({ codec, bodyBytes: body.length, wallMs, seq, meta, entries: encodeVersion(entry.version), body });
  yield encodeFrame({ type: removed ? FRAME.TOMB : FRAME.REC, kind, message, id, version, place, payload });
  for (let at = decodeRecord(payload)?.body.length ?? 0; at < body.length; at += CHUNK_BYTES)
    yield encodeFrame({ type: FRAME.CHUNK, kind, message, id, version, place: at, payload: body.subarray(at, at + CHUNK_BYTES) });
}

function ackPayload(flags: number, count: number, seq: number): Uint8Array {
  const payload = new Uint8Array(12);
  const view = viewOf(payload);
  view.setUint8(0, flags);
  view.setUint16(2, count, true);
  view.setBigUint64(4, BigInt(seq), true);
  return payload;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
