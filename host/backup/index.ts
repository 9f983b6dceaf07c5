/*
 * Backups: made, read with distrust, rehearsed, and put back.
 */
export { sha256 } from "./digest.js";
export { type DrillReport, drill } from "./drill.js";
export type { BackupRecord, Manifest } from "./manifest.js";
export { noteProof, type Proof, proofsOf } from "./proofs.js";
export { type Backup, openBackup } from "./read.js";
export { readable } from "./readable.js";
export { type MissingRecord, RESTORE_MODES, type RestoreMode, type RestoreOptions, type RestoreReport, restore } from "./restore.js";
export {
  type Copy,
  type Evidence,
  type HandsetRecord,
  type KindSafety,
  type Safety,
  type SafetyState,
  STATES,
  safetyOf,
} from "./safety.js";
export { type Checked, checkSource, openSource, type Source, sourceOf } from "./source.js";
export { type BackupOptions, type MadeBackup, makeBackup } from "./write.js";
