/*
 * A flash part in a browser: one file of the origin private file system, through its synchronous access handle.
 *
 * Others may take for granted: the file holds the raw blocks in order and nothing else, as FileFlash's does; program
 * clears bits, as on a part; nothing is kept in RAM, every call goes to the file; what a call did is written and flushed
 * when it returns 0. Only a dedicated worker can get such a handle, and one holder at a time has the file.
 */
import { HoldfastError } from "../errors.js";
import { type FlashDevice, type FlashGeometry, isInside } from "./flash.js";

/** What is used of a FileSystemSyncAccessHandle: TypeScript declares that one for workers alone. */
export interface SyncAccessHandle {
  read(target: Uint8Array, options: { at: number }): number;
  write(source: Uint8Array, options: { at: number }): number;
  getSize(): number;
  truncate(sizeBytes: number): void;
  flush(): void;
  close(): void;
}

/** What is used of a FileSystemFileHandle. */
export interface AccessibleFile {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

export class OpfsFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  /** Why the last call that answered -1 did. */
  lastFailure: Error | undefined;
  private readonly handle: SyncAccessHandle;
  private scratch = new Uint8Array(4096);

  /** Takes the file and makes a part of it. Errors: LOCKED when another tab or worker has it; what `over` says. */
  static async open(file: AccessibleFile, geometry: FlashGeometry): Promise<OpfsFlash> {
    return OpfsFlash.over(await take(file), geometry);
  }

  /**
   * A part over an open handle; an empty file becomes a blank part, all 0xFF.
   *
   * Errors  TRUNCATED       shorter than the geometry says: making it was cut off, or it is another part's.
   *         WRONG_GEOMETRY  longer than the geometry says.
   *         The handle is closed then.
   */
  static over(handle: SyncAccessHandle, geometry: FlashGeometry): OpfsFlash {
    try {
      if (handle.getSize() === 0) makeBlank(handle, geometry);
      refuseSize(handle.getSize(), geometry);
      return new OpfsFlash(handle, geometry);
    } catch (thrown) {
      handle.close();
      throw thrown;
    }
  }

  private constructor(handle: SyncAccessHandle, geometry: FlashGeometry) {
    this.handle = handle;
    this.geometry = geometry;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    if (!isInside(this.geometry, block, offset, target.length)) return -1;
    return this.attempt(() => readAt(this.handle, this.at(block, offset), target));
  }

  program(block: number, offset: number, source: Uint8Array): number {
    if (!isInside(this.geometry, block, offset, source.length)) return -1;
    const cells = this.scratchOf(source.length);
    if (this.read(block, offset, cells) !== 0) return -1;
    for (let i = 0; i < source.length; i++) cells[i] &= source[i];
    return this.overwrite(block, offset, cells);
  }

  erase(block: number): number {
    if (!isInside(this.geometry, block, 0, 0)) return -1;
    return this.overwrite(block, 0, this.scratchOf(this.geometry.blockBytes).fill(0xff));
  }

  /** On a file as on an image of NAND: a block whose first page is all zeros. */
  isBad(block: number): boolean {
    if (this.geometry.kind !== "nand") return false;
    const page = this.scratchOf(this.geometry.pageBytes);
    return this.read(block, 0, page) === 0 && page.every((byte) => byte === 0);
  }

  /** NAND: clears the first page. The mark stays in the file. */
  markBad(block: number): number {
    if (this.geometry.kind !== "nand") return -1;
    return this.program(block, 0, new Uint8Array(this.geometry.pageBytes));
  }

  /** Nothing is left to be done: every call that returned 0 has been flushed. */
  sync(): number {
    return 0;
  }

  /** Puts bytes as they are, which no part can do: for a wrapper that knows what a torn operation left in the cells. */
  overwrite(block: number, offset: number, cells: Uint8Array): number {
    return this.attempt(() => {
      writeAt(this.handle, this.at(block, offset), cells);
      this.handle.flush();
    });
  }

  /** Reads the whole part into `target`. Errors: IO. */
  readAll(target: Uint8Array): void {
    const status = this.attempt(() => readAt(this.handle, 0, target));
    if (status !== 0) throw new HoldfastError("IO", `the flash file cannot be read: ${this.lastFailure?.message}`);
  }

  /** Gives the file back. Harmless when repeated. */
  close(): void {
    this.handle.close();
  }

  private at(block: number, offset: number): number {
    return block * this.geometry.blockBytes + offset;
  }

  private scratchOf(lengthBytes: number): Uint8Array {
    if (this.scratch.length < lengthBytes) this.scratch = new Uint8Array(lengthBytes);
    return this.scratch.subarray(0, lengthBytes);
  }

  /** What the browser refuses (its quota, a disk that is full) is a failing part to whoever runs on it, not a power cut. */
  private attempt(work: () => void): number {
    try {
      work();
      return 0;
    } catch (error) {
      this.lastFailure = error as Error;
      return -1;
    }
  }
}

async function take(file: AccessibleFile): Promise<SyncAccessHandle> {
  try {
    return await file.createSyncAccessHandle();
  } catch (error) {
    if ((error as Error).name !== "NoModificationAllowedError") throw error;
    throw new HoldfastError("LOCKED", "another tab or worker has this flash open", "close the other one first");
  }
}

/** The size grows in one write, so that a file which was cut off while it was made is too short, and told by that. */
function makeBlank(handle: SyncAccessHandle, { blockBytes, blockCount }: FlashGeometry): void {
  writeAt(handle, 0, new Uint8Array(blockBytes * blockCount).fill(0xff));
  handle.flush();
}

function refuseSize(foundBytes: number, { blockBytes, blockCount }: FlashGeometry): void {
  const expectedBytes = blockBytes * blockCount;
  const words = `the flash file has ${foundBytes} bytes, its part ${expectedBytes}`;
  if (foundBytes < expectedBytes) throw new HoldfastError("TRUNCATED", words);
  if (foundBytes > expectedBytes) throw new HoldfastError("WRONG_GEOMETRY", words);
}

function readAt(handle: SyncAccessHandle, at: number, target: Uint8Array): void {
  const done = handle.read(target, { at });
  if (done !== target.length) throw new Error(`${done} of ${target.length} bytes read at ${at}`);
}

function writeAt(handle: SyncAccessHandle, at: number, source: Uint8Array): void {
  const done = handle.write(source, { at });
  if (done !== source.length) throw new Error(`${done} of ${source.length} bytes written at ${at}`);
}
