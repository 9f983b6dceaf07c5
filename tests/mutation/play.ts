/*
 * Plays logs of tests/coverage/recorder.ts on mutants of the build that they were recorded on: makes the recorded calls, answers for the flash, and holds results, flash
 * operations, programmed bytes and what is left for the host against the log. The first difference ends a stretch: there is no flash behind it,
 * so what a core does otherwise need not be carried on.
 */
import { fnv, Told } from "../coverage/told.js";

/** From an instance's first call to its last, in a log. */
export interface Stretch {
  readonly log: Buffer;
  readonly first: number;
  readonly end: number;
}

const PAGE_BYTES = 65536;
const FLASH = ["read", "program", "erase", "is_bad", "mark_bad", "sync"];
const [READ, PROGRAM] = [0, 1];
/** Which argument is an address in the core: of no concern outside. */
const ADDRESS = 2;
const TRAPPED = 3;
/** Answers that are addresses, or depend on them. */
const ADDRESSES = /^(hf_window|hf_result|hf_stat_record|hf_fault|hf_sync|hf_configure)$/;

/** The core did something else than the log says. */
class Difference extends Error {}
/** The flash threw, as the log says. */
class Cut extends Error {}

/** All stretches of a log. */
export function stretchesOf(log: Buffer): Stretch[] {
  const firsts: number[] = [];
  for (let at = 0; at < log.length; ) {
    if (log[at] === tagOf("I")) firsts.push(at);
    at = nextEntry(log, at);
  }
  return firsts.map((first, i) => ({ log, first, end: firsts[i + 1] ?? log.length }));
}
function nextEntry(log: Buffer, at: number): number {
  switch (String.fromCharCode(log[at]!)) {
    case "I":
    case "X":
      return at + 1;
    case "N":
      return at + 4 + log[at + 3]!;
    case "M":
    case "T":
      return at + 5;
    case "W":
    case "V":
      return at + 9 + log.readUInt32LE(at + 5);
    case "C":
      return at + 4 + 8 * log[at + 3]!;
    case "R":
      return at + 10;
    case "F": {
      const args = at + 7;
      const end = args + 4 * log[at + 6]!;
      return log[at + 1] === READ ? end + log.readUInt32LE(args + 12) : log[at + 1] === PROGRAM ? end + 4 : end;
    }
  }
  throw new Error(`no log of the recorder: ${log[at]} at byte ${at}`);
}
function tagOf(letter: string): number {
  return letter.charCodeAt(0);
}

type Call = (...args: number[]) => number | undefined;

/** What `core` does otherwise than a stretch says, or undefined. */
export function play(core: WebAssembly.Module, stretch: Stretch): string | undefined {
  return new Player(core, stretch).play();
}

/**
 * Plays on the shipped build a stretch that may be another one's. Memory is laid out otherwise there: what depends on that is written into the log.
 * Returns the stretch up to where that build does otherwise, undefined where that is at once, and what the instance exports in the end.
 */
export function adopt(shipped: WebAssembly.Module, stretch: Stretch): { own?: Stretch; exports: WebAssembly.Exports } {
  const player = new Player(shipped, stretch, true);
  player.play();
  return { ...(player.played > stretch.first && { own: { ...stretch, end: player.played } }), exports: player.exports };
}

class Player {
  readonly exports: WebAssembly.Exports;
  /** So far calls did what the log says. */
  played: number;
  readonly #adopts: boolean;
  readonly #log: Buffer;
  readonly #end: number;
  readonly #calls: Record<string, Call>;
  readonly #memory: WebAssembly.Memory;
  readonly #window: number;
  readonly #told: Told;
  readonly #names: string[] = [];
  #bytes: Uint8Array;
  #at: number;
  #during = "start";
  #answer = 0;

  constructor(core: WebAssembly.Module, { log, first, end }: Stretch, adopts = false) {
    this.#adopts = adopts;
    this.played = first;
    this.#log = log;
    this.#at = first;
    this.#end = end;
    const flash = Object.fromEntries(FLASH.map((name, which) => [name, (...args: number[]) => this.#ask(which, args)]));
    const { exports } = new WebAssembly.Instance(core, { flash });
    this.exports = exports;
    this.#calls = exports as unknown as Record<string, Call>;
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#window = this.#calls.hf_window!()! >>> 0;
    this.#told = new Told(exports);
  }

  play(): string | undefined {
    try {
      while (this.#at < this.#end) this.#entry();
    } catch (thrown) {
      if (thrown instanceof Difference) return `${this.#during}: ${thrown.message}`;
      throw thrown;
    }
    return undefined;
  }

  #entry(): void {
    const log = this.#log;
    const at = this.#at;
    this.#at = nextEntry(log, at);
    switch (String.fromCharCode(log[at]!)) {
      case "N":
        this.#names[log.readUInt16LE(at + 1)] = log.toString("latin1", at + 4, this.#at);
        break;
      case "M": {
        const missing = log.readUInt32LE(at + 1) - this.#memory.buffer.byteLength / PAGE_BYTES;
        if (missing > 0) this.#memory.grow(missing);
        this.#bytes = new Uint8Array(this.#memory.buffer);
        break;
      }
      case "V":
        this.#bytes.set(log.subarray(at + 9, this.#at), this.#window + log.readUInt32LE(at + 1));
        break;
      case "C":
        this.#call(at);
        this.played = this.#at;
        break;
      case "T": {
        const told = this.#told.hash(this.#during, this.#answer);
        if (this.#adopts) log.writeUInt32LE(told, at + 1);
        else if (told !== log.readUInt32LE(at + 1)) throw new Difference("tells something else");
        this.played = this.#at;
      }
    }
  }

  #call(at: number): void {
    const log = this.#log;
    this.#during = this.#names[log.readUInt16LE(at + 1)]!;
    const args = Array.from({ length: log[at + 3]! }, (_, i) => log.readDoubleLE(at + 4 + 8 * i));
    let answer: number | undefined;
    let trap: unknown;
    try {
      answer = this.#calls[this.#during]!(...args);
    } catch (thrown) {
      if (thrown instanceof Cut) return;
      if (thrown instanceof Difference) throw thrown;
      trap = thrown;
    }
    if (log[this.#at] !== tagOf("R")) throw new Difference(`${trap ?? "returns"} where the flash is asked`);
    const kind = log[this.#at + 1];
    const there = log.readDoubleLE(this.#at + 2);
    this.#at += 10;
    if ((trap !== undefined) !== (kind === TRAPPED)) throw new Difference(`${trap ?? "no trap"}`);
    this.#answer = answer ?? 0;
    if (this.#adopts && ADDRESSES.test(this.#during)) log.writeDoubleLE(this.#answer, this.#at - 8);
    else if (trap === undefined && this.#answer !== there) throw new Difference(`answers ${this.#answer}, not ${there}`);
  }

  #ask(which: number, args: number[]): number {
    const log = this.#log;
    const at = this.#at;
    if (log[at] === tagOf("X")) {
      this.#at++;
      throw new Cut();
    }
    if (log[at] !== tagOf("F") || log[at + 1] !== which) throw new Difference(`${FLASH[which]} of ${args}, out of turn`);
    for (let i = 0; i < args.length; i++)
      if ((which > PROGRAM || i !== ADDRESS) && args[i]! >>> 0 !== log.readUInt32LE(at + 7 + 4 * i))
        throw new Difference(`${FLASH[which]} of ${args}`);
    this.#at = nextEntry(log, at);
    const [, , address, length] = args as [number, number, number, number];
    if (which === READ) this.#bytes.set(log.subarray(this.#at - length, this.#at), address >>> 0);
    if (which === PROGRAM && fnv(this.#bytes.subarray(address >>> 0, (address >>> 0) + length)) !== log.readUInt32LE(this.#at - 4))
      throw new Difference(`programs other bytes at ${args[0]}, ${args[1]}`);
    return log.readInt32LE(at + 2);
  }
}
