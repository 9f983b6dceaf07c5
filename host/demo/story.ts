/*
 * October 2009 with the ending changed: an owner fills a handset, and the battery is pulled again and again.
 *
 * Three acts: the address book and calendar are imported; the owner edits and deletes; pictures fill the part until
 * it has to compact. The battery goes at random instants of all three, also while the handset boots. After every
 * pull comes a boot, and everything the handset shows is compared with a plain model in RAM: what was acknowledged
 * must be there byte for byte, the one change under way wholly there or wholly absent.
 *
 * The whole story is a function of folder, seed and number of pulls.
 */

import { FileFlash, PowerCut, presets, type TearKind } from "../flash/index.js";
import { ABOUT, pick } from "../proof/chance.js";
import { Model, type Violation } from "../proof/model.js";
import { readAll } from "../proof/shown.js";
import { holdfast, type Store, type StoreOptions } from "../proof/store.js";
import { Importer, type SourceFile } from "../text/index.js";
import { Handset } from "./handset.js";
import { Owner } from "./owner.js";
import { type Testimony, Witness } from "./witness.js";

export type Act = "import" | "edits" | "compaction";

export interface StoryOptions {
  files: readonly SourceFile[];
  seed: number;
  /** Battery pulls in all. */
  pulls: number;
  /** Must not exist. */
  imagePath: string;
  /** Default: Holdfast. Tests give a broken one, to see that the comparison notices. */
  store?: Store;
  say(line: string): void;
  progress(label: string, done: number, total: number): void;
  /** Lets signals in; throws to stop. */
  breathe(): Promise<void>;
}

export interface Tally {
  pulls: number;
  pullsIn: Record<Act, number>;
  /** Of the pulls: how many came while the handset was booting. */
  pullsWhileBooting: number;
  /** Writes and erases that were left half done, of any kind. */
  tornWrites: number;
  tears: Partial<Record<TearKind, number>>;
  boots: number;
  imported: number;
  acknowledged: number;
  recordsCompared: number;
  recordsAtEnd: number;
  compactions: number;
  blockErases: number;
  lost: number;
  violations: Violation[];
}

/** 12 October 2009, noon UTC. */
const START_MS = Date.UTC(2009, 9, 12, 12);
const PICTURE_BYTES = 40_000;
/** Pictures kept at most: with them half of the 8 MiB is in use. */
const PICTURE_COUNT = 90;
/** Programs and erases between two pulls, on average. */
const MEAN_OPS: Record<Act, number> = { import: 24, edits: 36, compaction: 250 };
/** An act's share of the pulls, in percent; what the import does not last for is left to the edits. */
const SHARE: Record<Act, number> = { import: 20, edits: 35, compaction: 45 };
const MIN_COMPACTIONS = 40;
/** After so many pulls in a row that let nothing finish, the owner gets twice the time. */
const MAX_FRUITLESS_PULLS = 4;

export class Story {
  readonly tally: Tally;
  private readonly options: StoryOptions;
  private readonly model = new Model();
  private readonly testimony: Testimony = { acknowledged: 0, violations: [] };
  private readonly store: Store;
  private readonly handset: Handset;
  private readonly owner: Owner;
  private act: Act = "import";
  private nowMs = START_MS;
  /** Operations of flash between pulls grow while nothing gets done between two of them. */
  private patience = 1;
  private fruitlessPulls = 0;
  private compactionsBefore = 0;

  constructor(options: StoryOptions) {
    this.options = options;
    this.store = options.store ?? holdfast;
    this.owner = new Owner(options.seed, this.model);
    this.handset = new Handset(presets["spi-nor-8m"], options.imagePath, options.seed);
    this.tally = {
      pulls: 0,
      pullsIn: { import: 0, edits: 0, compaction: 0 },
      pullsWhileBooting: 0,
      tornWrites: 0,
      tears: {},
      boots: 0,
      imported: 0,
      acknowledged: 0,
      recordsCompared: 0,
      recordsAtEnd: 0,
      compactions: 0,
      blockErases: 0,
      lost: 0,
      violations: this.testimony.violations,
    };
  }

  /** Plays all acts. Throws what is neither a battery pull nor a loss: a bug. */
  async play(): Promise<Tally> {
    try {
      await this.store.format(this.handset.powerOn(), this.storeOptions());
      const erasesAtFirst = this.eraseCount();
      await this.playAct("import", (agent) => this.importAll(agent));
      await this.playAct("edits", (agent) => this.editAll(agent));
      await this.playAct("compaction", (agent) => this.fillAll(agent));
      this.tally.blockErases = this.eraseCount() - erasesAtFirst;
      await this.bootOnce(undefined).then((agent) => agent.close());
    } finally {
      this.handset.close();
    }
    await this.bootFromFile();
    return this.finish();
  }

  private async playAct(act: Act, work: (agent: Witness) => Promise<void>): Promise<void> {
    this.act = act;
    this.patience = 1;
    const recordsBefore = this.model.held.size;
    const acknowledgedBefore = this.testimony.acknowledged;
    for (;;) {
      try {
        const agent = await this.boot();
        await work(agent);
        this.noteCompactions(agent);
        agent.close();
        break;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        this.notePull(error, false);
      }
      await this.options.breathe();
    }
    this.sayAct(acknowledgedBefore, recordsBefore);
  }

  /** True while the act has pulls left. */
  private pullsLeft(): boolean {
    const { pulls } = this.options;
    const due = { import: SHARE.import, edits: SHARE.import + SHARE.edits, compaction: 100 }[this.act];
    return this.tally.pulls < Math.round((pulls * due) / 100);
  }

  /** Boots until a boot is not cut off, then compares everything. */
  private async boot(): Promise<Witness> {
    for (;;) {
      const mean = MEAN_OPS[this.act] * this.patience;
      const afterOps = this.pullsLeft() ? pick(2 * mean, this.options.seed, ABOUT.life, this.tally.pulls) : undefined;
      try {
        return await this.bootOnce(afterOps);
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        this.notePull(error, true);
      }
    }
  }

  private async bootOnce(pullAfterOps: number | undefined): Promise<Witness> {
    const agent = await this.store.open(this.handset.powerOn(pullAfterOps), this.storeOptions());
    this.tally.boots++;
    this.compare(agent);
    this.compactionsBefore = agent.stat().flash.compactions;
    return new Witness(agent, this.model, this.testimony, () => this.nowMs);
  }

  private compare(agent: Parameters<typeof readAll>[0]): void {
    const { shown, violations } = readAll(agent, this.model, { receipts: true, verify: this.tally.boots % 8 === 0 });
    this.testimony.violations.push(...violations, ...this.model.judge(shown));
    this.tally.recordsCompared += shown.size;
  }

  private async importAll(agent: Witness): Promise<void> {
    const importer = new Importer(agent);
    for (const file of this.options.files) {
      this.tick(1);
      await importer.add(file.path, await file.read());
      await importer.finish();
      await this.options.breathe();
    }
    this.tally.imported = this.model.held.size;
  }

  private async fillAll(agent: Witness): Promise<void> {
    while (this.pullsLeft() || this.tally.compactions + this.compactionsSince(agent) < MIN_COMPACTIONS) {
      this.tick(1);
      this.owner.photograph(agent, PICTURE_BYTES, PICTURE_COUNT);
      this.owner.act(agent);
      await this.options.breathe();
    }
  }

  private async editAll(agent: Witness): Promise<void> {
    while (this.pullsLeft()) {
      this.tick(1);
      this.owner.act(agent);
      await this.options.breathe();
    }
  }

  /** The part, without its simulation: the file alone must show the same. */
  private async bootFromFile(): Promise<void> {
    const flash = FileFlash.open(this.options.imagePath);
    try {
      const agent = await this.store.open(flash, this.storeOptions());
      this.tally.boots++;
      this.compare(agent);
      this.tally.recordsAtEnd = agent.stat().records;
      agent.close();
    } finally {
      flash.close();
    }
  }

  private notePull({ tear }: PowerCut, whileBooting: boolean): void {
    const { tally, options } = this;
    tally.pulls++;
    tally.pullsIn[this.act]++;
    if (whileBooting) tally.pullsWhileBooting++;
    tally.tears[tear] = (tally.tears[tear] ?? 0) + 1;
    if (tear !== "none" && tear !== "all") tally.tornWrites++;
    this.notePatience();
    options.progress("battery pulls", tally.pulls, options.pulls);
  }

  // A batch longer than the time between two pulls would be begun for ever.
  private notePatience(): void {
    const { acknowledged } = this.testimony;
    this.fruitlessPulls = acknowledged === this.tally.acknowledged ? this.fruitlessPulls + 1 : 0;
    this.tally.acknowledged = acknowledged;
    this.patience = 2 ** Math.floor(this.fruitlessPulls / MAX_FRUITLESS_PULLS);
  }

  private finish(): Tally {
    const { tally, testimony, handset } = this;
    for (const text of handset.part.violations) testimony.violations.push({ promise: "rule", key: "", text });
    tally.acknowledged = testimony.acknowledged;
    tally.lost = testimony.violations.length;
    return tally;
  }

  private sayAct(acknowledgedBefore: number, recordsBefore: number): void {
    const { tally, model, testimony } = this;
    const changes = testimony.acknowledged - acknowledgedBefore;
    const records = `${recordsBefore} -> ${model.held.size} records`;
    this.options.say(
      `${this.act.padEnd(11)} ${String(tally.pullsIn[this.act]).padStart(4)} battery pulls, ${changes} changes acknowledged, ${records}`,
    );
  }

  private compactionsSince(agent: Witness): number {
    return agent.stat().flash.compactions - this.compactionsBefore;
  }

  private noteCompactions(agent: Witness): void {
    this.tally.compactions += this.compactionsSince(agent);
  }

  private eraseCount(): number {
    return this.handset.part.eraseCounts.reduce((sum, count) => sum + count, 0);
  }

  private tick(minutes: number): void {
    this.nowMs += minutes * 60_000;
  }

  private storeOptions(): StoreOptions {
    return { seed: this.options.seed ^ this.tally.boots, wallMs: () => this.nowMs };
  }
}
