/*
 * The catalogue of faults (reference/reliability.md §2.3): what may be asked of FaultFlash, and the usual figures.
 *
 * docs/testing.md has the same as a table, in words. Clock (C1), RAM flips (M1), nested cuts and storms (N1, N2) are no
 * faults of a part: the campaigns of host/proof make those.
 */
import type { FlashGeometry } from "./flash.js";

/** When a fault falls. One of `at` and `rate`; without either, the usual rate of its id. */
export interface When {
  /** The operation, counted like Cut.op; for faults of reading (A3, L3) the read; for V1 and V2 the cut. */
  at?: number;
  /** The boot that `at` is in: 0 = before the first reboot, which is where `at` is without it. A `rate` holds in all boots. */
  boot?: number;
  /** The probability of the table: an operation's, a cell's, a page's. */
  rate?: number;
  /** Sets the dice of two faults of the same id apart. */
  salt?: number;
}

type Tears =
  | { id: "P0" | "P1" }
  /** `units` were programmed: of `programBytes` on NOR, quarter pages on NAND. */
  | { id: "P2"; units?: number }
  /** `tau` is the fraction of the operation that was done when power went. */
  | { id: "P3" | "E1" | "E2"; tau?: number }
  /** Cells whose threshold is within `delta` of `tau` are unstable, once `goodReads` reads have gone well. */
  | { id: "P4"; tau?: number; delta?: number; steadiness?: number; goodReads?: number }
  /** A `share` of the cells programmed flips after `goodReads` reads or `goodDays` days. */
  | { id: "P5"; share?: number; goodDays?: number; goodReads?: number }
  /** `density` is the share of unstable cells. */
  | { id: "E3" | "E5"; density?: number }
  /** With `isTold` false, a program of the block is no violation: it leaves `density` of its cells unstable. */
  | { id: "E4"; density?: number; isTold?: boolean };

type Disturbances =
  | { id: "P6" | "P8" }
  | { id: "P7"; pairedPages?: number }
  /** After `reads` reads of a block since its erase, each read flips a cell of another page with chance `rate`. */
  | { id: "D1"; reads?: number };

type Decay =
  /** Cells at 0 become 1 with chance `rate`, or as `days` at `celsius` make it; blocks from `firstBlock` on. */
  | { id: "D2"; days?: number; celsius?: number; endurance?: number; firstBlock?: number; blockCount?: number }
  /** A run of `bytes`, or the whole page; at `block` and `offset`, or in each page with chance `rate`. */
  | { id: "D3"; bytes?: number; wholePage?: boolean; block?: number; offset?: number }
  /** Blocks erased more often than `endurance` allows have `cells` that stand still. 0: from the start. */
  | { id: "D4"; endurance?: number; cells?: number; block?: number };

type Losses =
  | { id: "B1"; blocks?: readonly number[] }
  /** `isSticky`: the block does so from then on. `operation`: that kind only. */
  | { id: "B2"; isSticky?: boolean; block?: number; operation?: "program" | "erase"; endurance?: number }
  | { id: "B3"; isSticky?: boolean; block?: number; operation?: "program" | "erase" }
  | { id: "L1"; block?: number; operation?: "program" | "erase" }
  /** `status` is what reads of it return. */
  | { id: "B4"; block?: number; status?: number }
  | { id: "B5"; half?: 0 | 1; status?: number };

type Addressing =
  /** Executed at the address with the bits of `mask` inverted, or in page `page` of the part. */
  | { id: "A1"; mask?: number; page?: number }
  | { id: "A2"; block?: number }
  | { id: "A3"; mask?: number; page?: number; isSticky?: boolean }
  /** Address line number `line` always at `level`. */
  | { id: "A4"; line?: number; level?: 0 | 1 };

type Bus =
  | { id: "L2" }
  /** `bits` of one read are wrong. */
  | { id: "L3"; bits?: number }
  /** `outcome` numbers the legal outcomes of a cut; without it, one is drawn. */
  | { id: "R1"; outcome?: number }
  | { id: "R2"; lostMs?: number }
  | { id: "V1"; garbage?: "noise" | "buffer" | "erase" }
  | { id: "V2"; mode?: "ignore" | "refuse" | "address" }
  | { id: "H1" };

/** One fault: its id in the catalogue, when, and what it takes. */
export type Fault = When & (Tears | Disturbances | Decay | Losses | Addressing | Bus);
export type FaultId = Fault["id"];
export type FaultOf<I extends FaultId> = Fault & { id: I };

/** In the order of the study. The place in this list is the fault's number in its dice: append only. */
export const FAULT_IDS = [
  ...(["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "E1", "E2", "E3", "E4", "E5"] as const),
  ...(["D1", "D2", "D3", "D4", "B1", "B2", "B3", "B4", "B5", "A1", "A2", "A3", "A4"] as const),
  ...(["L1", "L2", "L3", "R1", "R2", "V1", "V2", "H1"] as const),
] satisfies readonly FaultId[];

/** The usual rate: of cells for P6, P8, D2; of pages for D3; of blocks for B1; of cuts for V1, V2; of reads for D1, A3, L3; else of operations. */
const USUAL_RATES: Partial<Record<FaultId, number>> = {
  P6: 1e-4,
  P8: 1e-6,
  D1: 1e-3,
  D2: 1e-6,
  D3: 1e-7,
  B1: 0.02,
  B2: 1e-4,
  B3: 1e-5,
  A1: 1e-6,
  A2: 1e-7,
  A3: 1e-6,
  L1: 1e-6,
  L2: 1e-6,
  L3: 1e-6,
  V1: 0.02,
  V2: 0.01,
};

/** 0 where the fault has none: it then needs `at`, or is there from the start (B4, B5, A4). */
export function usualRate({ id, rate }: Fault): number {
  return rate ?? USUAL_RATES[id] ?? 0;
}

const TEAR_IDS: readonly FaultId[] = ["P0", "P1", "P2", "P3", "P4", "P5", "E1", "E2", "E3", "E4", "E5"];

/** Says in words why this fault cannot befall such a part; undefined = it can. */
export function faultProblem(fault: Fault, geometry: FlashGeometry): string | undefined {
  const { id, at, boot, rate } = fault;
  if (!FAULT_IDS.includes(id)) return `no fault is called ${String(id)}`;
  for (const count of [at, boot])
    if (count !== undefined && !(Number.isInteger(count) && count >= 0)) return `${id}: ${count} counts nothing`;
  if (rate !== undefined && !(rate >= 0 && rate <= 1)) return `${id}: a rate of ${rate}`;
  if ((TEAR_IDS.includes(id) || id === "H1") && at === undefined && rate === undefined) return `${id} needs at or rate`;
  if (id === "B1" && geometry.kind !== "nand") return "B1: only NAND has factory marks";
  if (id === "P7" && (fault.pairedPages ?? geometry.pairedPages) === undefined) return "P7: the geometry pairs no pages";
  if ("block" in fault && fault.block !== undefined && !(fault.block >= 0 && fault.block < geometry.blockCount)) {
    return `${id}: there is no block ${fault.block}`;
  }
  return undefined;
}
