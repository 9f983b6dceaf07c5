/*
 * What a call leaves for the host beside its result: docs/abi.md says which bytes of which structure, and how many of the window. Nothing else of
 * memory is looked at: a build may leave there what it likes.
 */
import { STATUSES } from "../../host/errors.js";

const RESULT_BYTES = 64;
const STAT_BYTES = 172;
const SYNC_BYTES = 80;
const FAULT_BYTES = 16;
const LSN_BYTES = 8;
/** In the result: metaBytes, extBytes, bodyHeadBytes, which stand one behind the other in the window. */
const WINDOW_LENGTHS = [32, 36, 52];

const FINDS = /^hf_(get|(list|changes|verify|scrub)_next)$/;
const COMMITS = /^hf_(put_commit|remove|batch_commit)$/;
const FILLS = /^hf_(read|sync_next)$/;

export function fnv(bytes: Uint8Array, hash = 0x811c9dc5): number {
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}

/** The doorstep of one instance, for hashing. */
export class Told {
  readonly #memory: WebAssembly.Memory;
  readonly #window: number;
  readonly #result: number;
  readonly #stat: number;
  readonly #fault: number;

  constructor(core: Record<string, unknown>) {
    const address = (name: string): number => (core[name] as () => number)() >>> 0;
    this.#memory = core.memory as WebAssembly.Memory;
    this.#window = address("hf_window");
    this.#result = address("hf_result");
    this.#stat = address("hf_stat_record");
    this.#fault = address("hf_fault");
  }

  /** A hash over all of it; 0 when there is nothing. */
  hash(name: string, answer: number): number {
    if (answer === STATUSES.IO.number || answer === STATUSES.CORRUPT.number) return this.#hashOf(this.#fault, FAULT_BYTES);
    if (name === "hf_sync") return this.#hashOf(answer >>> 0, SYNC_BYTES);
    if (answer < 0) return 0;
    if (name === "hf_stat") return this.#hashOf(this.#stat, STAT_BYTES);
    if (COMMITS.test(name)) return this.#hashOf(this.#result, LSN_BYTES);
    if (FILLS.test(name)) return this.#hashOf(this.#window, answer);
    if (!FINDS.test(name) || (name !== "hf_get" && answer !== 1)) return 0;
    const view = new DataView(this.#memory.buffer, this.#result, RESULT_BYTES);
    const length = WINDOW_LENGTHS.reduce((sum, at) => sum + view.getUint32(at, true), 0);
    return this.#hashOf(this.#window, length, this.#hashOf(this.#result, RESULT_BYTES));
  }

  /** What does not lie in memory ends where memory does. */
  #hashOf(address: number, length: number, hash?: number): number {
    const { buffer } = this.#memory;
    const first = Math.min(address, buffer.byteLength);
    return fnv(new Uint8Array(buffer, first, Math.min(length, buffer.byteLength - first)), hash);
  }
}
