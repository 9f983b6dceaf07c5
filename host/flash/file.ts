/*
 * A flash part in a file: the raw blocks in order and nothing else. Survives the process.
 *
 * Others may take for granted: an image that is refused was not written to; one process has it at a time;
 * program clears bits, as on a part; nothing is kept in RAM, every call goes to the file; what was done before a
 * `sync` that returned 0 survives a power cut of the machine, what was done before a kill of the process survives that anyway.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, type Stats, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { HoldfastError } from "../errors.js";
import { type FlashDevice, type FlashGeometry, isInside } from "./flash.js";
import { findLabel, type ImageLabel } from "./label.js";
import { FileLock, refuseLocked } from "./lock.js";
import { geometryProblem } from "./presets.js";

const VERSION_MAJOR = 1;

export interface CreateOptions {
  /** Replace what is there under the name. */
  force?: boolean;
}

export interface OpenOptions {
  /** Open without the right to write: program and erase throw READ_ONLY. */
  readOnly?: boolean;
  /** Take this geometry and ask no label: for images that are blank, or too damaged to say. The size must fit. */
  geometry?: FlashGeometry;
}

export class FileFlash implements FlashDevice {
  readonly path: string;
  readonly geometry: FlashGeometry;
  readonly readOnly: boolean;
  /** Why the last call that answered -1 did. */
  lastFailure: Error | undefined;
  private file: number;
  private readonly lock: FileLock | undefined;
  private scratch = new Uint8Array(4096);

  /**
   * Makes a blank image, all 0xFF, and opens it. It appears under its name whole or not at all.
   *
   * Errors  BUSY            something has that name, and `force` is not given.
   *         LOCKED          another process has it open.
   *         READ_ONLY       the file or its folder may not be written.
   *         INVALID         the name is a folder's or a device's.
   *         NOT_FOUND       there is no such folder.
   *         WRONG_GEOMETRY  not a geometry Holdfast serves.
   */
  static create(path: string, geometry: FlashGeometry, options: CreateOptions = {}): FileFlash {
    const problem = geometryProblem(geometry);
    if (problem !== undefined) throw new HoldfastError("WRONG_GEOMETRY", `no image of this geometry can be made: ${problem}`);
    const found = statOrUndefined(path);
    if (found !== undefined && !options.force)
      throw new HoldfastError("BUSY", `${path} exists already`, "choose another name, or force to replace it");
    if (found !== undefined && !found.isFile()) throw new HoldfastError("INVALID", `${path} is not a file`, "name an image file");
    if (found !== undefined) refuseUnwritable(path, found);
    return withLock(FileLock.acquire(inExistingFolder(path)), (lock) => {
      makeBlank(path, geometry);
      return new FileFlash(path, { ...geometry }, openSync(path, "r+"), lock, false);
    });
  }

  /**
   * Opens an image that is there; the geometry is learnt from its block labels.
   *
   * Errors  NOT_FOUND       no such file.
   *         NOT_FORMATTED   no block begins with a label.
   *         TRUNCATED       shorter than its labels say.
   *         WRONG_GEOMETRY  longer than its labels say, or other than the geometry asked for.
   *         NEWER_FORMAT    a later major version of the format.
   *         LOCKED          another process, or this one, has it open.
   *         READ_ONLY       the file may not be written, and `readOnly` is not given. The mode counts, for root too.
   */
  static open(path: string, options: OpenOptions = {}): FileFlash {
    const found = statOrUndefined(path);
    if (found === undefined) throw new HoldfastError("NOT_FOUND", `image ${path} does not exist`, "make one with `holdfast init`");
    if (!found.isFile()) throw new HoldfastError("NOT_FORMATTED", `${path} is not a file`, "name an image file");
    const readOnly = options.readOnly ?? false;
    // Looked at before the lock file is made, so that beside a file that is none of ours nothing is written either.
    refuseLocked(path);
    closeSync(identify(path, true, options.geometry).file);
    if (!readOnly) refuseUnwritable(path, found);
    return withLock(lockFor(path, readOnly), (lock) => {
      // And again under the lock: another process may have replaced the image in between.
      const { file, geometry } = identify(path, readOnly, options.geometry);
      return new FileFlash(path, geometry, file, lock, readOnly);
    });
  }

  private constructor(path: string, geometry: FlashGeometry, file: number, lock: FileLock | undefined, readOnly: boolean) {
    this.path = path;
    this.geometry = geometry;
    this.file = file;
    this.lock = lock;
    this.readOnly = readOnly;
  }

  get isOpen(): boolean {
    return this.file >= 0;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    this.assertOpen();
    if (!isInside(this.geometry, block, offset, target.length)) return -1;
    return this.attempt(() => readAt(this.file, block * this.geometry.blockBytes + offset, target));
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.assertWritable();
    if (!isInside(this.geometry, block, offset, source.length)) return -1;
    const position = block * this.geometry.blockBytes + offset;
    const cells = this.scratchOf(source.length);
    return this.attempt(() => {
      readAt(this.file, position, cells);
      for (let i = 0; i < cells.length; i++) cells[i] &= source[i];
      writeAt(this.file, position, cells);
    });
  }

  erase(block: number): number {
    this.assertWritable();
    if (!isInside(this.geometry, block, 0, 0)) return -1;
    const { blockBytes } = this.geometry;
    return this.attempt(() => writeAt(this.file, block * blockBytes, this.scratchOf(blockBytes).fill(0xff)));
  }

  /** On an image of NAND: a block whose first page is all zeros. The spare area, where a part keeps its mark, is not in the file. */
  isBad(block: number): boolean {
    if (this.geometry.kind !== "nand") return false;
    const page = this.scratchOf(this.geometry.pageBytes);
    return this.read(block, 0, page) === 0 && page.every((byte) => byte === 0);
  }

  /** NAND: clears the first page. The mark stays in the image. */
  markBad(block: number): number {
    if (this.geometry.kind !== "nand") return -1;
    return this.program(block, 0, new Uint8Array(this.geometry.pageBytes));
  }

  sync(): number {
    this.assertOpen();
    if (this.readOnly) return 0;
    return this.attempt(() => fsyncSync(this.file));
  }

  /** Makes all durable and gives the image back. Harmless when repeated. */
  close(): void {
    if (!this.isOpen) return;
    const { file } = this;
    try {
      this.sync();
    } finally {
      this.file = -1;
      closeSync(file);
      this.lock?.release();
    }
  }

  private scratchOf(lengthBytes: number): Uint8Array {
    if (this.scratch.length < lengthBytes) this.scratch = new Uint8Array(lengthBytes);
    return this.scratch.subarray(0, lengthBytes);
  }

  /** What the disk refuses is a failing part to whoever runs on it, not a power cut. */
  private attempt(work: () => void): number {
    try {
      work();
      return 0;
    } catch (error) {
      this.lastFailure = error as Error;
      return -1;
    }
  }

  private assertOpen(): void {
    if (this.file < 0) throw new HoldfastError("CLOSED", `${this.path} was closed`, "open it again");
  }

  private assertWritable(): void {
    this.assertOpen();
    if (this.readOnly) throw new HoldfastError("READ_ONLY", `${this.path} is open for reading only`);
  }
}

/** Opens the file and checks that it is an image this version may touch. */
function identify(path: string, readOnly: boolean, asked: FlashGeometry | undefined): { file: number; geometry: FlashGeometry } {
  const file = openOrRefuse(path, readOnly);
  try {
    const sizeBytes = fstatSync(file).size;
    const label = findLabel(sizeBytes, (offset, target) => readAt(file, offset, target));
    const geometry = asked ?? geometryOf(path, label);
    if (asked !== undefined && label !== undefined && !isSameShape(asked, label.geometry)) {
      throw new HoldfastError("WRONG_GEOMETRY", `${path} has another geometry than the one asked for`);
    }
    refuseSize(path, geometry, sizeBytes);
    return { file, geometry };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function geometryOf(path: string, label: ImageLabel | undefined): FlashGeometry {
  if (label === undefined) {
    throw new HoldfastError(
      "NOT_FORMATTED",
      `${path} is not a Holdfast image: no block begins with its label`,
      "check the name; nothing was written",
    );
  }
  if (label.versionMajor > VERSION_MAJOR) {
    throw new HoldfastError("NEWER_FORMAT", `${path} has format ${label.versionMajor}; this version reads up to ${VERSION_MAJOR}`);
  }
  const problem = geometryProblem(label.geometry);
  if (problem !== undefined) throw new HoldfastError("WRONG_GEOMETRY", `the labels of ${path} name a part that is not served: ${problem}`);
  return label.geometry;
}

function refuseSize(path: string, { blockBytes, blockCount }: FlashGeometry, foundBytes: number): void {
  const expectedBytes = blockBytes * blockCount;
  if (foundBytes < expectedBytes) {
    throw new HoldfastError("TRUNCATED", `${path} is truncated: ${expectedBytes} bytes expected, ${foundBytes} found`);
  }
  if (foundBytes > expectedBytes) {
    throw new HoldfastError(
      "WRONG_GEOMETRY",
      `${path} is longer than its labels say: ${expectedBytes} bytes expected, ${foundBytes} found`,
    );
  }
}

function isSameShape(a: FlashGeometry, b: FlashGeometry): boolean {
  const names = ["kind", "blockBytes", "blockCount", "pageBytes", "programBytes"] as const;
  return names.every((name) => a[name] === b[name]);
}

function refuseUnwritable(path: string, status: Stats): void {
  if ((status.mode & 0o222) === 0) throw unwritable(path);
}

function unwritable(path: string): HoldfastError {
  return new HoldfastError(
    "READ_ONLY",
    `${path} may not be written`,
    "allow writing with `chmod u+w`, work on a copy, or open it readOnly",
  );
}

function openOrRefuse(path: string, readOnly: boolean): number {
  try {
    return openSync(path, readOnly ? "r" : "r+");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!readOnly && (code === "EACCES" || code === "EPERM" || code === "EROFS")) throw unwritable(path);
    throw error;
  }
}

/** Whoever only reads may do so where nothing can be written; there nobody else can write either. */
function lockFor(path: string, readOnly: boolean): FileLock | undefined {
  try {
    return FileLock.acquire(path);
  } catch (error) {
    if (readOnly && error instanceof HoldfastError && error.code === "READ_ONLY") return undefined;
    throw error;
  }
}

function withLock<T, L extends FileLock | undefined>(lock: L, work: (lock: L) => T): T {
  try {
    return work(lock);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

function inExistingFolder(path: string): string {
  if (statOrUndefined(dirname(path)) === undefined)
    throw new HoldfastError("NOT_FOUND", `there is no folder ${dirname(path)}`, "make it first");
  return path;
}

/** Under a name of its own first: a crash leaves no half image under the real one, and the old one until the last moment. */
function makeBlank(path: string, { blockBytes, blockCount }: FlashGeometry): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    const file = openSync(draft, "w");
    try {
      const block = new Uint8Array(blockBytes).fill(0xff);
      for (let index = 0; index < blockCount; index++) writeAt(file, index * blockBytes, block);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
}

/** Makes the new name durable. Where folders cannot be opened (Windows) the system sees to it. */
function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(path, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(folder);
  } catch {
    // Some file systems refuse it; nothing better is to be had there.
  } finally {
    closeSync(folder);
  }
}

function statOrUndefined(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function readAt(file: number, position: number, target: Uint8Array): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, position + done);
    if (count === 0) throw new Error(`the file ends at byte ${position + done}`);
    done += count;
  }
}

function writeAt(file: number, position: number, source: Uint8Array): void {
  for (let done = 0; done < source.length; ) done += writeSync(file, source, done, source.length - done, position + done);
}
