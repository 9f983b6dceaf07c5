/*
 * A small report of a campaign that never ran, for tests of what is drawn from one.
 */
import type { CampaignReport } from "../../../../host/proof/campaign-report.js";
import { LATENCY_EDGES_MS } from "../../../../host/proof/evidence.js";
import { emptyTally } from "../../../../host/proof/explore.js";
import { noChecks } from "../../../../host/proof/invariants.js";

export function aReport(changes: Partial<CampaignReport> = {}): CampaignReport {
  const counts = { cuts: 12, images: 9, equal: 3, nested1: 0, nested2: 0, nested3: 0, storms: 0, stormCuts: 0 };
  const latency = { counts: new Array<number>(LATENCY_EDGES_MS.length + 1).fill(0), maxMs: 4.2 };
  latency.counts[8] = 10;
  latency.counts[11] = 1;
  return {
    name: "single cuts",
    budget: "one cut",
    scripts: [{ name: "a script", tally: emptyTally(), maps: [{ phases: "ff.bwwwe.", verdicts: "++.++x++." }], violations: 0 }],
    ...counts,
    byTear: { none: 6, all: 6 },
    byPhase: { format: 2, "first boot": 1, write: 3, erase: 1 },
    checks: { ...noChecks(), I1: 24 },
    trials: {},
    wear: [3, 5, 0, 2],
    latencies: { put: latency },
    mounts: {},
    violations: [],
    elapsedMs: 10,
    cpuMs: 10,
    ...changes,
  };
}
