/*
 * Modelled time of single operations on a traced part, and what is said of many of them.
 */
import type { TraceFlash } from "../flash/index.js";

/** Milliseconds; all zero when nothing was measured. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
  mean: number;
}

export interface WriteSpread {
  /** The whole operation, erases it waited for included. */
  whole: Spread;
  /** The same beyond the erase itself. */
  beyondErase: Spread;
}

/** Rounds to what the time model means: a tenth of a microsecond in milliseconds. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) return { p50: 0, p99: 0, max: 0, mean: 0 };
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => rounded(sorted[Math.ceil(share * sorted.length) - 1]);
  return { p50: at(0.5), p99: at(0.99), max: at(1), mean: rounded(sorted.reduce((sum, value) => sum + value, 0) / sorted.length) };
}

/** Takes the time of operations on one part, one after the other. */
export class Stopwatch {
  readonly wholeMs: number[] = [];
  readonly beyondEraseMs: number[] = [];
  private readonly trace: TraceFlash;

  constructor(trace: TraceFlash) {
    this.trace = trace;
  }

  /** Runs `work`; an operation that throws is not counted. */
  time<T>(work: () => T): T {
    const { modelledMs, erases } = this.trace;
    const answer = work();
    const whole = this.trace.modelledMs - modelledMs;
    this.wholeMs.push(whole);
    this.beyondEraseMs.push(whole - (this.trace.erases - erases) * this.trace.timeModel.eraseMs);
    return answer;
  }

  /** Several stopwatches as one. */
  static spread(...watches: readonly Stopwatch[]): WriteSpread {
    return {
      whole: spreadOf(watches.flatMap(({ wholeMs }) => wholeMs)),
      beyondErase: spreadOf(watches.flatMap(({ beyondEraseMs }) => beyondEraseMs)),
    };
  }
}
