/*
 * Battery pulls at random instants under continuous writes, on a phone, each boot judged by the model of the proof.
 *
 * The seed gives the changes and the delays; where in a change a pull falls is the machine's. A violation is told with the
 * line that plays the same storm again.
 */
import { readFileSync } from "node:fs";
import { openWorkbench, type Workbench } from "../../../host/core/workbench.js";
import { PowerLost } from "../../../host/handset/line.js";
import { Phone } from "../../../host/handset/phone.js";
import { openSerialAgent, type SerialAgent } from "../../../host/handset/serial-agent.js";
import type { Kind } from "../../../host/index.js";
import { ABOUT, bytesOf, happens, pick } from "../../../host/proof/chance.js";
import { type Change, difference, Model, type Shown } from "../../../host/proof/model.js";
import { SX1 } from "./firmware.js";

export interface StormOptions {
  seed: number;
  pulls: number;
  firmware: string;
  /** A formatted chip, and what it holds. */
  image: string;
  model?: Model;
}

export interface StormReport {
  pulls: number;
  acknowledged: number;
  /** Changes under way at a pull that the next boot showed whole. */
  whole: number;
  /** And those it did not show. */
  absent: number;
  /** Pulls that left an unreadable end behind. */
  torn: number;
  erases: number;
  /** Undefined: nothing was lost. */
  violation: string | undefined;
}

const KINDS: readonly Kind[] = ["contact", "event", "todo", "note", "message", "mail", "photo", "vault"];
const KEYS = 40;
/** Longest time from boot to pull. */
const DELAY_MS = 400;
/** Bodies longer than this are not read at each boot. */
const SPARED_BYTES = 20_000;
const START_MS = 1_255_392_000_000;

export async function storm(options: StormOptions): Promise<StormReport> {
  const report: StormReport = { pulls: 0, acknowledged: 0, whole: 0, absent: 0, torn: 0, erases: 0, violation: undefined };
  const life = new Life(options, report);
  for (let pull = 1; pull <= options.pulls && report.violation === undefined; pull++) await life.live(pull);
  if (report.violation === undefined) await life.judgeOnly();
  return report;
}

class Life {
  readonly #options: StormOptions;
  readonly #report: StormReport;
  readonly #model: Model;
  readonly #workbench: Workbench = openWorkbench(SX1);
  /** Damaged ends in each block, as last seen, and the bytes that were seen. */
  readonly #tornIn = new Map<number, number>();
  #bytes: Buffer;
  #erasesBefore: number | undefined;
  #nowMs = START_MS;
  #change = 0;

  constructor(options: StormOptions, report: StormReport) {
    this.#options = options;
    this.#report = report;
    this.#model = options.model ?? new Model();
    this.#bytes = Buffer.alloc(SX1.blockBytes * SX1.blockCount);
    this.#lookForTears();
  }

  /** One life: boot, judge, write, and the battery is pulled. */
  async live(pull: number): Promise<void> {
    const { seed } = this.#options;
    const phone = await Phone.boot(this.#options);
    const agent = await openSerialAgent(phone.line, { wallMs: () => this.#nowMs });
    await this.#judge(agent, pull);
    if (this.#report.violation === undefined) {
      // One in five is pulled between two changes: then the last answer alone has to hold.
      const isIdle = happens(0.2, seed, ABOUT.life, pull);
      const delayMs = pick(DELAY_MS, seed, ABOUT.nested, pull);
      await this.#writeUntil(agent, isIdle ? undefined : () => setTimeout(() => void phone.pull(), delayMs));
    }
    await phone.pull();
    this.#report.pulls++;
    this.#lookForTears();
  }

  /** The boot after the last pull. */
  async judgeOnly(): Promise<void> {
    const phone = await Phone.boot(this.#options);
    try {
      await this.#judge(await openSerialAgent(phone.line), this.#options.pulls + 1);
    } finally {
      await phone.pull();
    }
  }

  async #judge(agent: SerialAgent, pull: number): Promise<void> {
    const shown = new Map<string, Shown>();
    const isLast = pull > this.#options.pulls;
    for await (const { kind, id, lsn, wallMs, meta, damaged, bodyBytes } of agent.list()) {
      // A photo takes the line a while: its bytes are compared after the last pull, its number and length at each.
      const held = this.#model.held.get(`${kind}/${id}`);
      const isSpared = !isLast && bodyBytes > SPARED_BYTES && held?.lsn === lsn && held.body.length === bodyBytes;
      const body = damaged ? undefined : isSpared ? held.body : (await agent.get(kind, id))?.body;
      shown.set(`${kind}/${id}`, { body, label: meta.label ?? "", wallMs, lsn });
    }
    const [underWay] = this.#model.inFlight;
    if (underWay !== undefined) {
      const isBefore = difference(this.#model.held.get(underWay.key), shown.get(underWay.key)) === "";
      this.#report[isBefore ? "absent" : "whole"]++; // or neither: the model says
    }
    const [violation] = this.#model.judge(shown);
    const stat = await agent.stat();
    if (violation !== undefined) this.#blame(`${violation.promise} ${violation.key} ${violation.text}`, pull);
    else if (stat.records !== shown.size || stat.damagedUnknown !== 0)
      this.#blame(`stat counts ${stat.records} records and ${stat.damagedUnknown} unknown; ${shown.size} are shown`, pull);
    const erases = Math.round(stat.flash.eraseMean * SX1.blockCount);
    this.#report.erases += erases - (this.#erasesBefore ?? erases);
    this.#erasesBefore = erases;
  }

  #blame(what: string, pull: number): void {
    const { seed, pulls } = this.#options;
    this.#report.violation = `${what} [boot ${pull} of ${pulls}] replay: HOLDFAST_STORM_SEED=${seed} node --import tsx tests/run.ts harness/phone`;
  }

  /** Makes changes, and now and then what a phone does when it is idle, until it is gone; with no `arm`, a few of them and none after. */
  async #writeUntil(agent: SerialAgent, arm: (() => void) | undefined): Promise<void> {
    const last = arm === undefined ? this.#change + 3 : Number.POSITIVE_INFINITY;
    arm?.();
    try {
      while (this.#change < last) {
        await this.#makeChange(agent, ++this.#change);
        if (happens(0.2, this.#options.seed, ABOUT.step, this.#change, 1)) await agent.tick(4);
      }
    } catch (thrown) {
      if (!(thrown instanceof PowerLost && thrown.message.includes("SIGKILL"))) throw thrown;
    }
  }

  async #makeChange(agent: SerialAgent, number: number): Promise<void> {
    this.#nowMs += 60_000;
    const change = this.#nextChange(number);
    const [kind, id] = change.key.split("/") as [Kind, string];
    this.#model.begin([change]);
    const { held } = change;
    const receipt = await (held === undefined ? agent.remove(kind, id) : agent.put(kind, held.body, { id, meta: { label: held.label } }));
    const [violation] = this.#model.acknowledge([receipt.lsn]);
    if (violation !== undefined) throw new Error(`${violation.promise} ${violation.key} ${violation.text}`);
    this.#report.acknowledged++;
  }

  #nextChange(number: number): Change {
    const { seed } = this.#options;
    const slot = pick(KEYS, seed, ABOUT.key, number);
    const key = `${KINDS[slot % KINDS.length]}/${slot.toString(16).padStart(16, "0")}`;
    if (this.#model.held.has(key) && happens(0.25, seed, ABOUT.step, number)) return { key, held: undefined };
    const isLong = happens(0.06, seed, ABOUT.sample, number);
    const body = bytesOf(seed, number, slot, 1 + pick(isLong ? 12_000 : 900, seed, ABOUT.length, number), isLong);
    return { key, held: { body, label: `change ${number}`, wallMs: this.#nowMs, lsn: 0n } };
  }

  /** Counts the ends that nothing verifies of, in the blocks that changed. */
  #lookForTears(): void {
    const bytes = readFileSync(this.#options.image);
    let more = false;
    for (let block = 0; block < SX1.blockCount; block++) {
      const [first, end] = [block * SX1.blockBytes, (block + 1) * SX1.blockBytes];
      const now = bytes.subarray(first, end);
      if (now.equals(this.#bytes.subarray(first, end))) continue;
      const torn = this.#workbench.describe(block, now).lines.filter(({ what }) => what === "damage" || what === "torn").length;
      if (torn > (this.#tornIn.get(block) ?? 0)) more = true;
      this.#tornIn.set(block, torn);
    }
    this.#bytes = bytes;
    if (more && this.#report.pulls > 0) this.#report.torn++;
  }
}
