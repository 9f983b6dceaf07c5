/*
 * What it costs to bring real texts onto a part: bytes programmed for each byte of text, a batch for each file they came in.
 */
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "../core/abi.js";
import { type FlashGeometry, NorFlash, TraceFlash } from "../flash/index.js";
import { pack } from "../pack/index.js";
import { importPlan } from "../text/index.js";
import type { CorpusText } from "./corpora.js";
import type { BenchAgent, Doors, StoreSetup } from "./doors.js";
import { rounded } from "./latency.js";

export interface TextFigures {
  records: number;
  /** A file of more than a batch takes is several. */
  batches: number;
  textBytes: number;
  /** Bodies as stored over bodies as given: no store can program less. */
  packedShare: number;
  programmedPerByte: number;
  /** The same when each record has the meta that an import gives it. */
  withMeta: number;
}

/** Puts all texts, each under an id of its own, into a fresh store. */
export async function loadTexts(
  texts: readonly CorpusText[],
  geometry: FlashGeometry,
  setup: StoreSetup,
  doors: Doors,
): Promise<TextFigures> {
  const batches = batchesOf(texts);
  const textBytes = texts.reduce((sum, { body }) => sum + body.length, 0);
  const programmed = async (withMeta: boolean) => {
    const trace = new TraceFlash(new NorFlash(geometry));
    await doors.format(trace, setup);
    const agent = await doors.open(trace, setup);
    const mark = trace.mark();
    for (const batch of batches) put(agent, batch, withMeta);
    return rounded(trace.since(mark).programBytes / textBytes, 3);
  };
  const storedBytes = texts.reduce((sum, { kind, body }) => sum + (setup.pack ? pack(kind, body).bytes.length : body.length), 0);
  return {
    records: texts.length,
    batches: batches.length,
    textBytes,
    packedShare: rounded(storedBytes / textBytes, 3),
    programmedPerByte: await programmed(false),
    withMeta: await programmed(true),
  };
}

function put(agent: BenchAgent, texts: readonly CorpusText[], withMeta: boolean): void {
  agent.batch((batch) => {
    for (const { file, kind, body } of texts)
      batch.put(kind, body, { meta: withMeta ? importPlan(file, body).records[0]?.meta : undefined });
  });
}

/** The texts of each file, cut where a batch ends. */
function batchesOf(texts: readonly CorpusText[]): CorpusText[][] {
  const batches: CorpusText[][] = [];
  let [file, bytes] = ["", 0];
  for (const text of texts) {
    bytes += text.body.length;
    if (text.file !== file || bytes > BATCH_BYTES_MAX || batches.at(-1)?.length === BATCH_RECORDS_MAX) {
      batches.push([]);
      [file, bytes] = [text.file, text.body.length];
    }
    batches.at(-1)?.push(text);
  }
  return batches;
}
