/*
 * Seeds for the fuzzers, made by the core itself: stores of every geometry the targets know, closed, pulled, full, churned.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FlashGeometry } from "../../host/flash/index.js";
import { encodeFrame, encodeRecord, FRAME } from "../../host/relay/frame.js";
import { encodeVersion, type Version, versionHash } from "../../host/relay/version.js";
import { EPOCH, OTHER, OWN, welcome } from "../support/probe-air.js";
import { Chance } from "../support/probe-chance.js";
import { NOTE, Store } from "../support/probe-store.js";

/** As core.c has them. */
export const geometries: FlashGeometry[] = [
  { kind: "nor", blockBytes: 2048, blockCount: 12, pageBytes: 64, programBytes: 1 },
  { kind: "nor", blockBytes: 2048, blockCount: 12, pageBytes: 64, programBytes: 32 },
  { kind: "nand", blockBytes: 8192, blockCount: 12, pageBytes: 512, programBytes: 512 },
  { kind: "nor", blockBytes: 2048, blockCount: 256, pageBytes: 64, programBytes: 2 },
];

const BLANK_RUN = 12;

/** An input of the image target; input.h says how. */
export function imageInput(geometry: number, plan: number, bytes: Uint8Array): Uint8Array {
  const { blockBytes } = geometries[geometry]!;
  const out = [geometry, plan];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0xff) continue;
    const blockEnd = (Math.floor(at / blockBytes) + 1) * blockBytes;
    let end = at + 1;
    for (let i = end; i < blockEnd && i < end + BLANK_RUN; i++) if (bytes[i] !== 0xff) end = i + 1;
    for (const word of [Math.floor(at / blockBytes), at % blockBytes, end - at]) out.push(word & 255, word >> 8);
    for (; at < end; at++) out.push(bytes[at]!);
    at--;
  }
  return Uint8Array.from(out);
}

/** The part that an input lays, as input.c does it. */
export function imageOf(input: Uint8Array): Uint8Array {
  const { blockBytes, blockCount } = geometries[input[0]! % geometries.length]!;
  const bytes = new Uint8Array(blockBytes * blockCount).fill(255);
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  for (let at = 2; at + 6 <= input.length; ) {
    const [block, offset, length] = [
      view.getUint16(at, true) % blockCount,
      view.getUint16(at + 2, true) % blockBytes,
      view.getUint16(at + 4, true),
    ];
    bytes.set(input.subarray(at + 6, at + 6 + Math.min(length, blockBytes - offset)), block * blockBytes + offset);
    at += 6 + length;
  }
  return bytes;
}

/** What happens to a store before its image is taken. */
const LIVES: Record<string, (store: Store, chance: Chance) => void> = {
  formatted: () => {},
  few: (store, chance) => write(store, chance, 6),
  closed: (store, chance) => {
    write(store, chance, 30);
    store.must(store.close());
  },
  pulled: (store, chance) => {
    write(store, chance, 12);
    store.must(store.pull());
    write(store, chance, 12);
  },
  pulledOften: (store, chance) => {
    for (let i = 0; i < 5; i++) {
      write(store, chance, 3);
      store.must(store.pull());
    }
  },
  churned: (store, chance) => {
    for (let i = 0; i < 12; i++) {
      write(store, chance, 20);
      store.probe.call.hf_tick!(20);
    }
    store.reopen();
    write(store, chance, 5);
  },
  long: (store, chance) => {
    store.put(1, chance.bytes(3000));
    write(store, chance, 3);
    store.put(2, chance.bytes(2500));
    store.remove(1);
    store.reopen();
  },
  batched: (store, chance) => {
    for (let i = 0; i < 3; i++) store.batch([1, 2, 3, 4].map((id) => [id, id === 3 && i > 0 ? undefined : chance.bytes(80)] as const));
  },
  full: (store, chance) => {
    for (let id = 0; id < 400; id++) if (store.put(id, chance.bytes(100)) < 0) break;
  },
};

function write(store: Store, chance: Chance, count: number): void {
  for (let i = 0; i < count; i++) {
    const id = chance.below(9);
    if (i % 5 === 4) store.remove(id);
    else
      store.put(id, chance.bytes(chance.below(120)), {
        kind: i % 7 === 6 ? chance.below(8) : 3,
        idHigh: i % 3 ? 0 : 9,
        meta: chance.bytes(chance.below(20)),
        ext: chance.bytes(i % 6 === 0 ? 12 : 0),
      });
  }
}

/** Tears the last program of an image: from a drawn place on, what was written last is blank. */
function torn(bytes: Uint8Array, blockBytes: number, chance: Chance): Uint8Array {
  const copy = bytes.slice();
  const block = chance.below(copy.length / blockBytes);
  const at = block * blockBytes + chance.below(blockBytes);
  copy.fill(255, at, (block + 1) * blockBytes);
  return copy;
}

/** Writes the seeds of the image target into `folder`. Returns how many. */
export function writeImageSeeds(folder: string): number {
  mkdirSync(folder, { recursive: true });
  let count = 0;
  const keep = (name: string, input: Uint8Array): void => {
    writeFileSync(join(folder, name), input);
    count++;
  };
  for (const [index, geometry] of geometries.entries()) {
    for (const [life, live] of Object.entries(LIVES)) {
      for (const parityBytes of life === "closed" ? [16, 8] : [16]) {
        const chance = new Chance(index + life.length);
        const store = Store.make(geometry, { parityBytes });
        live(store, chance);
        const plan = [0, 4 | 128, 2 | 32, 8 | 16, 64][count % 5]!;
        keep(`${index}-${life}-${parityBytes}`, imageInput(index, plan, store.part.bytes));
        if (life !== "formatted")
          keep(`${index}-${life}-${parityBytes}-torn`, imageInput(index, plan ^ 64, torn(store.part.bytes, geometry.blockBytes, chance)));
      }
    }
  }
  return count;
}

/** Message number that stands for "the request last heard", and a digest for "the handset's own": air.c fills them in. */
const LAST_REQUEST = 0xffffffff;
const OWN_DIGEST = 0xffff_ffff_ffff_ffffn;

function record(
  place: number,
  id: bigint,
  body: Uint8Array | undefined,
  bodyBytes = body?.length ?? 0,
  entry: [number, number] = [OTHER, 5],
): Uint8Array {
  const version: Version = new Map([entry]);
  const payload = encodeRecord({
    codec: 0,
    bodyBytes,
    wallMs: 1_255_000_000_000,
    seq: place + 1,
    meta: new Uint8Array(place % 2 ? 9 : 0),
    entries: encodeVersion(version),
    body: body ?? new Uint8Array(0),
  });
  const type = body === undefined ? FRAME.TOMB : FRAME.REC;
  return encodeFrame({ type, kind: NOTE, message: LAST_REQUEST, id, version: versionHash(NOTE, id, version), place, payload });
}
function chunk(id: bigint, place: number, payload: Uint8Array): Uint8Array {
  const version = versionHash(NOTE, id, new Map([[OTHER, 5]]));
  return encodeFrame({ type: FRAME.CHUNK, kind: NOTE, message: LAST_REQUEST, id, version, place, payload });
}
function ack(count: number, seq: number, flags = 2): Uint8Array {
  const payload = new Uint8Array(12);
  payload[0] = flags;
  payload[2] = count;
  payload[4] = seq;
  return encodeFrame({ type: FRAME.ACK, message: LAST_REQUEST, payload });
}
function bye(reason = 0, digest = OWN_DIGEST): Uint8Array {
  const payload = new Uint8Array(24);
  payload[0] = reason;
  new DataView(payload.buffer).setBigUint64(8, digest, true);
  return encodeFrame({ type: FRAME.BYE, message: LAST_REQUEST, payload });
}
function greeting(digest = 1n, seq = 4n): Uint8Array {
  return encodeFrame({ type: FRAME.WELCOME, message: LAST_REQUEST, payload: welcome(EPOCH, seq, 3, digest) });
}

/** Writes the seeds of the air target into `folder`. Returns how many. */
export function writeAirSeeds(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0x61);
  const seeds: Record<string, Uint8Array[]> = {
    equal: [greeting(OWN_DIGEST)],
    pulls: [
      greeting(),
      record(0, 1n, bytes(30)),
      record(1, 20n, bytes(60)),
      record(2, 4n, undefined),
      ack(3, 4),
      ack(0, 0),
      ack(0, 0),
      bye(),
    ],
    long: [greeting(), record(0, 30n, bytes(1000), 2500), chunk(30n, 1000, bytes(1500)), ack(1, 4), bye()],
    gap: [greeting(), record(1, 20n, bytes(60)), ack(2, 4), record(0, 21n, bytes(5)), ack(1, 2, 10), ack(0, 4), bye()],
    deletions: [greeting(1n, 40n), ...Array.from({ length: 24 }, (_, i) => record(i, BigInt(i + 1), undefined, 0, [OWN, 99])), ack(24, 30)],
    refused: [greeting(), ack(0, 4), bye(3)],
    unequal: [greeting(), ack(0, 4), ack(0, 4), ack(0, 4), bye(0, 2n), ack(0, 4), ack(0, 4), bye(0, 2n), bye(0, 3n)],
    pushes: [greeting(), ack(0, 4), ...Array.from({ length: 12 }, (_, i) => ack(0, 5 + i, i % 3 === 2 ? 4 : 2)), bye()],
  };
  let count = 0;
  for (const [name, messages] of Object.entries(seeds)) {
    for (let store = 0; store < 3; store++) {
      const input = [store, [0, 1, 2, 4, 16][count % 5]!];
      for (const message of messages) input.push(message.length & 255, message.length >> 8, ...message);
      writeFileSync(join(folder, `${name}-${store}`), Uint8Array.from(input));
      count++;
    }
  }
  return count;
}
