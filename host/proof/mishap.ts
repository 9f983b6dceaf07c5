/*
 * One mishap of the part in a life: an operation that goes astray or is lost, garbage in a brown-out, a cache that lies.
 *
 * A script is performed up to a place; from there on a copy of the part has the fault, a few steps are performed, power goes
 * and comes back, some more are performed. Whatever is shown must be what was put last; what is not must be CORRUPT or counted.
 */
import { type Fault, FaultFlash, type PhysicsFlash } from "../flash/index.js";
import { ABOUT, mix, pick } from "./chance.js";
import { affectedBy, isReported, rolledBackOf } from "./damage.js";
import { scaled } from "./geometries.js";
import type { Outcome } from "./job.js";
import { difference, Model } from "./model.js";
import { makePart } from "./parts.js";
import { type Subject, stepsOf } from "./replay.js";
import { type Step, WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

export const MISHAPS = ["A1", "A2", "A3", "L1", "L2", "L3", "V1", "V2", "R1", "R2"] as const;
export type MishapId = (typeof MISHAPS)[number];
/** Places of a script a life begins at; as many parts are kept. */
const PLACES = 6;
const STEPS_BEFORE = 12;
const STEPS_AFTER = 12;
/** Operations, and reads, of the life that a fault may fall on. */
const OPS = 24;
const READS = 400;

interface Place {
  readonly part: PhysicsFlash;
  readonly model: Model;
  readonly index: number;
}

/** A script, and the parts it leaves at some places. */
export class Lives {
  readonly store: Store;
  readonly subject: Subject;
  readonly steps: readonly Step[];
  private places: Place[] | undefined;

  constructor(store: Store, subject: Subject) {
    this.store = store;
    this.subject = subject;
    this.steps = stepsOf(subject).slice(0, -1);
  }

  seedOf(number: number): number {
    return mix(this.subject.script.seed, ABOUT.trial, number);
  }

  async place(number: number): Promise<Place> {
    this.places ??= await this.prepare();
    return this.places[number % this.places.length]!;
  }

  private async prepare(): Promise<Place[]> {
    const { script, preset, blockCount } = this.subject;
    const part = makePart(scaled(preset, blockCount));
    const model = new Model();
    const session = new Session(this.store, part, model, script.seed, WEIGHTS[script.weights]!);
    const places: Place[] = [];
    const last = this.steps.length - STEPS_BEFORE - STEPS_AFTER;
    for (const [index, step] of this.steps.slice(0, last + 1).entries()) {
      if (index > 0 && index >= ((places.length + 1) * last) / PLACES) places.push({ part: part.clone(), model: model.clone(), index });
      session.setClock(index);
      await session.perform(step);
    }
    session.powerOff();
    return places;
  }
}

/**
 * One life with one of MISHAPS, drawn by `number`. R1 reorders what lies between two barriers: it may cost nothing. R2 lies about the
 * barrier: it may cost the newest changes, and none else. V1 and V2 come with a power cut while nothing is done; garbage over the end of the log
 * leaves the store as it once was, and nothing on the part knows better (docs/recovery.md, "What is missing").
 */
export async function runMishap(lives: Lives, id: MishapId, number: number): Promise<Outcome> {
  const seed = lives.seedOf(number);
  const fault = { id, ...(isOfCut(id) ? { at: 0 } : isOfCache(id) ? {} : { at: pick(isOfRead(id) ? READS : OPS, seed, ABOUT.trial, 1) }) };
  const life = new Life(lives, await lives.place(number), seed, fault as Fault);
  await life.run();
  return life.outcome();
}

const isOfRead = (id: MishapId) => id === "A3" || id === "L3";
const isOfCut = (id: MishapId) => id === "V1" || id === "V2";
const isOfCache = (id: MishapId) => id === "R1" || id === "R2";

class Life {
  private readonly id: MishapId;
  /** The part may take back the newest acknowledged changes, in order. */
  private readonly mayForget: boolean;
  /** Nothing may be lost, reported or not. */
  private readonly isStrict: boolean;
  private readonly lives: Lives;
  private readonly place: Place;
  private readonly flash: FaultFlash;
  private model: Model;
  private session: Session;
  private readonly history: Model[] = [];
  private readonly faults: string[] = [];
  /** Keys that were reported, or are no longer known for certain. */
  private readonly lost = new Set<string>();
  private reported = 0;
  private forgotten = 0;
  private refused = 0;

  constructor(lives: Lives, place: Place, seed: number, fault: Fault) {
    this.id = fault.id as MishapId;
    this.mayForget = this.id === "R2";
    this.isStrict = this.id === "R1";
    this.lives = lives;
    this.place = place;
    this.flash = new FaultFlash(place.part.clone(), { seed, faults: [fault] });
    this.model = place.model.clone();
    this.session = this.begin();
  }

  async run(): Promise<void> {
    const { index } = this.place;
    const { steps } = this.lives;
    try {
      await this.boot();
      await this.perform(steps.slice(index, index + STEPS_BEFORE), index);
      if (isOfCut(this.id) || isOfCache(this.id)) {
        this.flash.powerOff();
        this.flash.reboot();
      } else this.judge("in the session");
      await this.boot();
      if (this.mayForget && this.forget()) await this.boot();
      this.judge("at the next boot");
      // Lost configuration is found again at a second boot.
      this.flash.reboot();
      await this.boot();
      await this.perform(steps.slice(index + STEPS_BEFORE, index + STEPS_BEFORE + STEPS_AFTER), index + STEPS_BEFORE);
      await this.boot();
      this.judge("in the end");
    } catch (error) {
      this.faults.push(`${error}`);
    }
    this.session.powerOff();
  }

  outcome(): Outcome {
    const { id, faults, forgotten, lives, mayForget, refused, reported } = this;
    const told = faults.length > 0 ? "silent" : reported > 0 ? "reported" : "unharmed";
    const parity = lives.subject.outerParity === undefined ? "" : ` o${lives.subject.outerParity}`;
    const counts = { [`${id}${parity} ${told}`]: 1, "records reported": reported, "changes refused": refused };
    return {
      counts: { ...counts, ...((mayForget || forgotten > 0) && { "changes forgotten": forgotten }) },
      faults: faults.map((text) => `${id}: ${text}`),
    };
  }

  private begin(): Session {
    const { script } = this.lives.subject;
    const session = new Session(this.lives.store, this.flash, this.model, script.seed, WEIGHTS[script.weights]!);
    session.setClock(this.place.index);
    return session;
  }

  /** A read gone wrong once may cost one mount, not two. */
  private async boot(): Promise<void> {
    try {
      await this.session.boot();
    } catch {
      await this.session.boot();
    }
  }

  private async perform(steps: readonly Step[], first: number): Promise<void> {
    for (const [i, step] of steps.entries()) {
      this.session.setClock(first + i);
      if (this.mayForget) this.history.push(this.model.clone());
      try {
        await this.session.perform(step);
      } catch (error) {
        if ((error as { code?: string }).code === undefined) throw error;
        this.refused++;
        for (const { key } of this.model.inFlight) this.lost.add(key);
        this.model.refuse();
        await this.boot();
      }
    }
  }

  /** Goes back to the newest state that is exactly what is shown. */
  private forget(): boolean {
    const { shown } = readAll(this.session.agent!, this.model, { receipts: false, verify: false, damaged: true });
    const states = [...this.history, this.model];
    for (let i = states.length - 1; i >= 0; i--) {
      const state = states[i]!;
      const keys = new Set([...state.held.keys(), ...shown.keys()]);
      if ([...keys].some((key) => difference(state.held.get(key), shown.get(key)) !== "")) continue;
      this.forgotten += states.length - 1 - i;
      this.session.powerOff();
      this.model = state.clone();
      this.session = this.begin();
      return true;
    }
    this.faults.push("what is shown is no state there was");
    return false;
  }

  private judge(when: string): void {
    const agent = this.session.agent!;
    const { shown, violations } = readAll(agent, this.model, { receipts: false, verify: false, damaged: true });
    const isCounted = agent.stat().damagedUnknown > 0;
    const rolledBack = rolledBackOf(this.model, shown);
    for (const { key, text } of violations) this.faults.push(`${when} ${key} ${text}`);
    for (const { key, fault, stale } of affectedBy(this.model, shown, this.lost)) {
      const isTold = isReported(shown.get(key)) || (stale && isCounted);
      this.lost.add(key);
      if (!isTold && stale && this.id === "V1" && rolledBack(key)) {
        this.forgotten++;
        continue;
      }
      if (this.isStrict || !isTold) this.faults.push(`${when} ${key} ${fault}`);
      this.reported++;
    }
  }
}
