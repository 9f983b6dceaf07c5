/*
 * The second half of October 2009, with the ending changed: the relay loses everything, and a second handset gets it all the same.
 *
 * Four acts: the handset of the story syncs with a relay; the relay's folder is destroyed and an empty relay stands
 * in its place; the handset's guard stops, nothing is deleted, a re-seed fills the relay; a second handset, on another
 * kind of part, restores everything from it, while its battery is pulled. Then every record of both is compared byte
 * for byte. Sockets, files and the relay are the real ones, on this computer only.
 */

import { rmSync } from "node:fs";
import { FaultFlash, FileFlash, type FlashDevice, NorFlash, PowerCut, presets } from "../flash/index.js";
import { formatFlash, type LocalAgent, openAgent } from "../index.js";
import { ABOUT, pick } from "../proof/chance.js";
import type { Violation } from "../proof/model.js";
import { openSocket } from "../radio/socket.js";
import { type SyncOptions, type SyncOutcome, syncOver } from "../radio/sync.js";
import { openSqliteStore, type RelayService, type SyncStore, serveRelay } from "../relay/index.js";

export interface HouseholdOptions {
  /** Image of the handset; left as the conversations leave it. */
  imagePath: string;
  /** A folder for the relay that does not exist yet; it is taken away again. */
  relayFolder: string;
  seed: number;
  /** Battery pulls of the second handset while it restores. */
  pulls: number;
  say(line: string): void;
  breathe(): Promise<void>;
}

export interface HouseholdTally {
  records: number;
  pushed: number;
  /** Records of the handset that were gone after it met the emptied relay. */
  deletedByEmptyRelay: number;
  reseeded: number;
  restored: number;
  pullsWhileRestoring: number;
  digest: string;
  digestsEqual: boolean;
  bytesOnAir: number;
  violations: Violation[];
}

/** Operations of flash between two pulls: a few records. */
const MEAN_OPS = 220;

export async function playHousehold(options: HouseholdOptions): Promise<HouseholdTally> {
  const household = new Household(options);
  try {
    return await household.play();
  } finally {
    await household.end();
  }
}

class Household {
  private readonly options: HouseholdOptions;
  private readonly flash: FileFlash;
  private relay: { store: SyncStore; service: RelayService } | undefined;
  private readonly tally: HouseholdTally = {
    records: 0,
    pushed: 0,
    deletedByEmptyRelay: 0,
    reseeded: 0,
    restored: 0,
    pullsWhileRestoring: 0,
    digest: "",
    digestsEqual: false,
    bytesOnAir: 0,
    violations: [],
  };

  constructor(options: HouseholdOptions) {
    this.options = options;
    this.flash = FileFlash.open(options.imagePath);
  }

  async play(): Promise<HouseholdTally> {
    const { tally, options } = this;
    const first = await openAgent(this.flash);
    tally.records = first.stat().records;
    const owned = digestOf(first);
    await this.openRelay();
    const joinCode = await this.fillRelay(first);
    await this.destroyRelay();
    await this.meetEmptyRelay(first, owned);
    await this.reseed(first);
    options.say(`restore     a second handset, ${PART.name}, gets everything from the relay; its battery is pulled meanwhile`);
    const second = await this.restore(joinCode);
    this.compare(first, second);
    first.close();
    second.close();
    return tally;
  }

  async end(): Promise<void> {
    this.flash.close();
    await this.closeRelay();
    rmSync(this.options.relayFolder, { recursive: true, force: true });
  }

  private async fillRelay(first: LocalAgent): Promise<string> {
    const outcome = await this.sync(first);
    this.expectEqual(outcome, "the first sync");
    this.tally.pushed = outcome.pushed;
    this.options.say(`relay       ${outcome.relayRecords} records made durable there, digests equal`);
    return outcome.joinCode;
  }

  private async destroyRelay(): Promise<void> {
    await this.closeRelay();
    rmSync(this.options.relayFolder, { recursive: true });
    await this.openRelay();
    this.options.say("the cloud   its folder is destroyed; an empty relay stands in its place");
  }

  private async meetEmptyRelay(first: LocalAgent, owned: string): Promise<void> {
    const { phase } = await this.sync(first);
    if (phase !== "guard") this.violate("G4", "", `an emptied relay was met without the guard: ${phase}`);
    this.tally.deletedByEmptyRelay = this.tally.records - first.stat().records;
    if (digestOf(first) !== owned) this.violate("G4", "", "an emptied relay changed the handset");
    this.options.say(`guard       the handset stops and says so; ${this.tally.deletedByEmptyRelay} records deleted`);
  }

  private async reseed(first: LocalAgent): Promise<void> {
    const outcome = await this.sync(first, { reseed: true });
    this.expectEqual(outcome, "the re-seed");
    this.tally.reseeded = outcome.relayRecords;
    this.options.say(`re-seed     ${outcome.relayRecords} records filled again from the handset`);
  }

  /** A blank handset syncs until it has everything, whatever happens to its battery. */
  private async restore(joinCode: string): Promise<LocalAgent> {
    const { seed, pulls } = this.options;
    const power = new FaultFlash(new NorFlash(PART.geometry), { seed: seed ^ 0x5eed });
    await formatFlash(power);
    for (;;) {
      const { pullsWhileRestoring } = this.tally;
      const op = 1 + pick(2 * MEAN_OPS, seed, ABOUT.life, 1_000_000 + pullsWhileRestoring);
      power.reboot(pullsWhileRestoring < pulls ? { op, tear: "any" } : undefined);
      try {
        const second = await openAgent(power as FlashDevice);
        const outcome = await this.sync(second, { joinCode });
        this.expectEqual(outcome, "the restore");
        this.tally.restored = second.stat().records;
        this.tally.digest = outcome.digest;
        return second;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        this.tally.pullsWhileRestoring++;
      }
      await this.options.breathe();
    }
  }

  /** Every record of both, byte for byte. */
  private compare(first: LocalAgent, second: LocalAgent): void {
    const keys = new Set([...first.list(), ...second.list()].map(({ kind, id }) => `${kind}/${id}`));
    for (const { kind, id } of first.list()) {
      const ours = first.get(kind, id)?.body;
      const theirs = second.get(kind, id)?.body;
      keys.delete(`${kind}/${id}`);
      if (ours === undefined || theirs === undefined || Buffer.compare(ours, theirs) !== 0)
        this.violate("G1", `${kind}/${id}`, theirs === undefined ? "was not restored" : "was restored with other bytes");
    }
    for (const key of keys) this.violate("G3", key, "was restored and never was on the first handset");
    this.tally.digestsEqual = this.tally.violations.length === 0;
  }

  private async sync(agent: LocalAgent, options: SyncOptions = {}): Promise<SyncOutcome> {
    const { url } = (this.relay as { service: RelayService }).service;
    const outcome = await syncOver(agent, await openSocket(url), { ...options, url });
    this.tally.bytesOnAir += outcome.sentBytes + outcome.heardBytes;
    await this.options.breathe();
    return outcome;
  }

  private async openRelay(): Promise<void> {
    const store = await openSqliteStore(this.options.relayFolder);
    this.relay = { store, service: await serveRelay(store) };
  }

  private async closeRelay(): Promise<void> {
    const { relay } = this;
    this.relay = undefined;
    await relay?.service.close();
    await relay?.store.close();
  }

  private expectEqual({ phase, digest, relayDigest }: SyncOutcome, what: string): void {
    if (phase !== "equal" || digest !== relayDigest)
      this.violate("G5", "", `${what} ended ${phase}, digest ${digest} here and ${relayDigest} there`);
  }

  private violate(promise: Violation["promise"], key: string, text: string): void {
    this.tally.violations.push({ promise, key, text });
  }
}

const PART = { name: "a parallel NOR of 16 MiB", geometry: presets["cfi-nor-16m"] };

/** What stands for everything an agent shows: keys, LSNs, lengths. */
function digestOf(agent: LocalAgent): string {
  return [...agent.list()].map(({ kind, id, lsn, bodyBytes }) => `${kind}/${id}/${lsn}/${bodyBytes}`).join(" ");
}
