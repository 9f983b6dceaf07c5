/*
 * What a run did, as one hash: every flash operation with its bytes, every call with what it answered.
 *
 * Two runs with the same hash did the same in the same order. Kept for replays only: it costs more than the run.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

export class RunLog {
  /** Entries so far. */
  entries = 0;
  private readonly state = sha256.create();
  private readonly words = new DataView(new ArrayBuffer(16));

  /** `bytes`: what was read, or what was to be programmed. */
  flash(
    kind: "read" | "program" | "erase" | "mark-bad" | "sync",
    block: number,
    offset: number,
    bytes: Uint8Array | undefined,
    status: number,
  ): void {
    this.entries++;
    const { words } = this;
    words.setUint32(0, kind.charCodeAt(0));
    words.setUint32(4, block);
    words.setUint32(8, offset);
    words.setInt32(12, status);
    this.state.update(new Uint8Array(words.buffer));
    if (bytes !== undefined) this.state.update(bytes);
  }

  /** A call or an answer, in words that name all that differs. */
  note(text: string): void {
    this.entries++;
    this.state.update(new TextEncoder().encode(`${text}\n`));
  }

  /** SHA-256 of all so far, in hex. */
  get digest(): string {
    return bytesToHex(this.state.clone().digest());
  }
}
