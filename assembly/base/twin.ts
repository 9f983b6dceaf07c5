/*
 * Broken twins: the store with one mistake in it, so that the proof is seen to find mistakes. docs/testing.md names them.
 *
 * Only the probe build has them: TWINS is a constant of the build (asconfig.json), 0 everywhere else, where Build.PROBE is 0 and
 * nothing of a twin is compiled. tests/house/twins.test.ts holds that device.wasm is the same, byte for byte, without them.
 */

/** Which build is this? */
export const enum Build {
  // @ts-expect-error: it is told to nobody else
  // biome-ignore lint/style/useLiteralEnumMembers: a literal, put in by asc --use
  PROBE = TWINS,
}
let played: u32 = 0;

/** Is this mistake to be made? To be asked behind `Build.PROBE &&`, so that other builds do not even compile the question. */
export function twin(which: u32): bool {
  return played == which;
}
/** Makes one mistake from now on; 0 for none. To be called before anything else of an instance. */
export function playTwin(which: u32): void {
  played = which;
}

export namespace Twin {
  /** The newest open segment is appended to after a reboot, where its last record ends. */
  export const APPEND_AFTER_REBOOT: u32 = 1;
  /** A root has C1 alone, and C1 is believed. */
  export const ONE_MARKER: u32 = 2;
  /** The seed of a unit's CRC has no block, offset or erase count in it. */
  export const NO_ADDRESS: u32 = 3;
  /** A unit is read again after it was judged. */
  export const REREAD: u32 = 4;
  /** A block that looks erased is used, although no label says that its erase finished. */
  export const NO_ERASE_RECORD: u32 = 5;
  /** A walk ends at the first damage, wherever it is. */
  export const TRUNCATES: u32 = 6;
  /** What Reed–Solomon made of a unit is not held against its CRC. */
  export const NO_CHECK_AFTER: u32 = 7;
  /** The index and the caller are told before the commit point. */
  export const TOLD_EARLY: u32 = 8;
  /** A victim is erased before the last copies out of it are proven. */
  export const VICTIM_EARLY: u32 = 9;
  /** Writes go on until no block is left. */
  export const NO_RESERVE: u32 = 10;
  /** A record that cannot be read does not hide the version before it; nor is the live sum asked, which would tell. */
  export const OLD_VERSION: u32 = 11;
  /** A checkpoint's units are not held against their CRC. */
  export const CHECKPOINT_UNREAD: u32 = 12;
  /** The checkpoint switch is not erased before the first program of a session. */
  export const CHECKPOINT_KEPT: u32 = 13;
  /** A sweep forgets tombstones of which older versions still stand on the part. */
  export const TOMBSTONE_EARLY: u32 = 14;
  /** A recovery takes the session number after the newest that counts, though an attempt has used it. */
  export const SESSION_TWICE: u32 = 15;
  /** What was found of a batch counts, with or without its end. */
  export const BATCH_UNENDED: u32 = 16;
  /** The last program of a tail is believed where it lies, not copied. */
  export const TAIL_BELIEVED: u32 = 17;
  /** The blank block that was to be opened next is not erased again. */
  export const SUSPECT_BELIEVED: u32 = 18;
  /** Blocks torn in an erase stay as they are until they are wanted. */
  export const DOUBTFUL_LEFT: u32 = 19;
  /** Of two copies of a record the original wins, though its erase may have begun. */
  export const ORIGINAL_WINS: u32 = 20;
  /** An adopted segment is read to its end, not to what was judged. */
  export const ADOPTED_PAST_END: u32 = 21;
  /** A format over a live store begins anywhere. */
  export const FORMAT_ANYWHERE: u32 = 22;
  /** Nothing is mended: parity is written and not used. */
  export const UNMENDED: u32 = 23;
  /** Records lost with their keys are not counted; nor is the live sum asked, which would tell. */
  export const LOSS_UNTOLD: u32 = 24;
  /** Units are not held against their CRC when they are read. */
  export const UNCHECKED: u32 = 25;
  /** What only a root that nothing proves calls void is erased when a block is wanted. */
  export const VOID_TAKEN: u32 = 26;
  /** What the live sum says is missing is not told. */
  export const SUM_UNASKED: u32 = 27;
}
