/*
 * The package door `holdfast/flash`: devices, their physics, and the wrappers that tear and count.
 */
export type { Age, Cut, FaultOptions, Flip, Operation } from "./fault.js";
export { FaultFlash, PowerCut } from "./fault.js";
export type { Fault, FaultId, FaultOf, When } from "./faults.js";
export { FAULT_IDS, faultProblem, usualRate } from "./faults.js";
export type { CreateOptions, OpenOptions } from "./file.js";
export { FileFlash } from "./file.js";
export type { FlashDevice, FlashGeometry } from "./flash.js";
export type { NandOptions } from "./nand.js";
export { NandFlash } from "./nand.js";
export { NorFlash } from "./nor.js";
export type { AccessibleFile, SyncAccessHandle } from "./opfs.js";
export { OpfsFlash } from "./opfs.js";
export type { FlashRule, PhysicsOptions } from "./physics.js";
export { FlashRuleViolation, PhysicsFlash } from "./physics.js";
export type { PresetName } from "./presets.js";
export { geometryProblem, PAIRED_NAND, presets } from "./presets.js";
export { RamFlash } from "./ram.js";
export type { EraseTear, ProgramTear, TearKind } from "./tear.js";
export { ERASE_TEARS, PROGRAM_TEARS, TEAR_KINDS } from "./tear.js";
export type { FlashCounts, TimeModel } from "./trace.js";
export { TraceFlash, timeModelOf, timeModels } from "./trace.js";
