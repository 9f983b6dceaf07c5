/*
 * The handset's end of a conversation with a relay: the core's, with its numbers turned into words.
 */
import type { CoreSync } from "../core/doorstep.js";
import type { Core } from "../core/instance.js";
import { HoldfastError, STATUSES } from "../errors.js";
import { formatId } from "./ids.js";
import type { Entropy, Wire, WireOptions, WireState } from "./types.js";

const PHASES = ["idle", "greeting", "pulling", "pushing", "parting", "equal", "guard", "refused", "unequal", "failed"] as const;
/** Bits of `asked`; docs/abi.md. */
const ASKED_RESEED = 1;
const ASKED_ACCEPT_DELETIONS = 2;
const ASKED_LOOK = 4;

export class CoreWire implements Wire {
  readonly #core: Core;
  readonly #entropy: Entropy;
  readonly #wallMs: () => number;

  constructor(core: Core, entropy: Entropy, wallMs: () => number) {
    this.#core = core;
    this.#entropy = entropy;
    this.#wallMs = wallMs;
  }

  begin(options: WireOptions = {}): void {
    this.#core.call("beginning to sync", "hf_sync_begin", ...opening(options, this.#entropy), this.#wallMs());
  }

  next(again = false): Uint8Array | undefined {
    const length = this.#core.call("syncing", "hf_sync_next", again ? 1 : 0);
    return length === 0 ? undefined : this.#core.doorstep.take(length);
  }

  receive(frame: Uint8Array): boolean {
    if (frame.length > this.#core.doorstep.windowBytes) return false;
    this.#core.doorstep.fill(frame);
    const answer = this.#core.ask("hf_sync_receive", frame.length);
    if (answer === STATUSES.INVALID.number) return false;
    if (answer < 0) this.#core.raise(answer, "syncing");
    return true;
  }

  state(): WireState {
    return stateOf(this.#core.doorstep.sync(this.#core.ask("hf_sync")));
  }
}

/** What hf_sync_begin takes before the time. */
export function opening(options: WireOptions, entropy: Entropy): [asked: number, codeHigh: number, codeLow: number, nonce: number] {
  const { reseed = false, acceptDeletions = false, joinCode = "", lookOnly = false } = options;
  const nonce = new Uint8Array(4);
  entropy(nonce);
  const asked = (reseed ? ASKED_RESEED : 0) | (acceptDeletions ? ASKED_ACCEPT_DELETIONS : 0) | (lookOnly ? ASKED_LOOK : 0);
  const code = parseCode(joinCode);
  return [asked, Number(code >> 32n), Number(code & 0xffffffffn), new DataView(nonce.buffer).getUint32(0)];
}

/** The sync structure in words. */
export function stateOf({ phase, digest, relayDigest, joinCode, ...told }: CoreSync): WireState {
  const { detail, pulled, removed, pushed, conflicts, records, relayRecords, comparedAll } = told;
  const counts = { detail, pulled, removed, pushed, conflicts, records, relayRecords, comparedAll };
  return { ...counts, phase: PHASES[phase], digest: hex(digest), relayDigest: hex(relayDigest), joinCode: codeText(joinCode) };
}

function hex(value: bigint): string {
  return formatId(Number(value >> 32n), Number(value & 0xffffffffn));
}

/** 40 bits as 8 letters and digits that nobody takes for each other: Crockford's base 32. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LETTERS = 8;

export function codeText(code: bigint): string {
  if (code === 0n) return "";
  const letters = Array.from({ length: CODE_LETTERS }, (_, i) => ALPHABET[Number((code >> BigInt(5 * (CODE_LETTERS - 1 - i))) & 31n)]);
  return `${letters.slice(0, 4).join("")}-${letters.slice(4).join("")}`;
}

/** Errors: INVALID, naming what is no code. Empty: 0. */
export function parseCode(text: string): bigint {
  const letters = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (letters === "") return 0n;
  const values = [...letters].map((letter) => ALPHABET.indexOf(letter));
  if (values.length !== CODE_LETTERS || values.includes(-1))
    throw new HoldfastError("INVALID", `"${text}" is not a join code`, "a code has 8 letters and digits, such as 7K3M-9QXW");
  return values.reduce((code, value) => (code << 5n) | BigInt(value), 0n);
}
