/*
 * A campaign: named work with a declared budget of faults, done on as many workers as there are processors.
 *
 * The report is the same however many workers there are, times excepted.
 */
import { availableParallelism } from "node:os";
import { type CampaignReport, Gathering } from "./campaign-report.js";
import type { Driver } from "./driver.js";
import type { Job } from "./job.js";
import { drain } from "./pool.js";
import { holdfast, type Store } from "./store.js";
import { doWork, nameOfWork, type Work, type WorkReport } from "./work.js";

export interface Campaign {
  readonly name: string;
  /** The faults it injects, in words. Inside this budget nothing may be lost. */
  readonly budget: string;
  readonly work: readonly Work[];
}

export interface CampaignOptions {
  /** 0 = in this thread, with `store`. */
  readonly workers?: number;
  readonly store?: Store;
  /** Somebody's own driver: all is done in this thread. */
  readonly driver?: Driver;
  /** Awaited between two pieces of work in this thread. */
  readonly breathe?: () => Promise<void>;
  /** `last`: the script whose work was done last. */
  readonly onProgress?: (done: number, total: number, last: string) => void;
}

export async function runCampaign(campaign: Campaign, options: CampaignOptions = {}): Promise<CampaignReport> {
  const gathering = new Gathering(campaign.name, campaign.budget);
  const queue = [...campaign.work];
  let count = 0;
  const done = (report: WorkReport, work: Work) => {
    gathering.add(report, work);
    options.onProgress?.(++count, campaign.work.length, nameOfWork(work));
  };
  const workers = options.workers ?? availableParallelism();
  const { breathe, driver, store } = options;
  if (workers === 0 || store !== undefined || driver !== undefined) {
    for (const work of queue) {
      done(await doWork(work, store ?? holdfast, driver), work);
      await breathe?.();
    }
  } else {
    await Promise.all(Array.from({ length: Math.min(workers, queue.length) }, () => drain<Work, WorkReport>(queue, done)));
  }
  return gathering.report();
}

export function cutting(jobs: readonly Job[]): Work[] {
  return jobs.map((job) => ({ job }));
}
