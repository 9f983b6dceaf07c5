/*
 * A process that tries to tell mutants from the core, by lives that reach what was changed, call by call and byte by byte. The first difference ends it.
 */
import { type Life, loadLives } from "./lives.js";
import { play } from "./play.js";

/** First where the lives are, then mutants, each with the run of cover.ts that it was changed in. */
export type Order = { lives: string } | { mutant: Uint8Array; run: number };
/** That it has not come to a stop, every now and then; then the end. */
export type Answer = { alive: true } | { told: Told };
export interface Told {
  /** What told it from the core; undefined for a survivor. */
  killed?: string;
  /** Lives that reach the site, and how many of them were played. */
  reached: number;
  played: number;
}

/** Processor time for one mutant, microseconds: then it has survived. */
const BUDGET_US = 10e6;
/** A sign of life is given before the first life, and when the clock has gone on so far. */
const SIGN_MS = 500;

let lives: Life[] = [];
const byRun = new Map<number, Life[]>();
/** Lives that reach a run, cheap ones first. */
function livesThrough(run: number): Life[] {
  let found = byRun.get(run);
  if (found === undefined) {
    found = lives.filter(({ runs }) => runs.includes(run)).sort((a, b) => a.costMs - b.costMs);
    byRun.set(run, found);
  }
  return found;
}

function judge(mutant: WebAssembly.Module, run: number): Told {
  const through = livesThrough(run);
  const { user } = process.cpuUsage();
  let played = 0;
  let killed: string | undefined;
  let signed = Number.NEGATIVE_INFINITY;
  while (played < through.length && killed === undefined && process.cpuUsage().user - user < BUDGET_US) {
    if (performance.now() - signed > SIGN_MS) {
      answer({ alive: true });
      signed = performance.now();
    }
    killed = play(mutant, through[played++]!);
  }
  return { reached: through.length, played, ...(killed !== undefined && { killed }) };
}

process.on("message", (order: Order) => {
  if ("lives" in order) lives = loadLives(order.lives);
  else answer({ told: judge(new WebAssembly.Module(Uint8Array.from(order.mutant)), order.run) });
});
function answer(words: Answer): void {
  process.send?.(words);
}
