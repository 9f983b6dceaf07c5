/*
 * Exit codes and failures: every way a command can end, and the words it ends with.
 *
 * Others may take for granted that a failure always says what happened, to what, and what to do next,
 * and that its exit code is one of shared/contract.md's. Nothing here prints.
 */

import { HoldfastError, STATUSES, type StatusName } from "../errors.js";

/** Exit codes of the command line; scripts rely on them. */
export const EXIT = {
  OK: 0,
  UNEXPECTED: 1,
  USAGE: 2,
  INCOMPLETE: 3,
  NOT_FOUND: 4,
  NOT_HOLDFAST: 10,
  IN_USE: 11,
  WRONG_KEY: 12,
  SEALED: 13,
  REPAIRED: 20,
  DAMAGED: 21,
  SERVER_LOSS: 22,
  CUT_LOST: 23,
  NO_SPACE: 24,
  NEWER_FORMAT: 25,
  TIMED_OUT: 42,
  INTERRUPTED: 130,
} as const;

/** What each exit code means, in the order `holdfast help` prints them. */
export const EXIT_WORDS: readonly (readonly [number, string])[] = [
  [0, "ok"],
  [1, "unexpected"],
  [2, "usage"],
  [3, "done but incomplete, list given"],
  [4, "not found"],
  [10, "not a Holdfast image"],
  [11, "in use by another process"],
  [12, "wrong key"],
  [13, "sealed, unlock first"],
  [20, "damage found and repaired"],
  [21, "damage found, not repaired"],
  [22, "server-loss guard tripped"],
  [23, "a power cut lost something"],
  [24, "no space"],
  [25, "newer format"],
  [42, "timed out"],
  [130, "interrupted"],
];

/** A failure with its three sentences. `code` is a Status name or USAGE, NO_IMAGE, NO_FILE, INTERRUPTED, UNEXPECTED. */
export class Failure extends Error {
  readonly exitCode: number;
  readonly code: string;
  readonly subject: string;
  readonly next: string;

  constructor(exitCode: number, code: string, what: string, subject: string, next: string) {
    super(what);
    this.name = "Failure";
    this.exitCode = exitCode;
    this.code = code;
    this.subject = subject;
    this.next = next;
  }
}

/** A mistake in how the command was called: exit 2. */
export function usage(what: string, subject: string, next: string): Failure {
  return new Failure(EXIT.USAGE, "USAGE", what, subject, next);
}

/** Ctrl-C, after the image was closed. */
export function interrupted(): Failure {
  return new Failure(
    EXIT.INTERRUPTED,
    "INTERRUPTED",
    "stopped by Ctrl-C",
    "",
    "what was acknowledged is kept; run the same command again to go on",
  );
}

// The exit code of each Status, and what to do next in words of the command line; the error itself says what happened.
const BY_STATUS: Record<StatusName, readonly [exitCode: number, next: string]> = {
  IO: [EXIT.UNEXPECTED, "check the disk under the image, then run `holdfast verify`; what was acknowledged is kept"],
  WORN_OUT: [EXIT.NO_SPACE, "`holdfast export --to raw DEST` while it still reads, then use a new part"],
  NOT_FORMATTED: [EXIT.NOT_HOLDFAST, "check the path; `holdfast init` makes a new image; nothing was written"],
  NEWER_FORMAT: [EXIT.NEWER_FORMAT, "update Holdfast; nothing was written"],
  WRONG_GEOMETRY: [EXIT.NOT_HOLDFAST, "use the image as it was made, uncut and unpadded; nothing was written"],
  CORRUPT: [EXIT.DAMAGED, "`holdfast verify` lists what is damaged; put it again from a copy with `holdfast put --id`"],
  LOCKED: [EXIT.IN_USE, "wait for that process to end, or work on a copy of the image"],
  READ_ONLY: [EXIT.UNEXPECTED, "allow writing with `chmod u+w`, or work on a copy"],
  CLOSED: [EXIT.UNEXPECTED, "run the command again: opening recovers everything acknowledged"],
  TRUNCATED: [EXIT.DAMAGED, "copy the image again from its source; nothing was written"],
  FULL: [EXIT.NO_SPACE, "remove records with `holdfast rm`, or use a larger preset; nothing was harmed"],
  TOO_BIG: [EXIT.USAGE, "a body may have at most 8 MiB (8388608 bytes); nothing was stored"],
  BUSY: [EXIT.USAGE, "`--force` replaces what is there"],
  INDEX_FULL: [EXIT.NO_SPACE, "remove records with `holdfast rm`: the index in RAM has no place for another one"],
  NOT_FOUND: [EXIT.NOT_FOUND, "`holdfast list` shows what is there"],
  INVALID: [EXIT.USAGE, "see `holdfast help` for what is allowed; nothing was stored"],
  SEALED: [EXIT.SEALED, "unlock it first"],
  WRONG_KEY: [EXIT.WRONG_KEY, "check which key file belongs to this image"],
};

const BY_ERRNO: Record<string, readonly [exitCode: number, what: string, next: string]> = {
  ENOENT: [EXIT.NOT_FOUND, "no such file", "check the path"],
  EACCES: [EXIT.UNEXPECTED, "not allowed to open the file", "check its permissions with `ls -l`"],
  EPERM: [EXIT.UNEXPECTED, "not allowed to open the file", "check its permissions with `ls -l`"],
  EROFS: [EXIT.UNEXPECTED, "on a read-only file system", "work on a copy elsewhere"],
  EISDIR: [EXIT.USAGE, "a folder where a file is needed", "name a file"],
  ENOTDIR: [EXIT.USAGE, "a file where a folder is needed", "name a folder"],
  EEXIST: [EXIT.USAGE, "there already", "name another path"],
  ENOSPC: [EXIT.UNEXPECTED, "no space left on the computer's disk", "free some disk space and run the command again"],
};

/** Turns anything thrown into a Failure that says the three things. `subject` is what was being worked on. */
export function asFailure(error: unknown, subject = ""): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof HoldfastError) return fromStatus(error, subject);
  const errno = error as NodeJS.ErrnoException;
  const known = errno?.code === undefined ? undefined : BY_ERRNO[errno.code];
  if (known !== undefined) return new Failure(known[0], String(errno.code), known[1], errno.path ?? subject, known[2]);
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Failure(EXIT.UNEXPECTED, "UNEXPECTED", what, subject, "HOLDFAST_DEBUG=1 shows where; please report it with that output");
}

function fromStatus(error: HoldfastError, subject: string): Failure {
  const [exitCode, next] = BY_STATUS[error.code];
  const isGeneral = error.hint === STATUSES[error.code].hint;
  return new Failure(exitCode, error.code, error.message, subject, isGeneral ? next : error.hint);
}
