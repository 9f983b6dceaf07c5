/*
 * A log that never cleans: the simplest store the benchmark can measure. Record: u16 body length, kind, flag, u64 id, body, end mark.
 */
import type { BenchAgent, Doors } from "../../../../host/bench/doors.js";
import type { FlashDevice } from "../../../../host/flash/index.js";
import { HoldfastError, KINDS, type Kind } from "../../../../host/index.js";

const HEAD_BYTES = 12;
const MARK = 0x5a;
const REMOVED = 1;

interface Place {
  at: number;
  length: number;
}

class ToyStore {
  readonly places = new Map<string, Place>();
  private readonly flash: FlashDevice;
  private end = 0;

  constructor(flash: FlashDevice) {
    this.flash = flash;
    const head = new Uint8Array(HEAD_BYTES);
    while (this.end + HEAD_BYTES < this.capacity) {
      this.move(this.end, head, (block, offset, piece) => flash.read(block, offset, piece));
      const view = new DataView(head.buffer);
      if (head.every((byte) => byte === 0xff)) break;
      const length = view.getUint16(0, true);
      const mark = new Uint8Array(1);
      if (this.end + HEAD_BYTES + length < this.capacity) {
        this.move(this.end + HEAD_BYTES + length, mark, (block, offset, piece) => flash.read(block, offset, piece));
      }
      if (mark[0] !== MARK) break; // torn; this toy stops here, so it is not safe to go on with it
      this.note(`${KINDS[head[2]]} ${Buffer.from(head.subarray(4)).toString("hex")}`, head[3] === REMOVED, length);
    }
  }

  append(kind: Kind, id: string, body: Uint8Array | undefined): void {
    const length = body?.length ?? 0;
    const bytes = new Uint8Array(HEAD_BYTES + length + 1);
    const view = new DataView(bytes.buffer);
    if (this.end + bytes.length > this.capacity) throw new HoldfastError("FULL");
    view.setUint16(0, length, true);
    bytes[2] = KINDS.indexOf(kind);
    bytes[3] = body === undefined ? REMOVED : 0;
    bytes.set(Buffer.from(id, "hex"), 4);
    bytes.set(body ?? [], HEAD_BYTES);
    bytes[HEAD_BYTES + length] = MARK;
    this.move(this.end, bytes, (block, offset, piece) => this.flash.program(block, offset, piece));
    this.note(`${kind} ${id}`, body === undefined, length);
  }

  body({ at, length }: Place): Uint8Array {
    const bytes = new Uint8Array(length);
    this.move(at, bytes, (block, offset, piece) => this.flash.read(block, offset, piece));
    return bytes;
  }

  private get capacity(): number {
    return this.flash.geometry.blockBytes * this.flash.geometry.blockCount;
  }

  private note(key: string, removed: boolean, length: number): void {
    if (removed) this.places.delete(key);
    else this.places.set(key, { at: this.end + HEAD_BYTES, length });
    this.end += HEAD_BYTES + length + 1;
  }

  private move(at: number, bytes: Uint8Array, step: (block: number, offset: number, piece: Uint8Array) => number): void {
    const { blockBytes } = this.flash.geometry;
    for (let done = 0; done < bytes.length; ) {
      const offset = (at + done) % blockBytes;
      const piece = bytes.subarray(done, Math.min(bytes.length, done + blockBytes - offset));
      step(Math.floor((at + done) / blockBytes), offset, piece);
      done += piece.length;
    }
  }
}

function toyAgent(flash: FlashDevice): BenchAgent {
  const store = new ToyStore(flash);
  const receipt = (id: string) => ({ id, lsn: 1n, crc32c: 0 });
  return {
    put(kind, body, options) {
      const id = options?.id ?? "0000000000000000";
      store.append(kind, id, body as Uint8Array);
      return receipt(id);
    },
    get(kind, id) {
      const place = store.places.get(`${kind} ${id}`);
      return place && { kind, id, lsn: 1n, bodyBytes: place.length, wallMs: 0, meta: {}, body: store.body(place) };
    },
    remove(kind, id) {
      store.append(kind, id, undefined);
      return receipt(id);
    },
    batch(write) {
      const receipts: ReturnType<BenchAgent["put"]>[] = [];
      const noted = (made: ReturnType<BenchAgent["put"]>) => {
        receipts.push(made);
        return made;
      };
      write({ put: (kind, body, options) => noted(this.put(kind, body, options)), remove: (kind, id) => noted(this.remove(kind, id)) });
      return receipts;
    },
    *list() {
      for (const [key, { length }] of store.places) {
        const [kind, id] = key.split(" ");
        yield { kind: kind as Kind, id, lsn: 1n, bodyBytes: length, wallMs: 0, meta: {} };
      }
    },
    stat: () => ({ ram: { fixedBytes: 2000, indexBytes: 1600, capacity: 100 } }) as ReturnType<BenchAgent["stat"]>,
    close() {},
  };
}

export const toyDoors: Doors = {
  async format(flash) {
    for (let block = 0; block < flash.geometry.blockCount; block++) flash.erase(block);
  },
  async open(flash) {
    return toyAgent(flash);
  },
};
