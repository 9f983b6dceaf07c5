/*
 * A store on a part, and the model beside it: performs steps on both.
 *
 * What a flash device throws passes through `boot` and `perform`; the model then still knows which change
 * was under way. Refusals by name (FULL and the like) are answers, not failures.
 */
import type { FlashDevice } from "../flash/index.js";
import type { Agent } from "../index.js";
import { brokenBound } from "./bounds.js";
import type { RunLog } from "./log.js";
import { served } from "./lower-pages.js";
import type { Change, Model, Violation } from "./model.js";
import type { PutStep, RemoveStep, Step, Weights } from "./script.js";
import type { Store, StoreOptions } from "./store.js";
import { type Asked, type Listener, Tap } from "./tap.js";

/** 13 October 2009, the day after the news. */
const START_MS = 1_255_392_000_000;
/** Little, as a boot costs what memory it touches; enough for the index of any script here. */
const MEMORY_BYTES = 64 * 1024;
/** After so many boots in a row that failed, the store hesitates (assembly/store/mount.ts). */
const BOOTS_FAILED = 3;
const REFUSALS = new Set(["FULL", "INDEX_FULL", "TOO_BIG", "NOT_FOUND", "BUSY"]);

export class Session {
  readonly violations: Violation[] = [];
  /** Changes refused for want of space. */
  refused = 0;
  listener: Listener | undefined;
  /** True while the store is being opened or formatted: what is cut then is a recovery. */
  mounting = false;
  agent: Agent | undefined;
  /** Everything is written down there. */
  log: RunLog | undefined;
  /** Boots that were cut before this session; unknown where nobody says. */
  bootsCut = Infinity;
  /** Told what each mount that came to its end had asked of the part. */
  onMounted: ((asked: Asked) => void) | undefined;
  private readonly store: Store;
  private readonly part: FlashDevice;
  private readonly model: Model;
  private readonly options: StoreOptions;
  private nowMs = START_MS;
  private refusedLast = false;
  private tap: Tap | undefined;
  /** What the agent was opened on: the tap, or what a driver makes of it. */
  private device: FlashDevice | undefined;

  constructor(store: Store, part: FlashDevice, model: Model, seed: number, weights: Weights) {
    this.store = store;
    this.part = part;
    this.model = model;
    const retention = { days: weights.versions > 0 ? 30 : 0, versions: weights.versions };
    this.options = { seed, memoryBytes: MEMORY_BYTES, pack: weights.pack, retention, wallMs: () => this.nowMs };
  }

  /** The clock, which moves a minute per step. */
  setClock(minutes: number): void {
    this.nowMs = START_MS + minutes * 60_000;
  }

  /** Powers on: a fresh agent that knows nothing but the part. */
  async boot(): Promise<Agent> {
    this.mounting = true;
    const device = this.powerOn();
    const tap = this.tap!;
    this.log?.note("open");
    const agent = await this.store.open(device, this.options);
    // After three boots that failed the store waits with its recovery until something is to be changed, and until then promises nothing.
    if (this.bootsCut >= BOOTS_FAILED && agent.stat().changes === "hesitant") agent.tick(0);
    this.mounting = false;
    this.onMounted?.(tap);
    const broken = brokenBound(this.part.geometry, tap);
    if (broken !== "") this.violations.push({ promise: "bound", key: "", text: broken });
    this.agent = agent;
    this.model.formatted = true;
    return agent;
  }

  async format(): Promise<void> {
    const { model } = this;
    model.begin([...model.held.keys()].map((key) => ({ key, held: undefined })));
    model.formatting = true;
    const device = this.powerOn();
    this.log?.note("format");
    await this.store.format(device, this.options);
    model.wipe();
    model.formatted = true;
  }

  async perform(step: Step): Promise<void> {
    this.log?.note(`perform ${step.do} ${"id" in step ? step.id : ""}`);
    if (step.do === "format") {
      await this.format();
      await this.boot();
    } else if (step.do === "reopen") {
      this.agent!.close();
      await this.boot();
    } else if (step.do === "pull") {
      await this.boot();
    } else if (step.do === "tick") {
      this.agent!.tick(step.budget);
    } else {
      this.change(step);
      // A batch refused half-way may have ended the agent; what it staged counts for nothing.
      if (step.do === "batch" && this.refusedLast) await this.boot();
    }
  }

  /** The agent is used no more. A session that is over says so, or its instance is lost to the next. */
  powerOff(): void {
    if (this.device !== undefined) this.store.powerOff?.(this.device);
    this.device = undefined;
  }

  private powerOn(): FlashDevice {
    this.powerOff();
    this.tap = new Tap(this.part, this.listener, this.log);
    this.device = served(this.tap);
    return this.device;
  }

  private change(step: Extract<Step, { do: "put" | "remove" | "batch" }>): void {
    const steps = step.do === "batch" ? step.changes : [step];
    this.refusedLast = false;
    this.model.begin(steps.map((one) => this.changeOf(one)));
    try {
      const receipts = step.do === "batch" ? this.batch(step.changes) : [this.single(step)];
      this.log?.note(`acknowledged ${receipts.map((receipt) => receipt.lsn).join(" ")}`);
      this.violations.push(...this.model.acknowledge(receipts.map((receipt) => receipt.lsn)));
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (!REFUSALS.has(code)) throw error;
      this.log?.note(`refused ${code}`);
      if (code !== "NOT_FOUND") this.refused++;
      this.refusedLast = true;
      this.model.refuse();
    }
  }

  private single(step: PutStep | RemoveStep) {
    const agent = this.agent!;
    return step.do === "remove" ? agent.remove(step.kind, step.id) : agent.put(step.kind, step.body, optionsOf(step));
  }

  private batch(steps: readonly (PutStep | RemoveStep)[]) {
    return this.agent!.batch((batch) => {
      for (const step of steps) {
        if (step.do === "remove") batch.remove(step.kind, step.id);
        else batch.put(step.kind, step.body, optionsOf(step));
      }
    });
  }

  private changeOf(step: PutStep | RemoveStep): Change {
    const key = `${step.kind}/${step.id}`;
    if (step.do === "remove") return { key, held: undefined };
    return { key, held: { body: step.body, label: step.label, wallMs: this.nowMs, lsn: 0n } };
  }
}

function optionsOf(step: PutStep) {
  return step.label === "" ? { id: step.id } : { id: step.id, meta: { label: step.label } };
}
