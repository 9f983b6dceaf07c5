/*
 * What an exploration has seen beside its verdicts: distinct images, where cuts fell, wear, times, and how near the
 * mounts came to their bounds. Plain values, so that a worker can hand them over.
 */
import type { FlashGeometry, TimeModel } from "../flash/index.js";
import { mountBounds } from "./bounds.js";
import { PHASE_LETTERS, PHASES, type Phase } from "./phase.js";
import type { Asked } from "./tap.js";

/** Operation by operation: a letter of PHASE_LETTERS where it was cut, "." where not; `verdicts` has "+" clean, "x" violated. */
export interface CutPointMap {
  readonly phases: string;
  readonly verdicts: string;
}

/** Modelled times of one kind of call. */
export interface Latency {
  /** counts[i]: calls that took up to LATENCY_EDGES_MS[i]; the last one, longer than all. */
  readonly counts: number[];
  maxMs: number;
}

/** Upper edges of the buckets, ms: four to a factor of ten. */
export const LATENCY_EDGES_MS = Array.from({ length: 25 }, (_, i) => Number((0.01 * 10 ** (i / 4)).toPrecision(3)));

export interface Seen {
  /** Hashes of the images after first cuts, cut down to 53 bits, each once. */
  readonly images: Float64Array;
  readonly map: CutPointMap;
  /** wear[n]: blocks erased n times by the script itself. */
  readonly wear: number[];
  readonly latencies: Record<string, Latency>;
  /** Largest share of its bound that any mount came to, by what is bounded. */
  readonly mounts: Record<keyof Asked, number>;
}

const IMAGE_MASK = (1n << 53n) - 1n;

export class Evidence {
  private readonly images = new Set<number>();
  private readonly latencies: Record<string, Latency> = {};
  private readonly mounts = { reads: 0, readBytes: 0, programs: 0, erases: 0 };
  private readonly phases: string[] = [];
  private readonly verdicts: string[] = [];
  private readonly timeModel: TimeModel;
  private readonly bounds: Asked;
  private readonly pageBytes: number;
  private wear: number[] = [];

  constructor(timeModel: TimeModel, geometry: FlashGeometry) {
    this.timeModel = timeModel;
    this.bounds = mountBounds(geometry);
    this.pageBytes = geometry.pageBytes;
  }

  image(hash: bigint): void {
    this.images.add(Number(hash & IMAGE_MASK));
  }

  cutAt(op: number, phase: Phase, clean: boolean): void {
    this.phases[op] = PHASE_LETTERS[PHASES.indexOf(phase)]!;
    this.verdicts[op] = clean ? "+" : "x";
  }

  latency(call: string, ms: number): void {
    this.latencies[call] ??= { counts: new Array<number>(LATENCY_EDGES_MS.length + 1).fill(0), maxMs: 0 };
    addLatency(this.latencies[call], ms);
  }

  /** A mount after a cut: its time, by the model, and its nearness to the bounds. */
  mount(asked: Asked): void {
    const { readCallMs, readByteMs, readPageMs, programPageMs, eraseMs } = this.timeModel;
    const pagesRead = Math.max(asked.reads, asked.readBytes / this.pageBytes);
    const readMs = asked.reads * readCallMs + asked.readBytes * readByteMs + pagesRead * readPageMs;
    this.latency("mount after a cut", readMs + asked.programs * programPageMs + asked.erases * eraseMs);
    for (const name of ["reads", "readBytes", "programs", "erases"] as const) {
      this.mounts[name] = Math.max(this.mounts[name], asked[name] / this.bounds[name]);
    }
  }

  wearOf(eraseCounts: Uint32Array): void {
    for (const count of eraseCounts) this.wear[count] = (this.wear[count] ?? 0) + 1;
  }

  seen(): Seen {
    const join = (letters: string[]) => Array.from(letters, (letter) => letter ?? ".").join("");
    return {
      images: Float64Array.from(this.images),
      map: { phases: join(this.phases), verdicts: join(this.verdicts) },
      wear: Array.from(this.wear, (count) => count ?? 0),
      latencies: this.latencies,
      mounts: this.mounts,
    };
  }
}

function addLatency(latency: Latency, ms: number): void {
  const bucket = LATENCY_EDGES_MS.findIndex((edge) => ms <= edge);
  latency.counts[bucket < 0 ? LATENCY_EDGES_MS.length : bucket]!++;
  latency.maxMs = Math.max(latency.maxMs, ms);
}
