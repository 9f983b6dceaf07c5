/*
 * The agent: a store, open, as an application sees it.
 *
 * Thin. It turns words into numbers and bytes into windows of 4 KiB; every rule about data lives in the core.
 * What it adds is what a numeric door cannot say: texts, ids that mint themselves, batches as callbacks,
 * receipts, and errors with words.
 */
import { FLAG_CORRECTED, FLAG_DAMAGED, FLAG_REMOVED } from "../core/abi.js";
import type { CoreResult } from "../core/doorstep.js";
import { Core } from "../core/instance.js";
import { HoldfastError, STATUSES } from "../errors.js";
import type { FlashDevice } from "../flash/index.js";
import { PACKED_HEAD_BYTES, unpack } from "../pack/index.js";
import { mayAskAgain } from "./again.js";
import { type Change, ChangeSet } from "./changeset.js";
import { wallClock } from "./clock.js";
import { crc32c } from "./crc32c.js";
import { takeDevice } from "./device-lock.js";
import { formatId, type IdHalves, mintId, parseId, platformEntropy } from "./ids.js";
import { kindName, kindNumber } from "./kinds.js";
import { decodeMeta, encodeCheckedMeta, encodeMeta } from "./meta.js";
import { addition, bodyBytes, describe, headOf, judgedHead, notFound, originalLength, removal, summary, tellsLength } from "./record.js";
import { ScrubTally } from "./scrub-tally.js";
import { statOf } from "./stat.js";
import type {
  AgentOptions,
  Batch,
  Entropy,
  Kind,
  LocalAgent,
  PutOptions,
  Receipt,
  ScrubReport,
  Stat,
  StoredHead,
  StoredRecord,
  StoredSummary,
  UndoPlan,
  VerifyReport,
  Wire,
} from "./types.js";
import { planUndo } from "./undo.js";
import { CoreWire } from "./wire.js";

const ALL_KINDS = -1;
const TICK_BUDGET_DEFAULT = 16;
/** What a nearly empty battery is trusted with: a page or two, some 20 ms. */
const LOW_BATTERY_BYTES = 4096;
/** Above every LSN. */
const NO_LSN = (1n << 48n) - 1n;
/** So many taken ids in a row from 64 random bits are no accident. */
const MINT_TRIES_MAX = 16;

/**
 * Opens the store on `flash` and recovers what a power cut left. A clean mount programs nothing.
 *
 * Errors: NOT_FORMATTED (a blank part stays untouched), NEWER_FORMAT, WRONG_GEOMETRY, INDEX_FULL, LOCKED, CORRUPT, IO.
 */
export async function openAgent(flash: FlashDevice, options: AgentOptions = {}): Promise<LocalAgent> {
  const release = takeDevice(flash);
  try {
    return new CoreAgent(flash, options, release);
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/**
 * A core that has mounted. One that gives itself up over what it finds (its own checks trap) is replaced by one that only
 * reads; when that gives up too, the store is CORRUPT as a whole.
 */
function openCore(flash: FlashDevice, { memoryBytes, readOnly }: AgentOptions, release: () => void, wallMs: number): Core {
  for (const mode of readOnly ? [1] : [0, 1]) {
    let dropped = () => {};
    const core = new Core(flash, memoryBytes, () => dropped());
    try {
      core.call("opening the store", "hf_mount", mode, wallMs);
      dropped = release;
      return core;
    } catch (thrown) {
      if (!(thrown instanceof WebAssembly.RuntimeError)) throw thrown;
    }
  }
  throw new HoldfastError(
    "CORRUPT",
    "opening the store: what is on the flash contradicts itself",
    "keep the part as it is: `holdfast salvage`",
  );
}

class CoreAgent implements LocalAgent {
  readonly #core: Core;
  readonly #entropy: Entropy;
  readonly #wallMs: () => number;
  readonly #packs: boolean;
  readonly #encodeMeta: typeof encodeMeta;
  #closedCleanly = false;
  #isBatteryLow = false;

  constructor(flash: FlashDevice, options: AgentOptions, release: () => void) {
    this.#entropy = options.entropy ?? platformEntropy;
    this.#wallMs = wallClock(options.wallMs);
    this.#packs = options.pack ?? true;
    this.#encodeMeta = (options.checkMeta ?? true) ? encodeCheckedMeta : encodeMeta;
    this.#core = openCore(flash, options, release, this.#wallMs());
  }

  put(kind: Kind, body: Uint8Array | string, options: PutOptions = {}): Receipt {
    this.#requireOpen();
    const change = this.#change(kind, body, options, (number, id) => this.#isThere(number, id));
    change.receipt.lsn = this.#again(() => this.#write(change));
    return change.receipt;
  }

  get(kind: Kind, id: string): StoredRecord | undefined {
    this.#requireOpen();
    const number = kindNumber(kind);
    const { high, low } = parseId(id);
    const during = `reading ${kind} ${id}`;
    const status = this.#core.ask("hf_get", number, high, low);
    if (status === STATUSES.NOT_FOUND.number) return undefined;
    if (status < 0) this.#core.raise(status, during);

    return this.#record(this.#core.doorstep.result(), during);
  }

  remove(kind: Kind, id: string): Receipt {
    this.#requireOpen();
    const change = removal(kind, id);
    // What failed may have been done all the same; in a batch a record that is not there any more can be removed too.
    change.receipt.lsn = this.#again((tries) => (tries === 0 ? this.#write(change) : this.#commit([change], 0)[0]!));
    return change.receipt;
  }

  list(kind?: Kind): Iterable<StoredSummary> {
    this.#requireOpen();
    const number = kind === undefined ? ALL_KINDS : kindNumber(kind);
    return this.#walk((high, low) => this.#core.call("listing", "hf_list_next", number, high, low));
  }

  heads(kind: Kind): Iterable<StoredHead> {
    this.#requireOpen();
    return this.#heads(kindNumber(kind));
  }

  *#heads(kind: number): Generator<StoredHead> {
    const { doorstep } = this.#core;
    let [high, low] = [0, 0];
    while (this.#core.call("looking through", "hf_glance_next", kind, high, low) > 0) {
      let result = doorstep.result();
      let head = headOf(result, doorstep.take(result.metaBytes));
      if (head === undefined) {
        this.#core.call("looking through", "hf_list_next", kind, high, low); // the same record, by its unit
        result = doorstep.result();
        head = judgedHead(result, doorstep.take(result.metaBytes));
      }
      [high, low] = [result.cursorHigh, result.cursorLow];
      yield head;
    }
  }

  count(kind: Kind): number {
    this.#requireOpen();
    return this.#stock().counts[kindNumber(kind)]!;
  }

  batch(write: (batch: Batch) => void): Receipt[] {
    this.#requireOpen();
    const changes = new ChangeSet();
    this.#collect(changes, write);
    const steps = [...changes.effective()].filter(({ change }) => change.body !== undefined || this.#isThere(change.kind, change.id));
    if (steps.length === 0) return changes.receipts;

    const bodyBytes = steps.reduce((sum, { change }) => sum + (change.body?.length ?? 0), 0);
    this.#requirePower(
      "a batch",
      steps.reduce((sum, { change }) => sum + change.originalBytes, 0),
    );
    const all = steps.map(({ change }) => change);
    const lsns = this.#again(() => this.#commit(all, bodyBytes));
    steps.forEach(({ receipts }, index) => {
      for (const receipt of receipts) receipt.lsn = lsns[index];
    });
    return changes.receipts;
  }

  receipt(kind: Kind, id: string): Receipt | undefined {
    const record = this.get(kind, id);
    return record && { id: record.id, lsn: record.lsn, crc32c: crc32c(record.body) };
  }

  changes(afterLsn: bigint): Iterable<StoredSummary> {
    this.#requireOpen();
    const [afterHigh, afterLow] = halves(checkedLsn(afterLsn));
    // The core walks the flash: put into LSN order here, where there is memory for it.
    const found = [...this.#walk((high, low) => this.#core.call("listing changes", "hf_changes_next", afterHigh, afterLow, high, low))];
    return found.sort((a, b) => (a.lsn < b.lsn ? -1 : a.lsn > b.lsn ? 1 : 0));
  }

  *history(kind: Kind, id: string): Iterable<StoredSummary> {
    this.#requireOpen();
    const number = kindNumber(kind);
    const { high, low } = parseId(id);
    const during = `looking for earlier versions of ${kind} ${id}`;
    for (let before = NO_LSN; ; ) {
      this.#requireOpen();
      if (this.#core.call(during, "hf_history_next", number, high, low, ...halves(before)) === 0) return;
      const result = this.#core.doorstep.result();
      before = result.lsn;
      const meta = this.#core.doorstep.take(result.metaBytes);
      if (this.#stands(result)) yield describe(result, meta, this.#pastLength(result));
    }
  }

  version(lsn: bigint): StoredRecord | undefined {
    this.#requireOpen();
    const during = `reading the change ${checkedLsn(lsn)}`;
    if (this.#core.call(during, "hf_change", ...halves(lsn)) === 0) return undefined;
    const result = this.#core.doorstep.result();
    if (result.flags & FLAG_DAMAGED)
      throw new HoldfastError("CORRUPT", `${during}, of ${kindName(result.kind)} ${formatId(result.idHigh, result.idLow)}`);
    if (result.flags & FLAG_REMOVED) return { ...summary(result, 0), removed: true, body: new Uint8Array(0) };
    const metaBytes = this.#core.doorstep.take(result.metaBytes);
    return this.#stands(result) ? this.#record(result, during, metaBytes) : undefined;
  }

  undoPlan(lsn: bigint): UndoPlan {
    return planUndo(this, lsn);
  }

  undo(lsn: bigint): Receipt {
    const { kind, id, earlier } = this.undoPlan(lsn);
    if (earlier === undefined) return this.remove(kind, id);
    return this.put(kind, earlier.body, { id, meta: earlier.meta, wallMs: earlier.wallMs });
  }

  newestLsn(): bigint {
    this.#requireOpen();
    return this.#stock().nextLsn - 1n;
  }

  wire(): Wire {
    this.#requireOpen();
    return new CoreWire(this.#core, this.#entropy, this.#wallMs);
  }

  tick(budget = TICK_BUDGET_DEFAULT): number {
    this.#requireOpen();
    if (!Number.isInteger(budget) || budget < 0 || budget > 0x7fffffff)
      throw new HoldfastError("INVALID", `a budget of ${budget}`, "pass a whole number of steps");
    return this.#core.call("background work", "hf_tick", this.#isBatteryLow ? 0 : budget);
  }

  lowBattery(isLow: boolean): void {
    this.#requireOpen();
    this.#isBatteryLow = isLow;
  }

  stat(): Stat {
    this.#requireOpen();
    const stat = this.#stock();
    let payloadBytes = 0;
    const next = (high: number, low: number) => this.#core.call("taking stock", "hf_list_next", ALL_KINDS, high, low);
    for (const result of this.#results(next)) payloadBytes += this.#lengthOf(result) ?? result.bodyBytes;
    return statOf(stat, payloadBytes);
  }

  /** What the core keeps count of: no walk over the records. */
  #stock() {
    this.#core.call("taking stock", "hf_stat");
    return this.#core.doorstep.stat();
  }

  verify(): VerifyReport {
    this.#requireOpen();
    const report: VerifyReport = { records: 0, ok: 0, corrected: 0, damaged: [], damagedUnknown: 0 };
    let [high, low] = [0, 0];
    while (this.#core.call("verifying", "hf_verify_next", high, low) > 0) {
      const result = this.#core.doorstep.result();
      [high, low] = [result.cursorHigh, result.cursorLow];
      report.records++;
      if (result.flags & FLAG_DAMAGED) report.damaged.push({ kind: kindName(result.kind), id: formatId(result.idHigh, result.idLow) });
      else report.ok++;
      if (result.flags & FLAG_CORRECTED && !(result.flags & FLAG_DAMAGED)) report.corrected++;
    }
    report.damagedUnknown = this.#stock().damagedUnknown;
    return report;
  }

  scrub(): ScrubReport {
    this.#requireOpen();
    const scrub = new ScrubTally();
    let [high, low] = [0, 0];
    while (this.#again(() => this.#core.call("scrubbing", "hf_scrub_next", high, low)) > 0) {
      const result = this.#core.doorstep.result();
      [high, low] = [result.cursorHigh, result.cursorLow];
      scrub.add(result);
    }
    return scrub.report(this.#stock().damagedUnknown);
  }

  close(): void {
    if (this.#closedCleanly) return;
    this.#requireOpen();
    try {
      this.#core.call("closing the store", "hf_close");
      this.#closedCleanly = true;
    } finally {
      this.#core.drop();
    }
  }

  #requireOpen(): void {
    if (!this.#core.isOpen) throw new HoldfastError("CLOSED");
  }

  #requirePower(what: string, bytes: number): void {
    if (!this.#isBatteryLow || bytes <= LOW_BATTERY_BYTES) return;
    throw new HoldfastError(
      "TOO_BIG",
      `storing ${what} of ${bytes} bytes while the battery is low; at most ${LOW_BATTERY_BYTES} are taken`,
      "charge the phone, then store it again; short records are stored as ever",
    );
  }

  /** One change to the core, durable on return outside a batch, staged inside one. Returns its LSN. */
  #write(change: Change): bigint {
    const { kind, id, meta, body } = change;
    const wallMs = change.wallMs ?? this.#wallMs();
    if (body === undefined) {
      this.#core.call(`removing ${kindName(kind)} ${change.receipt.id}`, "hf_remove", kind, id.high, id.low, wallMs);
      return this.#core.doorstep.result().lsn;
    }
    const during = `storing ${kindName(kind)} ${change.receipt.id}`;
    const { doorstep } = this.#core;
    doorstep.fill(meta);
    this.#core.call(during, "hf_put_begin", kind, id.high, id.low, change.codec, meta.length, 0, body.length, wallMs);
    for (let at = 0; at < body.length; at += doorstep.windowBytes) {
      const chunk = body.subarray(at, at + doorstep.windowBytes);
      doorstep.fill(chunk);
      const status = this.#core.ask("hf_put_write", chunk.length);
      if (status < 0) {
        this.#giveUp("hf_put_abandon");
        this.#core.raise(status, during);
      }
    }
    this.#core.call(during, "hf_put_commit");
    return doorstep.result().lsn;
  }

  /** Makes a change, and makes it again where a block failed under it. */
  #again<T>(make: (tries: number) => T): T {
    for (let tries = 0; ; ) {
      try {
        return make(tries);
      } catch (thrown) {
        if (!mayAskAgain(thrown, ++tries, this.#core.isOpen)) throw thrown;
      }
    }
  }

  /** All changes in one batch; returns the LSN of each. */
  #commit(changes: Change[], bodyBytes: number): bigint[] {
    this.#core.call("opening a batch", "hf_batch_begin", changes.length, bodyBytes);
    const lsns = this.#stage(changes);
    this.#core.call("committing a batch", "hf_batch_commit");
    return lsns;
  }

  /** Stages all of a batch and returns the LSN of each. */
  #stage(changes: Change[]): bigint[] {
    try {
      return changes.map((change) => this.#write(change));
    } catch (thrown) {
      this.#giveUp("hf_batch_abandon");
      throw thrown;
    }
  }

  /** What cannot be abandoned has left bytes on flash that only a recovery can judge: then the instance ends here. */
  #giveUp(name: "hf_put_abandon" | "hf_batch_abandon"): void {
    if (this.#core.isOpen && this.#core.ask(name) < 0) this.#core.drop();
  }

  #collect(changes: ChangeSet, write: (batch: Batch) => void): void {
    let open = true;
    const isThere = (kind: number, id: IdHalves) => changes.has(kind, id) ?? this.#isThere(kind, id);
    const take = (make: () => Change): Receipt => {
      if (!open) throw new HoldfastError("CLOSED", "this batch is over", "use it only inside its callback");
      this.#requireOpen();
      const change = make();
      changes.add(change);
      return change.receipt;
    };
    const batch: Batch = {
      put: (kind, body, options = {}) => take(() => this.#change(kind, body, options, isThere)),
      remove: (kind, id) =>
        take(() => {
          const change = removal(kind, id);
          if (!isThere(change.kind, change.id)) throw notFound(change);
          return change;
        }),
    };
    try {
      const returned: unknown = write(batch);
      if (returned instanceof Promise) {
        returned.catch(() => {});
        throw new HoldfastError("INVALID", "a batch callback must not be async", "prepare first, then put inside the callback");
      }
    } finally {
      open = false;
    }
  }

  /** Checks and encodes a put; mints its id when it has none. */
  #change(kind: Kind, body: Uint8Array | string, options: PutOptions, isTaken: (kind: number, id: IdHalves) => boolean): Change {
    const number = kindNumber(kind);
    const bytes = bodyBytes(kind, body);
    this.#requirePower(`a ${kind}`, bytes.length);
    const meta = this.#encodeMeta(options.meta);
    const id = options.id === undefined ? this.#mint((candidate) => isTaken(number, candidate)) : parseId(options.id);
    return addition(kind, id, bytes, meta, this.#packs, options.wallMs);
  }

  #mint(isTaken: (id: IdHalves) => boolean): IdHalves {
    for (let tries = 0; tries < MINT_TRIES_MAX; tries++) {
      const id = mintId(this.#entropy);
      if (!isTaken(id)) return id;
    }
    throw new HoldfastError("INVALID", "minting an id: entropy repeats itself", "pass a source of random bytes, or an id");
  }

  /** A damaged record is there too. */
  #isThere(kind: number, id: IdHalves): boolean {
    const status = this.#core.ask("hf_get", kind, id.high, id.low);
    if (status < 0 && status !== STATUSES.NOT_FOUND.number && status !== STATUSES.CORRUPT.number)
      this.#core.raise(status, "looking up an id");
    return status !== STATUSES.NOT_FOUND.number;
  }

  /** The record just told, whole. `metaBytes`: where the window has been used since. */
  #record(result: CoreResult, during: string, metaBytes = this.#core.doorstep.take(result.metaBytes)): StoredRecord {
    const meta = decodeMeta(metaBytes);
    const body = unpack(kindName(result.kind), result.codec, this.#body(result.bodyBytes, during), during);
    return { ...summary(result, body.length), meta, body };
  }

  #body(lengthBytes: number, during: string): Uint8Array {
    const body = new Uint8Array(lengthBytes);
    const { doorstep } = this.#core;
    for (let at = 0; at < lengthBytes; ) {
      const got = this.#core.call(during, "hf_read", at, Math.min(doorstep.windowBytes, lengthBytes - at));
      if (got === 0) throw new HoldfastError("CORRUPT", `${during}: the body ends at ${at} of ${lengthBytes} bytes`);
      doorstep.takeInto(body, at, got);
      at += got;
    }
    return body;
  }

  *#walk(next: (cursorHigh: number, cursorLow: number) => number): Generator<StoredSummary> {
    for (const result of this.#results(next)) yield describe(result, this.#core.doorstep.take(result.metaBytes), this.#lengthOf(result));
  }

  /** Pulls records one by one. Between two of them anything may happen to the store: the cursor, not the window, is kept. */
  *#results(next: (cursorHigh: number, cursorLow: number) => number): Generator<CoreResult> {
    let [high, low] = [0, 0];
    while (next(high, low) > 0) {
      const result = this.#core.doorstep.result();
      [high, low] = [result.cursorHigh, result.cursorLow];
      yield result;
    }
  }

  /** Length of the original body of the record just told; undefined when the bytes that would say it are damaged. */
  #lengthOf(result: CoreResult): number | undefined {
    if (tellsLength(result)) return result.bodyBytes;
    const { metaBytes, extBytes, bodyHeadBytes } = result;
    const head = bodyHeadBytes > 0 ? this.#core.doorstep.take(bodyHeadBytes, metaBytes + extBytes) : this.#beginning(result);
    return head && originalLength(result, head);
  }

  /** Is the body of the version just told still there? A long one lies in chunks, which go before their head or after it. */
  #stands({ bodyBytes, flags }: CoreResult): boolean {
    if (flags !== 0 || bodyBytes === 0) return true;
    return [0, bodyBytes - 1].every((at) => this.#core.ask("hf_read", at, 1) !== STATUSES.NOT_FOUND.number);
  }

  /** The same of an earlier version, of which `hf_read` speaks. */
  #pastLength(result: CoreResult): number | undefined {
    if (tellsLength(result)) return result.bodyBytes;
    const status = this.#core.ask("hf_read", 0, PACKED_HEAD_BYTES);
    if (status === STATUSES.CORRUPT.number) return undefined;
    if (status < 0) this.#core.raise(status, "looking for earlier versions");
    return originalLength(result, this.#core.doorstep.take(status));
  }

  /** The first bytes of a body that lies in chunks, away from its head. */
  #beginning({ kind, idHigh, idLow }: CoreResult): Uint8Array | undefined {
    let status = this.#core.ask("hf_get", kind, idHigh, idLow);
    if (status >= 0) status = this.#core.ask("hf_read", 0, PACKED_HEAD_BYTES);
    if (status === STATUSES.CORRUPT.number) return undefined;
    if (status < 0) this.#core.raise(status, `listing ${kindName(kind)} ${formatId(idHigh, idLow)}`);
    return this.#core.doorstep.take(status);
  }
}

function checkedLsn(lsn: bigint): bigint {
  if (typeof lsn === "bigint" && lsn >= 0n && lsn < 1n << 64n) return lsn;
  throw new HoldfastError("INVALID", `${lsn} is not an LSN`, "pass a bigint from 0n");
}
function halves(lsn: bigint): [high: number, low: number] {
  return [Number(lsn >> 32n), Number(lsn & 0xffffffffn)];
}
