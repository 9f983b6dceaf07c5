// One file through the whole road: planned, imported into a simulated NOR part whose battery is pulled five times at seeded operations,
// finished, the part churned until it has compacted, ticked to rest, exported raw, and compared byte for byte.
import * as assert from "uvu/assert";
import { FaultFlash, NorFlash } from "../../host/flash/index.js";
import { type Agent, formatFlash, openAgent } from "../../host/index.js";
import { type ImportAgent, Importer, importPlan, type PlannedRecord, rawFile } from "../../host/text/index.js";

const pulls = 5;
const blockBytes = 4096;
const fillerId = "f1113f1113f11130";

export interface Journey {
  records: number;
  pulls: number;
  torn: number;
}

/** Throws (uvu assertion or what the store throws) when anything acknowledged is missing or other bytes come back. */
export async function pulledImport(name: string, bytes: Uint8Array, seed: number): Promise<Journey> {
  const plan = importPlan(name, bytes);
  const planned = new Map(plan.records.map((record) => [keyOf(record), record]));
  const blockCount = 48 + Math.ceil((4 * bytes.length) / blockBytes);
  const nor = new NorFlash({ kind: "nor", blockBytes, blockCount, pageBytes: 256, programBytes: 1 });
  const fault = new FaultFlash(nor, { seed });
  await formatFlash(fault);
  const acknowledged = new Set<string>();

  // Early pulls meet recovery and the import itself, late ones the filler and compaction.
  const opSpan = [8, 20 + 4 * planned.size, 2 * blockCount];
  for (let pull = 0; pull < pulls; pull++) {
    fault.reboot({ op: hash(seed, pull) % (opSpan[pull % opSpan.length] ?? 1), tear: "any" });
    await untilCut(fault, name, bytes, acknowledged, planned);
  }
  assert.is(fault.cutCount, pulls, "the battery was pulled five times");

  fault.reboot();
  const agent = await openAgent(fault);
  check(agent, acknowledged, planned, true);
  const report = await runImport(agent, name, bytes, acknowledged);
  assert.equal([report.replaced, report.added + report.unchanged], [0, planned.size + plan.repeated], "nothing doubled");
  const erasedBefore = nor.eraseCounts.reduce((sum, count) => sum + count, 0);
  for (let i = 0; i < (blockCount * blockBytes) / 1200; i++) agent.put("message", filler(i), { id: fillerId });
  while (agent.tick(64) > 0);
  const erased = nor.eraseCounts.reduce((sum, count) => sum + count, 0) - erasedBefore;
  assert.ok(erased > 0, "the part has compacted");
  agent.remove("message", fillerId);
  check(agent, new Set(planned.keys()), planned, false);
  agent.close();
  assert.equal(nor.violations, [], "no rule of the part was broken");
  return { records: planned.size, pulls: fault.cutCount, torn: fault.tornWrites };
}

/** Boots, compares, imports, then writes filler until the battery goes. */
async function untilCut(
  fault: FaultFlash,
  name: string,
  bytes: Uint8Array,
  acknowledged: Set<string>,
  planned: Map<string, PlannedRecord>,
) {
  try {
    const agent = await openAgent(fault);
    check(agent, acknowledged, planned, true);
    await runImport(agent, name, bytes, acknowledged);
    for (let i = 0; ; i++) {
      agent.put("message", filler(i), { id: fillerId });
      agent.tick(1);
    }
  } catch (error) {
    if (!fault.isDead) throw error;
  }
}

async function runImport(agent: Agent, name: string, bytes: Uint8Array, acknowledged: Set<string>) {
  const noting: ImportAgent = {
    get: (kind, id) => agent.get(kind, id),
    list: (kind) => agent.list(kind as Parameters<Agent["list"]>[0]),
    put: (kind, body, options) => {
      agent.put(kind, body, options);
      acknowledged.add(`${kind}/${options.id}`);
    },
    batch: (write) => {
      const keys: string[] = [];
      agent.batch((batch) =>
        write({
          put: (kind, body, options) => {
            batch.put(kind, body, options);
            keys.push(`${kind}/${options.id}`);
          },
        }),
      );
      for (const key of keys) acknowledged.add(key);
    },
  };
  const importer = new Importer(noting);
  await importer.add(name, bytes);
  return importer.finish();
}

/** Every acknowledged record is there, and all that is there was planned, byte for byte (but for the filler, when `filled`). */
function check(agent: Agent, acknowledged: Set<string>, planned: Map<string, PlannedRecord>, filled: boolean): void {
  const missing = new Set(acknowledged);
  for (const summary of agent.list()) {
    if (filled && summary.id === fillerId) continue;
    const record = agent.get(summary.kind, summary.id);
    const wanted = planned.get(keyOf(summary));
    assert.ok(record && wanted, `${keyOf(summary)} was never put`);
    assert.ok(Buffer.from(rawFile(record).bytes).equals(wanted.body), `${keyOf(summary)}: other bytes`);
    missing.delete(keyOf(summary));
  }
  assert.equal([...missing], [], "acknowledged and lost");
}

function keyOf({ kind, id }: { kind: string; id: string }): string {
  return `${kind}/${id}`;
}

/** Noise: what packs would not fill the part. */
function filler(i: number): Uint8Array {
  return Uint8Array.from({ length: 1024 }, (_, at) => hash(i, at));
}

function hash(seed: number, n: number): number {
  let h = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
