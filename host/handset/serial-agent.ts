/*
 * A store on a phone, as an application on the desk sees it: the verbs of Agent, answers as promises, lists as async iterables.
 *
 * Thin, as host/agent/agent.ts is, and for the same rules: the core on the phone decides, this turns words into numbers. A
 * change is durable on the phone when its promise is kept. When the phone goes off that is a power cut: what waits fails with
 * PowerLost, every later call with CLOSED.
 */
import { mayAskAgain } from "../agent/again.js";
import { type Change, ChangeSet } from "../agent/changeset.js";
import { wallClock } from "../agent/clock.js";
import { crc32c } from "../agent/crc32c.js";
import { formatId, type IdHalves, mintId, parseId, platformEntropy } from "../agent/ids.js";
import { kindName, kindNumber } from "../agent/kinds.js";
import { decodeMeta, encodeCheckedMeta, encodeMeta } from "../agent/meta.js";
import {
  addition,
  bodyBytes,
  describe,
  headOf,
  judgedHead,
  notFound,
  originalLength,
  removal,
  summary,
  tellsLength,
} from "../agent/record.js";
import { ScrubTally } from "../agent/scrub-tally.js";
import { statOf } from "../agent/stat.js";
import type {
  AgentOptions,
  Batch,
  Entropy,
  FormatOptions,
  Kind,
  PutOptions,
  Receipt,
  RemoteAgent,
  ScrubReport,
  Stat,
  StoredHead,
  StoredRecord,
  StoredSummary,
  VerifyReport,
} from "../agent/types.js";
import { FLAG_CORRECTED, FLAG_DAMAGED } from "../core/abi.js";
import type { CoreResult } from "../core/doorstep.js";
import { HoldfastError, STATUSES } from "../errors.js";
import { PACKED_HEAD_BYTES, unpack } from "../pack/index.js";
import type { SerialLine } from "./line.js";
import { RemoteCore } from "./remote-core.js";
import { RemoteWire } from "./remote-wire.js";

const ALL_KINDS = -1;
const TICK_BUDGET_DEFAULT = 16;

/** Makes a store of the phone's part. Errors and cut: as `formatFlash`; PowerLost. */
export async function formatPhone(line: SerialLine, options: FormatOptions = {}): Promise<void> {
  if (options.key !== undefined)
    throw new HoldfastError("INVALID", "sealed stores are not built yet", "leave out the key: the store is made plain");
  const { parityBytes = 16, outerParity = 0, force = false } = options;
  const { high, low } = mintId(options.entropy ?? platformEntropy);
  const wallMs = wallClock(options.wallMs)();
  const core = await RemoteCore.start(line);
  try {
    const total = await core.call("formatting the phone", "hf_format_begin", [Number(force), parityBytes, outerParity, high, low, wallMs]);
    for (let left = total; left > 0; ) {
      left = await core.call("formatting the phone", "hf_format_step");
      options.onProgress?.(total - left, total);
    }
  } finally {
    core.drop();
  }
}

/** Opens the store on the phone and recovers what a power cut left. Errors: as `openAgent`; PowerLost. */
export async function openSerialAgent(line: SerialLine, options: AgentOptions = {}): Promise<SerialAgent> {
  const wallMs = wallClock(options.wallMs);
  const core = await RemoteCore.start(line);
  try {
    await core.call("opening the phone's store", "hf_mount", [options.readOnly ? 1 : 0, wallMs()]);
    return new SerialAgent(core, wallMs, options);
  } catch (thrown) {
    core.drop();
    throw thrown;
  }
}

export class SerialAgent implements RemoteAgent {
  readonly #core: RemoteCore;
  readonly #wallMs: () => number;
  readonly #entropy: Entropy;
  readonly #packs: boolean;
  readonly #encodeMeta: typeof encodeMeta;
  #turn: Promise<unknown> = Promise.resolve();
  #closedCleanly = false;

  /** `core` has mounted. */
  constructor(core: RemoteCore, wallMs: () => number, options: AgentOptions) {
    this.#core = core;
    this.#wallMs = wallMs;
    this.#entropy = options.entropy ?? platformEntropy;
    this.#packs = options.pack ?? true;
    this.#encodeMeta = (options.checkMeta ?? true) ? encodeCheckedMeta : encodeMeta;
  }

  put(kind: Kind, body: Uint8Array | string, options: PutOptions = {}): Promise<Receipt> {
    return this.#inTurn(async () => {
      const change = this.#change(kind, body, options);
      if (options.id === undefined) await this.#refuseTaken(change);
      change.receipt.lsn = await this.#again(() => this.#write(change));
      return change.receipt;
    });
  }

  get(kind: Kind, id: string): Promise<StoredRecord | undefined> {
    return this.#inTurn(() => this.#get(kind, id));
  }

  remove(kind: Kind, id: string): Promise<Receipt> {
    return this.#inTurn(async () => {
      const change = removal(kind, id);
      // What failed may have been done all the same; in a batch a record that is not there any more can be removed too.
      change.receipt.lsn = await this.#again((tries) =>
        tries === 0 ? this.#write(change) : this.#commit([change], 0).then(([lsn]) => lsn!),
      );
      return change.receipt;
    });
  }

  async *list(kind?: Kind): AsyncGenerator<StoredSummary> {
    const number = kind === undefined ? ALL_KINDS : kindNumber(kind);
    yield* this.#walk((high, low) => this.#core.call("listing", "hf_list_next", [number, high, low]));
  }

  /** As LocalAgent's. A phone with older firmware has no glance, and lists. */
  async *heads(kind: Kind): AsyncGenerator<StoredHead> {
    const number = kindNumber(kind);
    let asked: [high: number, low: number] = [0, 0];
    const list = () => this.#core.call("looking through", "hf_list_next", [number, ...asked]);
    yield* this.#pull(
      async (high, low) => {
        asked = [high, low];
        const status = await this.#core.ask("hf_glance_next", [number, high, low]);
        if (status === STATUSES.INVALID.number) return list();
        return status >= 0 ? status : this.#core.raise(status, "looking through");
      },
      async (result, metaBytes) => headOf(result, metaBytes) ?? (await this.#headByUnit(list)),
    );
  }

  /** The record told once more, by its unit. */
  async #headByUnit(list: () => Promise<number>): Promise<StoredHead> {
    await list();
    const result = this.#core.doorstep.result();
    return judgedHead(result, this.#core.doorstep.take(result.metaBytes));
  }

  count(kind: Kind): Promise<number> {
    return this.#inTurn(async () => (await this.#stock()).counts[kindNumber(kind)]!);
  }

  /**
   * As Agent.batch, with one difference: whether a record to be removed is there, and whether a minted id is new, is asked of
   * the phone after the callback, which cannot wait.
   */
  batch(write: (batch: Batch) => void): Promise<Receipt[]> {
    return this.#inTurn(async () => {
      const { changes, minted, removed } = this.#collect(write);
      for (const change of minted) await this.#refuseTaken(change);
      for (const change of removed) await this.#refuseAbsent(change);
      const steps: { change: Change; receipts: Receipt[] }[] = [];
      for (const step of changes.effective())
        if (step.change.body !== undefined || (await this.#isThere(step.change.kind, step.change.id))) steps.push(step);
      if (steps.length === 0) return changes.receipts;

      const total = steps.reduce((sum, { change }) => sum + (change.body?.length ?? 0), 0);
      const all = steps.map(({ change }) => change);
      const lsns = await this.#again(() => this.#commit(all, total));
      for (const [index, { receipts }] of steps.entries()) for (const receipt of receipts) receipt.lsn = lsns[index];
      return changes.receipts;
    });
  }

  receipt(kind: Kind, id: string): Promise<Receipt | undefined> {
    return this.#inTurn(async () => {
      const record = await this.#get(kind, id);
      return record && { id: record.id, lsn: record.lsn, crc32c: crc32c(record.body) };
    });
  }

  async *changes(afterLsn: bigint): AsyncGenerator<StoredSummary> {
    const [afterHigh, afterLow] = [Number(afterLsn >> 32n), Number(afterLsn & 0xffffffffn)];
    const found: StoredSummary[] = [];
    const next = (high: number, low: number) => this.#core.call("listing changes", "hf_changes_next", [afterHigh, afterLow, high, low]);
    for await (const summary of this.#walk(next)) found.push(summary);
    yield* found.sort((a, b) => (a.lsn < b.lsn ? -1 : a.lsn > b.lsn ? 1 : 0)); // the core walks the flash
  }

  /** The phone's end of a conversation with a relay. */
  wire(): RemoteWire {
    return new RemoteWire(this.#core, (work) => this.#inTurn(work), this.#entropy, this.#wallMs);
  }

  tick(budget = TICK_BUDGET_DEFAULT): Promise<number> {
    return this.#inTurn(() => this.#core.call("background work", "hf_tick", [budget]));
  }

  newestLsn(): Promise<bigint> {
    return this.#inTurn(async () => (await this.#stock()).nextLsn - 1n);
  }

  async stat(): Promise<Stat> {
    let payloadBytes = 0;
    for await (const { bodyBytes: bytes } of this.list()) payloadBytes += bytes;
    return this.#inTurn(async () => statOf(await this.#stock(), payloadBytes));
  }

  verify(): Promise<VerifyReport> {
    return this.#inTurn(async () => {
      const report: VerifyReport = { records: 0, ok: 0, corrected: 0, damaged: [], damagedUnknown: 0 };
      let [high, low] = [0, 0];
      while ((await this.#core.call("verifying", "hf_verify_next", [high, low])) > 0) {
        const result = this.#core.doorstep.result();
        [high, low] = [result.cursorHigh, result.cursorLow];
        report.records++;
        if (result.flags & FLAG_DAMAGED) report.damaged.push({ kind: kindName(result.kind), id: formatId(result.idHigh, result.idLow) });
        else report.ok++;
        if (result.flags & FLAG_CORRECTED && !(result.flags & FLAG_DAMAGED)) report.corrected++;
      }
      report.damagedUnknown = (await this.#stock()).damagedUnknown;
      return report;
    });
  }

  /** As LocalAgent's. */
  scrub(): Promise<ScrubReport> {
    return this.#inTurn(async () => {
      const scrub = new ScrubTally();
      let [high, low] = [0, 0];
      while ((await this.#again(() => this.#core.call("scrubbing", "hf_scrub_next", [high, low]))) > 0) {
        const result = this.#core.doorstep.result();
        [high, low] = [result.cursorHigh, result.cursorLow];
        scrub.add(result);
      }
      return scrub.report((await this.#stock()).damagedUnknown);
    });
  }

  /** Closes the store cleanly; the phone stays on. Closing twice is harmless. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closedCleanly) return;
      try {
        await this.#core.call("closing the store", "hf_close");
        this.#closedCleanly = true;
      } finally {
        this.#core.drop();
      }
    });
  }

  /** One verb at a time: between the calls of one, none of another. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #get(kind: Kind, id: string): Promise<StoredRecord | undefined> {
    const number = kindNumber(kind);
    const { high, low } = parseId(id);
    const during = `reading ${kind} ${id}`;
    const status = await this.#core.ask("hf_get", [number, high, low]);
    if (status === STATUSES.NOT_FOUND.number) return undefined;
    if (status < 0) this.#core.raise(status, during);

    const result = this.#core.doorstep.result();
    const meta = decodeMeta(this.#core.doorstep.take(result.metaBytes));
    const body = unpack(kind, result.codec, await this.#body(result.bodyBytes, during), during);
    return { ...summary(result, body.length), meta, body };
  }

  async #body(lengthBytes: number, during: string): Promise<Uint8Array> {
    const body = new Uint8Array(lengthBytes);
    const { doorstep } = this.#core;
    for (let at = 0; at < lengthBytes; ) {
      const got = await this.#core.call(during, "hf_read", [at, Math.min(doorstep.windowBytes, lengthBytes - at)]);
      if (got === 0) throw new HoldfastError("CORRUPT", `${during}: the body ends at ${at} of ${lengthBytes} bytes`);
      doorstep.takeInto(body, at, got);
      at += got;
    }
    return body;
  }

  /** One change to the phone's core, durable on return outside a batch, staged inside one. */
  async #write({ kind, id, meta, body, codec, receipt, wallMs = this.#wallMs() }: Change): Promise<bigint> {
    if (body === undefined) {
      await this.#core.call(`removing ${kindName(kind)} ${receipt.id}`, "hf_remove", [kind, id.high, id.low, wallMs]);
      return this.#core.doorstep.result().lsn;
    }
    const during = `storing ${kindName(kind)} ${receipt.id}`;
    const { windowBytes } = this.#core.doorstep;
    const head = [kind, id.high, id.low, codec, meta.length, 0, body.length, wallMs];
    await this.#core.call(during, "hf_put_begin", head, meta);
    for (let at = 0; at < body.length; at += windowBytes) {
      const piece = body.subarray(at, at + windowBytes);
      const status = await this.#core.ask("hf_put_write", [piece.length], piece);
      if (status < 0) await this.#giveUp("hf_put_abandon", () => this.#core.raise(status, during));
    }
    await this.#core.call(during, "hf_put_commit");
    return this.#core.doorstep.result().lsn;
  }

  /** Makes a change, and makes it again where a block of the phone failed under it. */
  async #again<T>(make: (tries: number) => Promise<T>): Promise<T> {
    for (let tries = 0; ; ) {
      try {
        return await make(tries);
      } catch (thrown) {
        if (!mayAskAgain(thrown, ++tries, this.#core.isOpen)) throw thrown;
      }
    }
  }

  /** All changes in one batch; returns the LSN of each. */
  async #commit(changes: Change[], bodyBytes: number): Promise<bigint[]> {
    await this.#core.call("opening a batch", "hf_batch_begin", [changes.length, bodyBytes]);
    const lsns = await this.#stage(changes);
    await this.#core.call("committing a batch", "hf_batch_commit");
    return lsns;
  }

  async #stage(changes: Change[]): Promise<bigint[]> {
    const lsns: bigint[] = [];
    for (const change of changes) {
      try {
        lsns.push(await this.#write(change));
      } catch (thrown) {
        await this.#giveUp("hf_batch_abandon", () => {
          throw thrown;
        });
      }
    }
    return lsns;
  }

  /** What cannot be abandoned has left bytes on flash that only a recovery can judge: then this agent ends here. */
  async #giveUp(name: "hf_put_abandon" | "hf_batch_abandon", say: () => never): Promise<never> {
    const words = caught(say); // before the next call: it overwrites the fault structure
    if (this.#core.isOpen && (await this.#core.ask(name)) < 0) this.#core.drop();
    throw words;
  }

  /** Runs a batch callback. Keeps apart what the phone has to be asked about: minted ids, and removals of what is not put before. */
  #collect(write: (batch: Batch) => void): { changes: ChangeSet; minted: Change[]; removed: Change[] } {
    if (!this.#core.isOpen) throw new HoldfastError("CLOSED");
    const [changes, minted, removed] = [new ChangeSet(), [] as Change[], [] as Change[]];
    let open = true;
    const take = (change: Change): Receipt => {
      if (!open) throw new HoldfastError("CLOSED", "this batch is over", "use it only inside its callback");
      changes.add(change);
      return change.receipt;
    };
    try {
      const returned: unknown = write({
        put: (kind, body, options = {}) => {
          const change = this.#change(kind, body, options);
          if (options.id === undefined) minted.push(change);
          return take(change);
        },
        remove: (kind, id) => {
          const change = removal(kind, id);
          const isThere = changes.has(change.kind, change.id);
          if (isThere === false) throw notFound(change);
          if (isThere === undefined) removed.push(change);
          return take(change);
        },
      });
      if (returned instanceof Promise) {
        returned.catch(() => {});
        throw new HoldfastError("INVALID", "a batch callback must not be async", "prepare first, then put inside the callback");
      }
    } finally {
      open = false;
    }
    return { changes, minted, removed };
  }

  /** Checks and encodes a put; mints its id when it has none. */
  #change(kind: Kind, body: Uint8Array | string, options: PutOptions): Change {
    kindNumber(kind); // an unknown kind before a malformed body
    const bytes = bodyBytes(kind, body);
    const meta = this.#encodeMeta(options.meta);
    const id = options.id === undefined ? mintId(this.#entropy) : parseId(options.id);
    return addition(kind, id, bytes, meta, this.#packs, options.wallMs);
  }

  /** 64 random bits are not taken; a source that repeats itself must not replace a record. */
  async #refuseTaken({ kind, id }: Change): Promise<void> {
    if (await this.#isThere(kind, id))
      throw new HoldfastError("INVALID", "minting an id: entropy repeats itself", "pass a source of random bytes, or an id");
  }

  async #refuseAbsent(change: Change): Promise<void> {
    if (!(await this.#isThere(change.kind, change.id))) throw notFound(change);
  }

  /** A damaged record is there too. */
  async #isThere(kind: number, id: IdHalves): Promise<boolean> {
    const status = await this.#core.ask("hf_get", [kind, id.high, id.low]);
    if (status < 0 && status !== STATUSES.NOT_FOUND.number && status !== STATUSES.CORRUPT.number)
      this.#core.raise(status, "looking up an id");
    return status !== STATUSES.NOT_FOUND.number;
  }

  async #stock() {
    await this.#core.call("taking stock", "hf_stat");
    return this.#core.doorstep.stat();
  }

  #walk(next: (cursorHigh: number, cursorLow: number) => Promise<number>): AsyncGenerator<StoredSummary> {
    return this.#pull(next, async (result, metaBytes) => describe(result, metaBytes, await this.#lengthOf(result)));
  }

  /** Pulls records one by one. Between two of them anything may happen to the store: the cursor, not the window, is kept. */
  async *#pull<T>(
    next: (cursorHigh: number, cursorLow: number) => Promise<number>,
    tell: (result: CoreResult, metaBytes: Uint8Array) => Promise<T>,
  ): AsyncGenerator<T> {
    let [high, low] = [0, 0];
    for (;;) {
      const told = await this.#inTurn(async () => {
        if ((await next(high, low)) === 0) return undefined;
        const result = this.#core.doorstep.result();
        [high, low] = [result.cursorHigh, result.cursorLow];
        return tell(result, this.#core.doorstep.take(result.metaBytes));
      });
      if (told === undefined) return;
      yield told;
    }
  }

  /** Length of the original body of the record just told; undefined when the bytes that would say it are damaged. */
  async #lengthOf(result: CoreResult): Promise<number | undefined> {
    if (tellsLength(result)) return result.bodyBytes;
    const { metaBytes, extBytes, bodyHeadBytes } = result;
    const head = bodyHeadBytes > 0 ? this.#core.doorstep.take(bodyHeadBytes, metaBytes + extBytes) : await this.#beginning(result);
    return head && originalLength(result, head);
  }

  /** The first bytes of a body that lies in chunks, away from its head. */
  async #beginning({ kind, idHigh, idLow }: CoreResult): Promise<Uint8Array | undefined> {
    let status = await this.#core.ask("hf_get", [kind, idHigh, idLow]);
    if (status >= 0) status = await this.#core.ask("hf_read", [0, PACKED_HEAD_BYTES]);
    if (status === STATUSES.CORRUPT.number) return undefined;
    if (status < 0) this.#core.raise(status, `listing ${kindName(kind)} ${formatId(idHigh, idLow)}`);
    return this.#core.doorstep.take(status);
  }
}

function caught(say: () => never): unknown {
  try {
    return say();
  } catch (thrown) {
    return thrown;
  }
}
