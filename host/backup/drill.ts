/*
 * A restore rehearsed: into a part in memory of another kind than the handset's, power off and on again, then every record compared.
 */
import { openAgent } from "../agent/agent.js";
import { formatFlash } from "../agent/format.js";
import { decodeMeta, encodeMeta } from "../agent/meta.js";
import type { LocalAgent } from "../agent/types.js";
import { type FlashGeometry, presets, RamFlash } from "../flash/index.js";
import { sameBytes } from "../text/index.js";
import type { BackupRecord } from "./manifest.js";
import { type MissingRecord, restore } from "./restore.js";
import type { Source } from "./source.js";

export interface DrillReport {
  /** Of the scratch part. */
  geometry: FlashGeometry;
  records: number;
  /** Read back from it: same bytes, meta and time. */
  equal: number;
  missing: MissingRecord[];
}

/** Flash that a record takes beside its body, and how much of a part may be filled. */
const RECORD_BYTES = 800;
const FILL = 0.4;
const INDEX_BYTES = 48;

/** Errors: none of its own; what is missing or different is named. */
export async function drill(source: Source, onProgress: (done: number, total: number) => void = () => {}): Promise<DrillReport> {
  const { records } = source.manifest;
  const flash = new RamFlash(scratchFor(source));
  const memoryBytes = Math.min(64 << 20, (1 << 20) + INDEX_BYTES * records.length);
  await formatFlash(flash);
  const first = await openAgent(flash, { memoryBytes });
  const { missing } = await restore(first, source, { mode: "merge", onProgress });
  first.close();
  const agent = await openAgent(flash, { memoryBytes });
  const named = new Set(missing.map(({ kind, id }) => `${kind} ${id}`));
  let equal = 0;
  for (const record of records) {
    if (isSame(agent, source, record, named)) equal++;
    else if (!named.has(`${record.kind} ${record.id}`))
      missing.push({ kind: record.kind, id: record.id, label: record.label ?? "", why: "it came back different" });
  }
  agent.close();
  return { geometry: flash.geometry, records: records.length, equal, missing };
}

function isSame(agent: LocalAgent, source: Source, record: BackupRecord, named: ReadonlySet<string>): boolean {
  if (named.has(`${record.kind} ${record.id}`)) return false;
  const there = agent.get(record.kind, record.id);
  const meta = decodeMeta(new Uint8Array(Buffer.from(record.meta ?? "", "hex")));
  return (
    there !== undefined &&
    there.wallMs === record.wallMs &&
    sameBytes(there.body, source.body(record)) &&
    sameBytes(encodeMeta(there.meta), encodeMeta(meta))
  );
}

/** NAND for a backup from NOR and the other way round, with room for all of it. */
function scratchFor({ manifest: { geometry, records } }: Source): FlashGeometry {
  const model = geometry.kind === "nor" ? presets["slc-nand-64m"] : presets["spi-nor-8m"];
  const bytes = records.reduce((sum, record) => sum + record.bytes + RECORD_BYTES, 0);
  const blockCount = Math.max(64, Math.ceil(bytes / FILL / model.blockBytes));
  return { kind: model.kind, blockBytes: model.blockBytes, blockCount, pageBytes: model.pageBytes, programBytes: model.programBytes };
}
