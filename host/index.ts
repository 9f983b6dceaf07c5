/*
 * Holdfast for JavaScript: the public door.
 *
 *   const flash = new RamFlash(presets["spi-nor-8m"]);      // from "holdfast/flash"
 *   await formatFlash(flash);
 *   const agent = await openAgent(flash);
 *   agent.put("note", "Bread, milk");                       // durable when it returns
 */
export { openAgent } from "./agent/agent.js";
export { formatFlash } from "./agent/format.js";
export { KINDS } from "./agent/kinds.js";
export type {
  Agent,
  AgentOptions,
  Batch,
  Entropy,
  FormatOptions,
  Kind,
  LocalAgent,
  PutOptions,
  Receipt,
  RecordMeta,
  ScrubReport,
  Stat,
  StoredHead,
  StoredRecord,
  StoredSummary,
  UndoPlan,
  VerifyReport,
  Wire,
  WireOptions,
  WireState,
} from "./agent/types.js";
export { HoldfastError, type StatusName } from "./errors.js";
export type { FlashDevice, FlashGeometry } from "./flash/index.js";
