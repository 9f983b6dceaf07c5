/*
 * One cut and the life after it: tear the operation, boot, hold everything shown against the model, go on
 * writing, boot twice more. Further cuts may fall anywhere in that life, the recovery first of all.
 */
import { ERASE_TEARS, FaultFlash, PowerCut, PROGRAM_TEARS, TEAR_KINDS, type TearKind } from "../flash/index.js";
import { ABOUT, bytesOf, happens, mix, pick } from "./chance.js";
import type { Key, Model, Violation } from "./model.js";
import type { Step, Weights } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";
import { type FlashOp, Runaway } from "./tap.js";

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
  readonly phase: string;
  /** The operation before belongs to the same change, and its cuts are tried too. */
  readonly repeats: boolean;
}

/** What NorFlash and NandFlash have in common. */
export type Part = ConstructorParameters<typeof FaultFlash>[0];

export interface Aftermath {
  readonly violations: Violation[];
  /** Every program and erase since the last cut: where a further cut could fall. */
  readonly trace: { kind: FlashOp["kind"]; mounting: boolean }[];
  /** Cuts that did fall, beside the first. */
  readonly nested: number;
}

export interface World {
  readonly store: Store;
  readonly seed: number;
  readonly weights: Weights;
  /** The script met FULL: the part may be too full to go on without removing. */
  readonly full: boolean;
  /** A part to do it on, of the same geometry; its content is lost. */
  readonly spare: Part;
}

/** Tears the operation of `scene`, then lives on, with `further` cuts. */
export async function cutAt(world: World, scene: Scene, tear: TearKind, further: readonly Cut[] = []): Promise<Aftermath> {
  const fault = tornPart(world, scene, tear);
  return new Life(world, fault, scene, further).run();
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
  private trace: Aftermath["trace"] = [];
  private nested = 0;
  private readonly violations: Violation[] = [];

  constructor(world: World, fault: FaultFlash, scene: Scene, further: readonly Cut[]) {
    this.world = world;
    this.fault = fault;
    this.model = scene.model.clone();
    this.further = further;
    this.luck = mix(world.seed, ABOUT.life, scene.op);
  }

  async run(): Promise<Aftermath> {
    for (;;) {
      this.powerOn();
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
    return { violations: this.violations, trace: this.trace, nested: this.nested };
  }

  private powerOn(): void {
    const next = this.further[this.nested];
    this.fault.reboot(next);
    this.trace = [];
  }

  /** From power-on to the second boot after the last change. */
  private async live(): Promise<void> {
    const { model, world } = this;
    const session = new Session(world.store, this.fault, model, world.seed, world.weights);
    try {
      await this.liveIn(session);
    } finally {
      session.powerOff();
    }
  }

  private async liveIn(session: Session): Promise<void> {
    const { luck } = this;
    session.setClock(100_000 + this.nested);
    const next = this.further[this.nested];
    session.listener = (op) => {
      if (next !== undefined && this.trace.length === next.op) this.nested++;
      this.trace.push({ kind: op.kind, mounting: session.mounting });
    };
    await this.bootAndJudge(session, true);
    if ((luck & 1) === 0) await this.bootAndJudge(session, false);
    await this.goOn(session);
    await this.bootAndJudge(session, false);
    if ((luck & 1) !== 0) {
      if ((luck & 6) === 0) session.agent!.close();
      await this.bootAndJudge(session, false);
    }
    this.violations.push(...session.violations);
  }

  private async bootAndJudge(session: Session, first: boolean): Promise<void> {
    const { model } = this;
    try {
      await session.boot();
    } catch (error) {
      const unformatted = (error as { code?: string }).code === "NOT_FORMATTED" && (model.formatting || !model.formatted);
      if (!unformatted) throw error;
      await session.format();
      await session.boot();
    }
    const doubt = model.inFlight.length > 0;
    const { shown, violations } = readAll(session.agent!, model, {
      receipts: first && (this.luck & 24) === 0,
      verify: !first && (this.luck & 0xe0) === 0,
    });
    const judged = [...violations, ...model.judge(shown)];
    if (model.formatting && shown.size === 0) model.wipe();
    model.formatting = false;
    const when = first ? `first boot${doubt ? ", settling the change under way" : ""}` : "later boot";
    for (const violation of judged) this.violations.push({ ...violation, text: `${violation.text} [${when}]` });
    if (judged.length > 0) throw new Settled();
  }

  /** Still able to write: one change, and now and then background work. */
  private async goOn(session: Session): Promise<void> {
    const before = session.refused;
    if (happens(0.2, this.luck, ABOUT.life, 1)) await session.perform({ do: "tick", budget: 4 });
    const step = this.nextStep();
    await session.perform(step);
    if (session.refused === before || this.world.full) return;
    for (let i = 0; i < 64 && session.agent!.tick(8) > 0; i++);
    await session.perform(step);
    if (session.refused > before + 1) throw new Unusable("FULL, although the script never met FULL");
  }

  private nextStep(): Step {
    const { luck, model, nested } = this;
    const body = bytesOf(luck, 7, nested, 40 + (luck % 300), true);
    const keys = [...model.held.keys()];
    const way = pick(4, luck, ABOUT.life, 2, nested);
    if (keys.length < 3 || way === 0)
      return { do: "put", kind: "note", id: `000000000000${(0xa000 + nested).toString(16)}`, body, label: "" };
    const [kind, id] = this.keyOf(keys, 3);
    if (way === 1) return { do: "remove", kind, id };
    if (way === 2) return { do: "put", kind, id, body, label: "after" };
    const [otherKind, otherId] = this.keyOf(keys, 4);
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
  const promise = name === "FlashRuleViolation" ? "rule" : "live";
  const text = error instanceof Runaway ? `never ends: ${message}` : `${name}${code === undefined ? "" : ` ${code}`}: ${message}`;
  return { promise, key: "", text };
}
