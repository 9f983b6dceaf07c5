/*
 * One cut and the life after it: tear the operation, boot, hold everything shown against the model, go on
 * writing, boot twice more. Further cuts may fall anywhere in that life, the recovery first of all.
 */
import { ERASE_TEARS, FaultFlash, PowerCut, PROGRAM_TEARS, TEAR_KINDS, type TearKind } from "../flash/index.js";
import { ABOUT, bytesOf, happens, mix, pick } from "./chance.js";
import type { Checks } from "./invariants.js";
import { Judged } from "./judged.js";
import type { RunLog } from "./log.js";
import { difference, type Key, type Model, type Shown, type Violation } from "./model.js";
import type { Phase } from "./phase.js";
import type { Step, Weights } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";
import { type Asked, type FlashOp, Runaway } from "./tap.js";

export function tearsOf(kind: FlashOp["kind"]): readonly TearKind[] {
  return kind === "program" ? PROGRAM_TEARS : ERASE_TEARS;
}

/** A further cut: at the `op`-th program or erase after the power came back. */
export interface Cut {
  readonly op: number;
  readonly tear: TearKind;
}

/** The part as it was just before an operation, and the operation: everything a cut there depends on. */
export interface Scene {
  /** Number of the operation, from the first format on. */
  readonly op: number;
  readonly kind: FlashOp["kind"];
  readonly block: number;
  readonly offset: number;
  readonly source: Uint8Array;
  /** The physics; the scene stays as it is, each cut works on a clone. */
  readonly part: Part;
  readonly model: Model;
  readonly phase: Phase;
  /** The operation before belongs to the same change, and its cuts are tried too. */
  readonly repeats: boolean;
}

/** What NorFlash and NandFlash have in common. */
export type Part = ConstructorParameters<typeof FaultFlash>[0];

/** A program or erase of a life, where a further cut could fall. */
export interface LifeOp {
  readonly kind: FlashOp["kind"];
  readonly mounting: boolean;
  /** Boots and calls so far: two operations with the same number belong to the same change. */
  readonly call: number;
}

export interface Aftermath {
  readonly violations: Violation[];
  /** Every program and erase since the last cut. */
  readonly trace: readonly LifeOp[];
  /** Cuts that did fall, beside the first. */
  readonly nested: number;
  /** Hash of the image that the last cut left. */
  readonly image: bigint;
  /** That image, under this model, was judged before: this life was not lived. */
  readonly equal: boolean;
}

/**
 * How much of a life is lived after the last cut.
 *
 * short   boot, one change, boot: what exhaustive search can afford
 * usual   two boots more, in one life or another before the change or after closing; now and then as long
 * long    also: background work to its end and twelve changes, to see that work goes on
 */
export type LifeLength = "short" | "usual" | "long";
export const LIFE_LENGTHS: readonly LifeLength[] = ["short", "usual", "long"];

export interface World {
  readonly store: Store;
  readonly seed: number;
  readonly weights: Weights;
  /** The script met FULL: the part may be too full to go on without removing. */
  readonly full: boolean;
  /** A part to do it on, of the same geometry; its content is lost. */
  readonly spare: Part;
  readonly length: LifeLength;
  /** Images judged clean; without it every one is judged. */
  readonly judged: Judged | undefined;
  readonly checks: Checks;
  /** What the first agent said of its memory; all others must say the same. */
  readonly ram: { said?: string };
  readonly log: RunLog | undefined;
  /** Power is back on the spare, after a cut. */
  readonly onPowerOn?: () => void;
  /** Told what each mount after a cut had asked of the part. */
  readonly onMounted: ((asked: Asked) => void) | undefined;
}

/** So many further cuts are a storm: after one, the store must show that it is as good as ever. */
const STORM_CUTS = 5;
const TICKS_MAX = 64;
/** Changes made after a storm, or in one life of so many, to see that work goes on. */
const THRIVE_STEPS = 12;
const THRIVE_ONE_IN = 64;

/**
 * Tears the operation of `scene`, then lives on, with `further` cuts.
 *
 * `depth`: how much deeper the caller will cut from there on, if it is the first to come there.
 */
export async function cutAt(world: World, scene: Scene, tear: TearKind, further: readonly Cut[] = [], depth = 0): Promise<Aftermath> {
  world.log?.note(`cut ${scene.op}=${tear}`);
  const fault = tornPart(world, scene, tear);
  return new Life(world, fault, scene, further, depth).run();
}

/** The part as the cut at `scene` leaves it, powered off. */
function tornPart(world: World, scene: Scene, tear: TearKind): FaultFlash {
  const seed = mix(world.seed, ABOUT.tear, scene.op, TEAR_KINDS.indexOf(tear));
  scene.part.cloneInto(world.spare);
  const fault = new FaultFlash(world.spare, { seed, cut: { op: 0, tear } });
  try {
    if (scene.kind === "program") fault.program(scene.block, scene.offset, scene.source);
    else fault.erase(scene.block);
  } catch (error) {
    if (error instanceof PowerCut) return fault;
    throw error;
  }
  throw new Error(`no cut at operation ${scene.op}`);
}

class Life {
  private readonly world: World;
  private readonly fault: FaultFlash;
  private readonly model: Model;
  private readonly further: readonly Cut[];
  private readonly luck: number;
  private readonly depth: number;
  private trace: LifeOp[] = [];
  private nested = 0;
  private image = 0n;
  private calls = 0;
  private readonly violations: Violation[] = [];

  constructor(world: World, fault: FaultFlash, scene: Scene, further: readonly Cut[], depth: number) {
    this.world = world;
    this.fault = fault;
    this.model = scene.model.clone();
    this.further = further;
    this.depth = depth;
    this.luck = mix(world.seed, ABOUT.life, scene.op);
  }

  async run(): Promise<Aftermath> {
    let key = "";
    for (;;) {
      this.powerOn();
      if (this.nested === this.further.length) {
        this.image = this.fault.imageHash();
        key = Judged.keyOf(this.image, this.model);
        if (this.world.judged?.has(key, this.depth)) return this.aftermath(true);
      }
      try {
        await this.live();
        break;
      } catch (error) {
        if (error instanceof PowerCut) continue;
        if (error instanceof Settled) break;
        this.violations.push(blame(error));
        break;
      }
    }
    if (this.violations.length === 0 && key !== "") this.world.judged?.add(key, this.depth);
    for (const { promise, key: about, text } of this.violations) this.world.log?.note(`violation ${promise} ${about} ${text}`);
    return this.aftermath(false);
  }

  private aftermath(equal: boolean): Aftermath {
    const { image, nested, trace, violations } = this;
    return { violations, trace, nested, image, equal };
  }

  private powerOn(): void {
    const next = this.further[this.nested];
    this.world.log?.note(`power on, next ${next === undefined ? "none" : `${next.op}=${next.tear}`}`);
    this.fault.reboot(next);
    this.world.onPowerOn?.();
    this.trace = [];
    this.calls = 0;
  }

  /** From power-on to the second boot after the last change. */
  private async live(): Promise<void> {
    const { model, world } = this;
    const session = new Session(world.store, this.fault, model, world.seed, world.weights);
    try {
      await this.liveIn(session);
    } finally {
      this.violations.push(...session.violations);
      session.powerOff();
    }
  }

  private async liveIn(session: Session): Promise<void> {
    const { luck, world } = this;
    session.log = world.log;
    session.onMounted = world.onMounted;
    session.bootsCut = this.nested + 1;
    session.setClock(100_000 + this.nested);
    const next = this.further[this.nested];
    session.listener = (op) => {
      if (next !== undefined && this.trace.length === next.op) this.nested++;
      this.trace.push({ kind: op.kind, mounting: session.mounting, call: this.calls });
    };
    const shown = await this.bootAndJudge(session, true);
    if (world.length !== "short" && (luck & 1) === 0) this.sameAsBefore(shown, await this.bootAndJudge(session, false));
    await this.goOn(session);
    if (this.isLong()) await this.thrive(session);
    await this.bootAndJudge(session, false);
    if (world.length !== "short" && (luck & 1) !== 0) {
      this.calls++;
      if ((luck & 6) === 0) session.agent!.close();
      await this.bootAndJudge(session, false);
    }
  }

  private isLong(): boolean {
    const { length } = this.world;
    if (length !== "usual") return length === "long";
    return this.further.length >= STORM_CUTS || this.luck % THRIVE_ONE_IN === 0;
  }

  private async bootAndJudge(session: Session, first: boolean): Promise<ReadonlyMap<Key, Shown>> {
    const { model } = this;
    this.calls++;
    try {
      await session.boot();
    } catch (error) {
      const unformatted = (error as { code?: string }).code === "NOT_FORMATTED" && (model.formatting || !model.formatted);
      if (!unformatted) throw error;
      await session.format();
      await session.boot();
    }
    const doubt = model.inFlight.length > 0;
    const verify = !first && (this.luck & 0xe0) === 0;
    const { shown, violations, ram } = readAll(session.agent!, model, {
      receipts: first && (this.luck & 24) === 0,
      verify,
      gone: first || verify,
      settled: true,
    });
    this.count(first, doubt, verify);
    this.logShown(shown);
    const judged = [...violations, ...this.holdRam(ram), ...model.judge(shown)];
    if (model.formatting && shown.size === 0) model.wipe();
    model.formatting = false;
    const when = first ? `first boot${doubt ? ", settling the change under way" : ""}` : "later boot";
    for (const violation of judged) this.violations.push({ ...violation, text: `${violation.text} [${when}]` });
    if (judged.length > 0) throw new Settled();
    return shown;
  }

  private count(first: boolean, doubt: boolean, verify: boolean): void {
    const { checks } = this.world;
    for (const id of ["I1", "I3", "I5", "I6", "I7"] as const) checks[id]++;
    if (doubt) checks.I2++;
    if (!first) checks.I4++;
    if (verify) checks.I12++;
  }

  private logShown(shown: ReadonlyMap<Key, Shown>): void {
    const { log } = this.world;
    if (log === undefined) return;
    for (const [key, { lsn, wallMs, label, body }] of shown)
      log.note(`shown ${key} ${lsn} ${wallMs} ${label} ${body?.length ?? "damaged"}`);
  }

  /** I7: memory is what it was at the very first boot, whatever happened since. */
  private holdRam(ram: string): Violation[] {
    const said = this.world.ram;
    said.said ??= ram;
    return said.said === ram ? [] : [{ promise: "bound", key: "", text: `the agent's memory is ${ram}, and was ${said.said}` }];
  }

  /** I4, of two boots between which nothing was changed. */
  private sameAsBefore(before: ReadonlyMap<Key, Shown>, now: ReadonlyMap<Key, Shown>): void {
    for (const [key, one] of before) {
      const fault = one.body === undefined ? "" : difference({ ...one, body: one.body }, now.get(key));
      if (fault !== "") this.violations.push({ promise: "G1", key, text: `differs from the boot before: ${fault}` });
    }
    for (const key of now.keys())
      if (!before.has(key)) this.violations.push({ promise: "G3", key, text: "differs from the boot before: shown" });
    if (this.violations.length > 0) throw new Settled();
  }

  /** I8: still able to write: one change, and now and then background work. */
  private async goOn(session: Session): Promise<void> {
    const before = session.refused;
    this.world.checks.I8++;
    this.calls++;
    if (happens(0.2, this.luck, ABOUT.life, 1)) await session.perform({ do: "tick", budget: 4 });
    const step = this.nextStep(0);
    this.calls++;
    await session.perform(step);
    if (session.refused === before || this.world.full) return;
    this.rest(session);
    await session.perform(step);
    if (session.refused > before + 1) throw new Unusable("FULL, although the script never met FULL");
  }

  /** I8, at length: background work comes to its end, and a life of changes goes on. */
  private async thrive(session: Session): Promise<void> {
    this.rest(session);
    const before = session.refused;
    for (let i = 1; i <= THRIVE_STEPS; i++) {
      this.calls++;
      await session.perform(this.nextStep(i));
      if (i % 4 === 0) this.rest(session);
    }
    if (!this.world.full && session.refused > before) throw new Unusable("FULL in the life after, although the script never met FULL");
  }

  private rest(session: Session): void {
    this.calls++;
    for (let i = 0; i < TICKS_MAX; i++) if (session.agent!.tick(8) === 0) return;
    throw new Unusable(`background work does not end in ${TICKS_MAX} ticks`);
  }

  /** The change that is made now; `turn` 0 = the first one after a boot. */
  private nextStep(turn: number): Step {
    const { luck, model, nested } = this;
    const body = bytesOf(luck, 7 + turn, nested, 40 + (luck % 300), true);
    const keys = [...model.held.keys()];
    const way = pick(4, luck, ABOUT.life, 2 + 16 * turn, nested);
    if (keys.length < 3 || way === 0)
      return { do: "put", kind: "note", id: `000000000000${(0xa000 + (nested & 3)).toString(16)}`, body, label: "" };
    const [kind, id] = this.keyOf(keys, 3 + 16 * turn);
    if (way === 1) return { do: "remove", kind, id };
    if (way === 2) return { do: "put", kind, id, body, label: "after" };
    const [otherKind, otherId] = this.keyOf(keys, 4 + 16 * turn);
    if (otherId === id) return { do: "put", kind, id, body, label: "" };
    return {
      do: "batch",
      changes: [
        { do: "put", kind, id, body, label: "" },
        { do: "remove", kind: otherKind, id: otherId },
      ],
    };
  }

  private keyOf(keys: readonly Key[], about: number) {
    return keys[pick(keys.length, this.luck, ABOUT.life, about, this.nested)]!.split("/") as ["contact", string];
  }
}

/** Enough was found out: what comes after is only noise. */
class Settled extends Error {}
class Unusable extends Error {
  override readonly name = "Unusable";
}

/** What an exception that is no power cut says about the store. */
export function blame(error: unknown): Violation {
  const { name, message, code } = error as { name: string; message: string; code?: string };
  const promise: Violation["promise"] = name === "FlashRuleViolation" ? "rule" : "live";
  const text = error instanceof Runaway ? `never ends: ${message}` : `${name}${code === undefined ? "" : ` ${code}`}: ${message}`;
  return { promise, key: "", text };
}
