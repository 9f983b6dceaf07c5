/*
 * One configuration of pim-1 from load to last read, with every column of the peers' tables (reference/storage.md §3).
 *
 * No tick runs: whatever the store has to clean, a write pays for. Every read is verified; a wrong byte ends the run with an error.
 */
import { HoldfastError } from "../errors.js";
import { NorFlash, TraceFlash } from "../flash/index.js";
import { type Configuration, flashBytes } from "./configurations.js";
import type { BenchAgent, Doors, Retention, StoreSetup } from "./doors.js";
import { rounded, type Spread, Stopwatch, spreadOf, type WriteSpread } from "./latency.js";
import { below, bodyOf, keyOf, mulberry32, Pim1, type PimOperation, type PimRecord } from "./pim1.js";
import { TornCopyFlash } from "./torn-copy.js";

export interface MountFigures {
  ms: number;
  readBytes: number;
}

export interface ConfigurationFigures {
  name: string;
  retention: Retention;
  packed: boolean;
  parityBytes: number;
  /** Why the workload ended early; absent when all of it ran. */
  stopped?: string;
  operationsDone: number;
  /** Payload over flash after the load. */
  utilisation: number;
  loadWriteAmplification: number;
  churnWriteAmplification: number;
  /** Of the churn alone, as all of `wear`. */
  erases: number;
  wear: { max: number; mean: number; sd: number };
  /** Durable writes of the churn: puts and removals of small records. */
  write: WriteSpread;
  /** Load and churn together, photos included. */
  writeAll: WriteSpread;
  mountClean: MountFigures;
  mountAfterCut: MountFigures & { cuts: number };
  firstWriteMs: number;
  readBytesPerGet: number;
  get: Spread;
  enumerateMs: number;
  ram: { fixedBytes: number; indexBytes: number; capacity: number; bytesPerRecord: number };
  /** Of this machine: the only column that is not a function of the seed. */
  hostOperationsPerSecond: number;
}

export interface MeasureOptions {
  seed: number;
  retention: Retention;
  parityBytes?: 8 | 16;
  pack?: boolean;
  /** Instead of the configuration's own, for a quick look. */
  operations?: number;
  cuts?: number;
}

/** Ends of a workload that the store cannot carry on: reported, not thrown. */
const REFUSALS: ReadonlySet<string> = new Set(["FULL", "INDEX_FULL"]);
const CUTS = 20;
const GETS = 1000;
/** Records read back on each torn copy. */
const CUT_SAMPLE = 50;

/** Runs `configuration`. Cost: seconds. Errors: whatever the store throws but FULL; an Error when a read is not what was put. */
export async function measure(configuration: Configuration, options: MeasureOptions, doors: Doors): Promise<ConfigurationFigures> {
  const run = new Run(configuration, options, doors);
  await run.open();
  run.load();
  await run.churn();
  return run.finish();
}

class Run {
  private readonly pim: Pim1;
  private readonly part: NorFlash;
  private readonly torn: TornCopyFlash;
  private readonly trace: TraceFlash;
  private readonly setup: StoreSetup;
  private readonly loadWrites: Stopwatch;
  private readonly churnWrites: Stopwatch;
  private readonly figures: Partial<ConfigurationFigures> = {};
  private agent!: BenchAgent;

  private readonly configuration: Configuration;
  private readonly options: MeasureOptions;
  private readonly doors: Doors;

  constructor(configuration: Configuration, options: MeasureOptions, doors: Doors) {
    this.configuration = configuration;
    this.options = options;
    this.doors = doors;
    this.pim = new Pim1(options.seed, configuration.scale);
    this.part = new NorFlash(configuration.geometry);
    this.torn = new TornCopyFlash(this.part);
    this.trace = new TraceFlash(this.torn);
    const { seed, retention, parityBytes, pack } = options;
    this.setup = { seed, retention, parityBytes, pack };
    this.loadWrites = new Stopwatch(this.trace);
    this.churnWrites = new Stopwatch(this.trace);
  }

  async open(): Promise<void> {
    await this.doors.format(this.trace, this.setup);
    this.agent = await this.doors.open(this.trace, this.setup);
  }

  load(): void {
    const mark = this.trace.mark();
    let payload = 0;
    for (const record of this.pim.load()) payload += this.put(record, this.loadWrites);
    this.figures.utilisation = rounded(payload / flashBytes(this.configuration.geometry), 3);
    this.figures.loadWriteAmplification = rounded(this.trace.since(mark).programBytes / payload, 3);
    this.pim.shuffle();
  }

  async churn(): Promise<void> {
    const { figures, trace } = this;
    const operations = this.options.operations ?? this.configuration.operations;
    const cutBefore = new Set(cutPoints(this.options.seed, operations, this.options.cuts ?? CUTS));
    const mark = trace.mark();
    const erasedBefore = trace.eraseCounts.slice();
    const worst = { ms: 0, readBytes: 0, cuts: 0 };
    let payload = 0;
    let machineMs = 0;
    let done = 0;
    try {
      for (; done < operations; done++) {
        if (cutBefore.has(done)) this.torn.wantCopy(this.options.seed * 1000 + done);
        const began = performance.now();
        const operation = this.pim.next();
        payload += this.apply(operation);
        machineMs += performance.now() - began;
        await this.mountTornCopy(operation, worst);
      }
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError && REFUSALS.has(thrown.code))) throw thrown;
      figures.stopped = `${thrown.code} at operation ${done}`;
    }
    figures.operationsDone = done;
    figures.churnWriteAmplification = rounded(trace.since(mark).programBytes / Math.max(1, payload), 3);
    figures.erases = trace.since(mark).erases;
    figures.wear = wearOf(trace.eraseCounts.map((count, block) => count - erasedBefore[block]));
    figures.mountAfterCut = { ...worst, ms: rounded(worst.ms) };
    figures.hostOperationsPerSecond = Math.round((done * 1000) / Math.max(1, machineMs));
  }

  async finish(): Promise<ConfigurationFigures> {
    const { configuration, options, pim, figures } = this;
    this.agent.close();
    const mounting = this.trace.mark();
    this.agent = await this.doors.open(this.trace, this.setup);
    const mount = this.trace.since(mounting);

    const first = new Stopwatch(this.trace);
    if (figures.stopped === undefined) this.put(pim.update(pim.anyIndex()), first);
    const { ram } = this.agent.stat();
    const complete: ConfigurationFigures = {
      ...(figures as ConfigurationFigures),
      name: configuration.name,
      retention: options.retention,
      packed: options.pack ?? false,
      parityBytes: options.parityBytes ?? 16,
      write: Stopwatch.spread(this.churnWrites),
      writeAll: Stopwatch.spread(this.loadWrites, this.churnWrites),
      mountClean: { ms: rounded(mount.modelledMs), readBytes: mount.readBytes },
      firstWriteMs: spreadOf(first.wholeMs).max,
      ...this.reads(),
      ram: { ...ram, bytesPerRecord: rounded(ram.indexBytes / ram.capacity, 2) },
    };
    this.agent.close();
    return complete;
  }

  private reads(): Pick<ConfigurationFigures, "readBytesPerGet" | "get" | "enumerateMs"> {
    const { pim, trace, agent } = this;
    const gets = new Stopwatch(trace);
    const before = trace.readBytes;
    for (let i = 0; i < GETS; i++) {
      const record = pim.live[pim.anyIndex()];
      gets.time(() => this.check(agent, record));
    }
    const readBytesPerGet = rounded((trace.readBytes - before) / GETS, 1);
    const listing = trace.mark();
    const listed = this.enumerate();
    const enumerateMs = rounded(trace.since(listing).modelledMs, 1);
    if (listed !== pim.live.length + pim.photos.length)
      throw new Error(`${listed} records listed, ${pim.live.length + pim.photos.length} live`);
    for (const photo of pim.photos) this.check(agent, photo);
    return { readBytesPerGet, get: spreadOf(gets.wholeMs), enumerateMs };
  }

  private enumerate(): number {
    let listed = 0;
    for (const { kind, id } of this.agent.list()) {
      if (this.agent.get(kind, id) === undefined) throw new Error(`${kind} ${id} is listed and not there`);
      listed++;
    }
    return listed;
  }

  /** Returns the bytes put. What the store refuses has not happened. */
  private apply(operation: PimOperation): number {
    try {
      if (operation.verb === "get") this.check(this.agent, operation);
      else if (operation.verb === "remove") this.remove(operation);
      else return this.put(operation, this.churnWrites);
      return 0;
    } catch (thrown) {
      this.pim.takeBack(operation);
      throw thrown;
    }
  }

  private put(record: PimRecord, watch: Stopwatch): number {
    const { kind, id } = keyOf(record);
    const body = bodyOf(record);
    watch.time(() => this.agent.put(kind, body, { id }));
    return body.length;
  }

  private remove(record: PimRecord): void {
    const { kind, id } = keyOf(record);
    this.churnWrites.time(() => this.agent.remove(kind, id));
  }

  private check(agent: BenchAgent, record: PimRecord): void {
    const { kind, id } = keyOf(record);
    const body = agent.get(kind, id)?.body;
    if (body === undefined || !equalBytes(body, bodyOf(record))) throw new Error(`${kind} ${id} version ${record.version} reads wrong`);
  }

  /** Boots the copy that was torn inside the last operation, if there is one, and reads from it. */
  private async mountTornCopy(inFlight: PimRecord, worst: MountFigures & { cuts: number }): Promise<void> {
    const copy = this.torn.takeCopy();
    if (copy === undefined) return;
    const trace = new TraceFlash(copy);
    const agent = await this.doors.open(trace, this.setup);
    worst.cuts++;
    if (trace.modelledMs > worst.ms) Object.assign(worst, { ms: trace.modelledMs, readBytes: trace.readBytes });
    const draw = mulberry32(worst.cuts);
    for (let i = 0; i < CUT_SAMPLE; i++) {
      const record = this.pim.live[below(draw, this.pim.live.length)];
      if (record.type !== inFlight.type || record.id !== inFlight.id) this.check(agent, record);
    }
    agent.close();
  }
}

/** Operations of the churn before which the next write is torn. */
function cutPoints(seed: number, operations: number, count: number): number[] {
  const draw = mulberry32(seed ^ 0x5eed);
  return Array.from({ length: count }, () => below(draw, operations));
}

export function wearOf(counts: Uint32Array): { max: number; mean: number; sd: number } {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return { max: Math.max(...counts), mean: rounded(mean, 3), sd: rounded(Math.sqrt(variance), 3) };
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
