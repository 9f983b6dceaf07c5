/*
 * Salvage: what reads whole on a part that no store can be opened on any more. It is read block by block, without a mount: labels, headers and
 * summaries may be gone, pages overwritten.
 *
 * Others may take for granted: nothing is written and nothing is made up. What comes back was put, every byte of it, as its checksums say; of
 * a record that reads in several versions the newest. What cannot be known is whether something newer was there: then an older version, or a
 * record whose removal is lost, comes back.
 */
import { formatId } from "../agent/ids.js";
import { kindName } from "../agent/kinds.js";
import { decodeMeta } from "../agent/meta.js";
import type { Kind, RecordMeta, StoredRecord } from "../agent/types.js";
import { type FoundRecord, openWorkbench, type StoreMark, type Workbench } from "../core/workbench.js";
import { HoldfastError } from "../errors.js";
import type { FlashDevice } from "../flash/index.js";
import { unpack } from "../pack/index.js";

export interface Salvaged {
  /** 16 hex digits: of the store that most labels name. */
  storeId: string;
  /** By kind and id. */
  records: StoredRecord[];
  /** Their newest version reads in part; an older one that is whole, if there is one, is among `records`. */
  incomplete: { kind: Kind; id: string; why: string }[];
  /** Keys whose newest version says that they were removed. */
  removed: number;
  /** Blocks in which something was found. */
  blocks: number;
  newestLsn: bigint;
}

/** The key that the core keeps for itself: assembly/store/reserved.ts. */
const RESERVED = "vault b7a51c0e93d2f846";
const CODEC_LOST = 7;

/** Errors: NOT_FORMATTED no label of a store reads anywhere; WRONG_GEOMETRY. Cost: the whole part once or twice. */
export function salvage(flash: FlashDevice, onProgress: (done: number, total: number) => void = () => {}): Salvaged {
  const { geometry } = flash;
  const workbench = openWorkbench(geometry);
  const store = storeOn(flash, workbench);
  const log = new Log();
  let blocks = 0;
  for (let block = 0; block < geometry.blockCount; block++) {
    const found = workbench.salvage(block, bytesOf(flash, block), store);
    for (const record of found) log.add(record);
    if (found.length > 0) blocks++;
    onProgress(block + 1, geometry.blockCount);
  }
  return { storeId: formatId(store[0], store[1]), blocks, ...log.newest() };
}

/** The store that most labels name. */
function storeOn(flash: FlashDevice, workbench: Workbench): StoreMark {
  const counts = new Map<string, { mark: StoreMark; count: number }>();
  for (let block = 0; block < flash.geometry.blockCount; block++) {
    const mark = workbench.storeOf(block, bytesOf(flash, block));
    if (mark === undefined) continue;
    const known = counts.get(mark.join(" "));
    counts.set(mark.join(" "), { mark, count: (known?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  if (most === undefined)
    throw new HoldfastError(
      "NOT_FORMATTED",
      "no label of a store reads anywhere",
      "check the file, and the geometry: --preset names another",
    );
  return most.mark;
}

/** What a failed read leaves is judged like anything else. */
function bytesOf(flash: FlashDevice, block: number): Uint8Array {
  const bytes = new Uint8Array(flash.geometry.blockBytes);
  flash.read(block, 0, bytes);
  return bytes;
}

/** Everything found, by key. */
class Log {
  readonly #heads = new Map<string, FoundRecord[]>();
  readonly #chunks = new Map<string, Uint8Array>();
  #newestLsn = 0n;

  add(found: FoundRecord): void {
    const key = keyOf(found);
    if (found.lsn > this.#newestLsn) this.#newestLsn = found.lsn;
    if (found.type === "chunk") this.#chunks.set(`${key} ${found.lsn} ${found.chunk}`, found.body);
    else this.#heads.set(key, [...(this.#heads.get(key) ?? []), found]);
  }

  newest(): Omit<Salvaged, "storeId" | "blocks"> {
    const told = { records: [] as StoredRecord[], incomplete: [] as Salvaged["incomplete"], removed: 0, newestLsn: this.#newestLsn };
    for (const key of [...this.#heads.keys()].sort()) {
      if (key === RESERVED) continue;
      const versions = this.#heads.get(key)!.sort((a, b) => (a.lsn < b.lsn ? 1 : a.lsn > b.lsn ? -1 : 0));
      if (versions[0]!.type === "tombstone") {
        told.removed++;
        continue;
      }
      const whole = this.#firstWhole(versions, told.incomplete);
      if (whole) told.records.push(whole);
    }
    return told;
  }

  /** The newest version that is whole and no removal; what is newer and in pieces is named. */
  #firstWhole(versions: readonly FoundRecord[], incomplete: Salvaged["incomplete"]): StoredRecord | undefined {
    const { kind, id } = versions[0]!;
    for (const version of versions) {
      if (version.type === "tombstone") return undefined;
      const record = this.#recordOf(version);
      if (typeof record !== "string") return record;
      if (version === versions[0]) incomplete.push({ kind: kindName(kind), id, why: record });
    }
    return undefined;
  }

  /** A string: why it is not whole. */
  #recordOf(version: FoundRecord): StoredRecord | string {
    if (version.codec === CODEC_LOST) return "its bytes had rotted before";
    const stored = version.type === "long" ? this.#joined(version) : version.body;
    if (typeof stored === "string") return stored;
    try {
      const kind = kindName(version.kind);
      const body = unpack(kind, version.codec, stored, `salvaging ${kind} ${version.id}`);
      return { kind, id: version.id, lsn: version.lsn, bodyBytes: body.length, wallMs: version.wallMs, meta: metaOf(version.meta), body };
    } catch (error) {
      if (error instanceof HoldfastError) return error.message;
      throw error;
    }
  }

  #joined(version: FoundRecord): Uint8Array | string {
    const body = new Uint8Array(version.bodyBytes);
    for (let at = 0, chunk = 0; at < body.length; chunk++) {
      const piece = this.#chunks.get(`${keyOf(version)} ${version.lsn} ${chunk}`);
      if (piece === undefined) return `its bytes from ${at} on are not there`;
      body.set(piece.subarray(0, body.length - at), at);
      at += piece.length;
      if (piece.length === 0) return "a piece of it is empty";
    }
    return body;
  }
}

function keyOf({ kind, id }: FoundRecord): string {
  return `${kindName(kind)} ${id}`;
}

/** Meta is a cache: one that is none costs the record nothing. */
function metaOf(bytes: Uint8Array): RecordMeta {
  try {
    return decodeMeta(bytes);
  } catch {
    return {};
  }
}
