/*
 * A store so simple that one can see what is wrong with it: every change writes the whole state anew, in the
 * next of three areas, its check last. Made to be broken in one way at a time, so that each oracle of the
 * proof is seen to fail.
 */
import type { FlashDevice } from "../../host/flash/index.js";
import { type Agent, type Batch, HoldfastError, type Kind, type Receipt, type StoredRecord } from "../../host/index.js";
import type { Store, StoreOptions } from "../../host/proof/store.js";

export const FAULTS = [
  "acknowledges early",
  "shows an old version",
  "checks nothing",
  "tears batches",
  "forgets removals",
  "does not settle",
  "trusts blank blocks",
  "invents records",
  "jams after a cut",
  "hides a record",
  "answers with other bytes",
] as const;
export type Fault = (typeof FAULTS)[number];

export function toyStore(fault?: Fault): Store {
  return {
    name: fault === undefined ? "toy" : `toy that ${fault}`,
    format(flash) {
      new ToyAgent(flash, undefined, undefined).wipe();
    },
    open(flash, options) {
      const agent = new ToyAgent(flash, options, fault);
      agent.mount();
      return agent as unknown as Agent;
    },
  };
}

interface Entry {
  kind: Kind;
  id: string;
  lsn: number;
  wallMs: number;
  label: string;
  body: string;
}

const HEADER_BYTES = 16;

class ToyAgent {
  private readonly flash: FlashDevice;
  private readonly options: StoreOptions | undefined;
  private readonly fault: Fault | undefined;
  private entries = new Map<string, Entry>();
  private sequence = 1;
  private area = 0;
  private lsn = 0;
  private jammed = false;

  constructor(flash: FlashDevice, options: StoreOptions | undefined, fault: Fault | undefined) {
    this.flash = flash;
    this.options = options;
    this.fault = fault;
  }

  mount(): void {
    const found = [0, 1, 2].map((area) => this.load(area)).filter((one) => one !== undefined);
    if (found.length === 0) throw new HoldfastError("NOT_FORMATTED");
    found.sort((a, b) => b.sequence - a.sequence);
    const chosen = this.fault === "shows an old version" ? found[found.length - 1]! : found[0]!;
    const state = JSON.parse(chosen.text) as { lsn: number; entries: Entry[] };
    this.entries = new Map(state.entries.map((entry) => [`${entry.kind}/${entry.id}`, entry]));
    this.lsn = state.lsn;
    this.jammed = this.fault === "jams after a cut" && this.seesTear();
    this.sequence = chosen.sequence + 1;
    this.area = chosen.area;
    if (this.fault !== "does not settle") this.commit();
    if (this.fault === "invents records")
      this.entries.set(`note/${"00".repeat(8)}`, { kind: "note", id: "00".repeat(8), lsn: 1, wallMs: 0, label: "", body: "" });
    if (this.fault === "hides a record") this.entries.delete([...this.entries.keys()][0] ?? "");
  }

  /** Over a live store an empty state is committed, so that a cut leaves all or nothing. */
  wipe(): void {
    try {
      this.mount();
    } catch {
      for (let block = 0; block < this.flash.geometry.blockCount; block++) this.flash.erase(block);
    }
    this.entries.clear();
    this.lsn = 0;
    this.commit();
  }

  put(kind: Kind, body: Uint8Array, options: { id: string; meta?: { label?: string } }): Receipt {
    const entry = this.stage(kind, body, options);
    if (this.fault !== "acknowledges early" || this.lsn % 2 === 0) this.commit();
    return { id: entry.id, lsn: BigInt(entry.lsn), crc32c: 0 };
  }

  remove(kind: Kind, id: string): Receipt {
    if (!this.entries.delete(`${kind}/${id}`)) throw new HoldfastError("NOT_FOUND");
    this.lsn++;
    if (this.fault !== "forgets removals") this.commit();
    return { id, lsn: BigInt(this.lsn), crc32c: 0 };
  }

  batch(write: (batch: Batch) => void): Receipt[] {
    const receipts: Receipt[] = [];
    const before = new Map(this.entries);
    const commit = () => {
      if (this.fault === "tears batches") this.commit();
    };
    const batch = {
      put: (kind: Kind, body: Uint8Array, options: { id: string }) => {
        const entry = this.stage(kind, body, options);
        commit();
        receipts.push({ id: entry.id, lsn: BigInt(entry.lsn), crc32c: 0 });
      },
      remove: (kind: Kind, id: string) => {
        if (!this.entries.delete(`${kind}/${id}`)) throw new HoldfastError("NOT_FOUND");
        commit();
        receipts.push({ id, lsn: BigInt(++this.lsn), crc32c: 0 });
      },
    };
    try {
      write(batch as unknown as Batch);
    } catch (error) {
      this.entries = before;
      throw error;
    }
    this.commit();
    return receipts;
  }

  get(kind: Kind, id: string): StoredRecord | undefined {
    const entry = this.entries.get(`${kind}/${id}`);
    if (entry === undefined) return undefined;
    const body = new Uint8Array(Buffer.from(entry.body, "base64"));
    if (this.fault === "answers with other bytes" && body.length > 300) body[300]! ^= 1;
    const { lsn, wallMs, label } = entry;
    return { kind, id, lsn: BigInt(lsn), bodyBytes: body.length, wallMs, meta: { label }, body };
  }

  receipt(kind: Kind, id: string): Receipt | undefined {
    const entry = this.entries.get(`${kind}/${id}`);
    return entry && { id, lsn: BigInt(entry.lsn), crc32c: 0 };
  }

  *list() {
    for (const { kind, id } of [...this.entries.values()]) yield this.get(kind, id)!;
  }

  tick(): number {
    return 0;
  }

  stat() {
    return { records: this.entries.size, damagedUnknown: 0 };
  }

  verify() {
    return { records: this.entries.size, ok: this.entries.size, corrected: 0, damaged: [], damagedUnknown: 0 };
  }

  close(): void {
    this.commit();
  }

  /** Writes everything into the next area. */
  commit(): void {
    if (this.jammed) throw new HoldfastError("FULL");
    const { geometry } = this.flash;
    const text = new TextEncoder().encode(JSON.stringify({ lsn: this.lsn, entries: [...this.entries.values()] }));
    const areaBytes = Math.floor(geometry.blockCount / 3) * geometry.blockBytes;
    if (text.length + geometry.pageBytes > areaBytes) throw new HoldfastError("FULL");
    this.area = (this.area + 1) % 3;
    this.sequence++;
    this.eraseArea();
    for (let at = 0; at < text.length; at += geometry.pageBytes)
      this.programAt(geometry.pageBytes + at, text.subarray(at, at + geometry.pageBytes));
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint32(0, 0x594f5421);
    view.setUint32(4, this.sequence);
    view.setUint32(8, text.length);
    view.setUint32(12, checksum(text, this.sequence));
    this.programAt(0, header);
  }

  /** An area that is neither blank nor whole. */
  private seesTear(): boolean {
    const { blockBytes, blockCount } = this.flash.geometry;
    const bytes = new Uint8Array(blockBytes);
    return [0, 1, 2].some((area) => {
      this.flash.read(area * Math.floor(blockCount / 3), 0, bytes);
      return this.load(area) === undefined && bytes.some((byte) => byte !== 0xff);
    });
  }

  private eraseArea(): void {
    const { blockBytes, blockCount } = this.flash.geometry;
    const first = this.area * Math.floor(blockCount / 3);
    for (let block = first; block < first + Math.floor(blockCount / 3); block++) {
      const bytes = new Uint8Array(blockBytes);
      this.flash.read(block, 0, bytes);
      if (this.fault === "trusts blank blocks" && bytes.every((byte) => byte === 0xff)) continue;
      this.flash.erase(block);
    }
  }

  private programAt(address: number, bytes: Uint8Array): void {
    const { blockBytes, blockCount } = this.flash.geometry;
    const block = this.area * Math.floor(blockCount / 3) + Math.floor(address / blockBytes);
    this.flash.program(block, address % blockBytes, bytes);
  }

  private load(area: number): { area: number; sequence: number; text: string } | undefined {
    const { blockBytes, blockCount, pageBytes } = this.flash.geometry;
    const blocks = Math.floor(blockCount / 3);
    const bytes = new Uint8Array(blocks * blockBytes);
    for (let i = 0; i < blocks; i++) this.flash.read(area * blocks + i, 0, bytes.subarray(i * blockBytes, (i + 1) * blockBytes));
    const view = new DataView(bytes.buffer);
    const [magic, sequence, lengthBytes, check] = [0, 4, 8, 12].map((at) => view.getUint32(at)) as [number, number, number, number];
    if (magic !== 0x594f5421 || lengthBytes > bytes.length) return undefined;
    const text = bytes.subarray(pageBytes, pageBytes + lengthBytes);
    if (this.fault !== "checks nothing" && checksum(text, sequence) !== check) return undefined;
    return { area, sequence, text: new TextDecoder().decode(text) };
  }

  private stage(kind: Kind, body: Uint8Array, options: { id: string; meta?: { label?: string } }): Entry {
    if (this.jammed) throw new HoldfastError("FULL");
    const wallMs = this.options?.wallMs?.() ?? 0;
    const entry = {
      kind,
      id: options.id,
      lsn: ++this.lsn,
      wallMs,
      label: options.meta?.label ?? "",
      body: Buffer.from(body).toString("base64"),
    };
    this.entries.set(`${kind}/${options.id}`, entry);
    return entry;
  }
}

function checksum(bytes: Uint8Array, seed: number): number {
  let sum = seed ^ 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
