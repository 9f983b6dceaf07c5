/*
 * In which procedure of the store an operation falls: what the cut-point map is drawn by.
 *
 * The proof judges without knowing the format; this alone reads it, through the workbench, so that the report can say
 * how many cuts fell inside compaction and how many inside a checkpoint. No verdict depends on it.
 */
import { openWorkbench, type Workbench } from "../core/workbench.js";
import type { FlashGeometry } from "../flash/index.js";

export const PHASES = ["format", "first boot", "recovery", "compaction", "checkpoint", "erase", "seal", "write"] as const;
export type Phase = (typeof PHASES)[number];

/** One letter for each phase, in the order of PHASES. */
export const PHASE_LETTERS = "fbrckesw";

/** An operation and what the agent was asked for meanwhile. */
export interface Moment {
  readonly kind: "program" | "erase";
  readonly block: number;
  readonly offset: number;
  readonly source: Uint8Array;
  /** The block's cells just before. */
  readonly cells: Uint8Array;
  readonly during: "format" | "first boot" | "mount" | "change" | "tick";
  /** The newest LSN acknowledged before: a record with no newer one is a copy. */
  readonly lastLsn: bigint;
}

export class Phases {
  private readonly geometry: FlashGeometry;
  private workbench: Workbench | undefined;

  constructor(geometry: FlashGeometry) {
    this.geometry = geometry;
  }

  of(moment: Moment): Phase {
    if (moment.during === "format" || moment.during === "first boot") return moment.during;
    const anchored = this.geometry.blockCount >= 256 && moment.block === 0;
    if (anchored) return "checkpoint";
    if (moment.during === "mount") return "recovery";
    if (moment.kind === "erase") return "erase";
    // Where pages are left out, a block is not what the workbench takes it for.
    if (this.geometry.pairedPages !== undefined) return moment.during === "tick" ? "compaction" : "write";
    return this.ofProgram(moment);
  }

  private ofProgram(moment: Moment): Phase {
    const { block, offset, source } = moment;
    const cells = moment.cells.slice();
    for (let i = 0; i < source.length; i++) cells[offset + i]! &= source[i]!;
    this.workbench ??= openWorkbench(this.geometry);
    const { state, lines } = this.workbench.describe(block, cells);
    if (state.endsWith("checkpoint")) return "checkpoint";
    const inside = lines.filter((line) => line.offset >= offset && line.offset < offset + source.length);
    if (inside.length > 0 && inside.every(({ what }) => what === "label")) return "erase";
    if (inside.some(({ detail }) => isCopy(detail, moment.lastLsn))) return "compaction";
    if (inside.some(({ what }) => what === "summary")) return "seal";
    return moment.during === "tick" ? "compaction" : "write";
  }
}

function isCopy(detail: string, lastLsn: bigint): boolean {
  const lsn = /^\S+ [0-9a-f]{16}, LSN (\d+)/.exec(detail);
  return lsn !== null && BigInt(lsn[1]!) <= lastLsn;
}
