/*
 * A file of the origin private file system, in memory: one handle at a time, and what was written is safe only once it was flushed.
 */
import type { AccessibleFile, SyncAccessHandle } from "../../host/flash/opfs.js";

export class PrivateFile implements AccessibleFile {
  /** What a reader sees now, and what would be there after the power went. */
  written = new Uint8Array();
  flushed = new Uint8Array();
  /** When set, the next writes fail as when the quota is used up; or take only so many bytes. */
  full = false;
  shortBytes: number | undefined;
  isOpen = false;

  async createSyncAccessHandle(): Promise<SyncAccessHandle> {
    return this.handle();
  }

  handle(): SyncAccessHandle {
    if (this.isOpen) throw new DOMException("another open access handle", "NoModificationAllowedError");
    this.isOpen = true;
    return {
      read: (target, { at }) => {
        const there = this.written.subarray(at, at + target.length);
        target.set(there);
        return there.length;
      },
      write: (source, { at }) => this.write(source, at),
      getSize: () => this.written.length,
      truncate: (sizeBytes) => this.resize(sizeBytes),
      flush: () => {
        this.flushed = this.written.slice();
      },
      close: () => {
        this.isOpen = false;
      },
    };
  }

  private write(source: Uint8Array, at: number): number {
    if (this.full) throw new DOMException("no space", "QuotaExceededError");
    const taken = source.subarray(0, this.shortBytes);
    if (at + taken.length > this.written.length) this.resize(at + taken.length);
    this.written.set(taken, at);
    return taken.length;
  }

  private resize(sizeBytes: number): void {
    const grown = new Uint8Array(sizeBytes);
    grown.set(this.written.subarray(0, sizeBytes));
    this.written = grown;
  }
}
