/*
 * One process at a time: the lock file beside an image.
 *
 * `<image>.lock` holds the pid of its owner, a birth mark of that process (so that a pid used again by another
 * process is not mistaken for the owner) and a nonce. It is there whole or not at all. It is removed on release
 * and when the process exits; after a kill it stays, and the next one to come takes it over.
 * Two machines sharing a disk are not kept apart: pids mean nothing across machines.
 */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { HoldfastError } from "../errors.js";

/** A file that names nobody and is older than this was left by a crash of the machine, not by somebody just writing it. */
const UNREADABLE_GRACE_MS = 10_000;
/** Each nesting needs a process killed in the microseconds of a takeover. */
const MAX_NESTING = 4;

const held = new Set<FileLock>();
process.on("exit", () => {
  for (const lock of held) lock.release();
});

export class FileLock {
  readonly path: string;
  private readonly content: string;

  /** Takes the lock of `imagePath`. Errors: LOCKED (names the pid); READ_ONLY where no file can be made beside the image. */
  static acquire(imagePath: string): FileLock {
    const lock = new FileLock(`${imagePath}.lock`);
    takeLock(imagePath, lock.path, lock.content, 0);
    held.add(lock);
    return lock;
  }

  private constructor(path: string) {
    this.path = path;
    this.content = `${process.pid} ${birthMark(process.pid)} ${randomBytes(8).toString("hex")}\n`;
  }

  /** Gives the lock back. Harmless when repeated, or when somebody removed the file by hand. */
  release(): void {
    held.delete(this);
    if (readOrUndefined(this.path) === this.content) rmSync(this.path, { force: true });
  }
}

/** Throws LOCKED if a living process has the lock of `imagePath`; changes nothing. */
export function refuseLocked(imagePath: string): void {
  const path = `${imagePath}.lock`;
  const content = readOrUndefined(path);
  if (content !== undefined && !isStale(path, content)) throw locked(imagePath, path, content);
}

/**
 * Creates the lock, or replaces one whose owner is dead.
 *
 * Two processes may find the same dead owner. Only the holder of `<lock>.takeover` replaces a lock, and only if it is
 * still the one judged dead: so exactly one wins, and the other finds a living owner. A process killed in
 * between leaves a dead takeover lock, which is itself taken over in the same way.
 */
function takeLock(imagePath: string, path: string, content: string, nesting: number): void {
  for (;;) {
    if (createWhole(imagePath, path, content)) return;
    const found = readOrUndefined(path);
    if (found === undefined) continue;
    if (!isStale(path, found) || nesting === MAX_NESTING) throw locked(imagePath, path, found);

    const claimPath = `${path}.takeover`;
    takeLock(imagePath, claimPath, content, nesting + 1);
    try {
      if (readOrUndefined(path) !== found) continue;
      writeFileSync(temporary(path), content);
      renameSync(temporary(path), path);
      return;
    } finally {
      rmSync(claimPath, { force: true });
    }
  }
}

/** Makes the file with its content in one step, so that nobody finds a lock without an owner. False = it exists. */
function createWhole(imagePath: string, path: string, content: string): boolean {
  try {
    writeFileSync(temporary(path), content);
    linkSync(temporary(path), path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code === "EACCES" || code === "EROFS") {
      throw new HoldfastError(
        "READ_ONLY",
        `no lock file can be made beside ${imagePath}: the folder is not writable`,
        "make the folder writable or copy the image",
      );
    }
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS") return createPlain(path, content);
    throw error;
  } finally {
    rmSync(temporary(path), { force: true });
  }
}

/** For file systems without hard links (memory cards): another process may find the file while it is empty, and waits its grace. */
function createPlain(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function temporary(path: string): string {
  return `${path}.${process.pid}`;
}

function isStale(path: string, content: string): boolean {
  const [, pid, mark] = /^(\d+) (\S+) \S+\n/.exec(content) ?? [];
  if (pid === undefined) return isOld(path);
  if (!isAlive(Number(pid))) return true;
  return mark !== UNMARKED && birthMark(Number(pid)) !== UNMARKED && birthMark(Number(pid)) !== mark;
}

function isOld(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > UNREADABLE_GRACE_MS;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const UNMARKED = "-";

/** Linux: this boot of the machine and the tick the process started at. Elsewhere unknown. */
function birthMark(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted after the command's name, which may itself hold blanks and brackets.
    return `${boot}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return UNMARKED;
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function locked(imagePath: string, path: string, content: string): HoldfastError {
  const pid = /^\d+/.exec(content)?.[0];
  const owner = pid === undefined ? "another process" : pid === `${process.pid}` ? `this process (pid ${pid})` : `process ${pid}`;
  return new HoldfastError("LOCKED", `${imagePath} is in use by ${owner}`, `close it there first; if nobody has it open, remove ${path}`);
}
