/*
 * The part under its faults: pristine cells, the damage laid over them, and actions that may happen elsewhere than asked.
 *
 * Here is what an operation does, torn or whole; whether and where it happens is decided by fault.ts and the families of faults.
 */
import type { Active, Moment } from "./dice.js";
import type { ImageHash } from "./image-hash.js";
import { mix } from "./mix.js";
import { Overlay, type Patch } from "./overlay.js";
import type { PhysicsFlash } from "./physics.js";
import { type EraseTear, type ProgramTear, tearErase, tearProgram } from "./tear.js";
import { type TearFault, type TornSpan, tearEraseAt, tearProgramAt } from "./tear-instant.js";

/** A piece of a span, and where it really lies. */
export interface Piece {
  /** Offset in the span. */
  from: number;
  lengthBytes: number;
  block: number;
  offset: number;
}

/** A program or an erase as it was asked for. `pieces`: where it happens instead; none = nowhere. */
export interface Action {
  kind: "program" | "erase";
  block: number;
  offset: number;
  source: Uint8Array;
  pieces?: readonly Piece[];
}

/** Steadiness of cells programmed into a block that was not really erased. */
const WEAK_STEADINESS = 0.5;

export class Medium {
  readonly inner: PhysicsFlash;
  readonly overlay: Overlay;
  /** Told of damage that no operation did: a write cache must not lose it. */
  listener: ((block: number, patch: Patch) => void) | undefined;
  /** Blocks that look erased and are not: the share of cells that will be unstable when programmed. */
  readonly weak = new Map<number, number>();

  constructor(inner: PhysicsFlash, seed: number) {
    this.inner = inner;
    this.overlay = new Overlay(seed);
  }

  read(block: number, offset: number, target: Uint8Array): number {
    const status = this.inner.read(block, offset, target);
    if (!this.overlay.isEmpty) this.overlay.distort(block, offset, target);
    return status;
  }

  /** Errors: FlashRuleViolation, by what was asked for, wherever it happens. */
  perform(action: Action): number {
    const { kind, block, offset, source, pieces } = action;
    if (pieces !== undefined) return this.performAt(action, pieces);
    return kind === "program" ? this.program(block, offset, source) : this.erase(block);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    const weakness = this.weak.size > 0 ? this.weak.get(block) : undefined;
    const mask = weakness === undefined ? undefined : this.weakCells(block, offset, source, weakness);
    const status = this.inner.program(block, offset, source);
    if (!this.overlay.isEmpty) this.overlay.heal(block, offset, source);
    if (mask !== undefined) this.overlay.lay(block, { first: offset, mask, steadiness: WEAK_STEADINESS, goodReads: 0, bornAt: 0 });
    return status;
  }

  erase(block: number): number {
    const status = this.inner.erase(block);
    this.forget(block);
    return status;
  }

  /** Clears cells that nobody asked to be programmed. */
  clearCells(block: number, offset: number, source: Uint8Array): void {
    this.inner.clearCells(block, offset, source);
    this.overlay.heal(block, offset, source);
  }

  /** Erases a block that nobody asked to be erased. */
  blankCells(block: number): void {
    this.inner.blankCells(block);
    this.forget(block);
  }

  /** Tears a program by the kinds of tear.ts, or by the instant that a fault names. */
  tearProgram(tear: ProgramTear, seed: number, block: number, offset: number, source: Uint8Array, by?: TornBy): void {
    const { inner } = this;
    inner.assertProgram(block, offset, source);
    if (tear === "none") return;
    // A unit that power died in is never programmed again before an erase, whatever it reads.
    inner.markProgrammed(block, offset, source.length);
    this.overlay.heal(block, offset, source);
    const span = this.spanOf(block, offset);
    const patch =
      by === undefined || tear === "all"
        ? tearProgram(tear, seed, span, source, inner.geometry.pageBytes)
        : tearProgramAt(by.fault, by.moment, span, source, inner.geometry);
    if (patch !== undefined) this.overlay.lay(block, patch);
  }

  tearErase(tear: EraseTear, seed: number, block: number, by?: TornBy): void {
    const { inner } = this;
    inner.assertErase(block);
    if (tear === "none") return;
    if (tear === "all") inner.erase(block);
    // The old data may still be there after erase-a, and so is what ailed it.
    if (tear !== "erase-a") this.forget(block);
    if (tear === "all") return;
    const span = this.spanOf(block, 0);
    const patch = by === undefined ? tearErase(tear, seed, span, inner.geometry.blockBytes) : tearEraseAt(by.fault, by.moment, span);
    inner.markSuspect(block);
    if (by?.fault.fault.id === "E4") this.weaken(block, by.fault.fault.density, by.fault.fault.isTold);
    if (patch !== undefined) this.overlay.lay(block, patch);
  }

  /** Damage that comes by itself, or beside an operation. */
  lay(block: number, patch: Patch | undefined): void {
    if (patch === undefined) return;
    this.overlay.lay(block, patch);
    this.listener?.(block, patch);
  }

  copyInto(target: Medium): void {
    this.inner.cloneInto(target.inner);
    this.copyDamage(target);
  }

  /** All but the part itself. */
  copyDamage(target: Medium): void {
    this.overlay.copyInto(target.overlay);
    target.weak.clear();
    for (const [block, density] of this.weak) target.weak.set(block, density);
  }

  hashInto(hash: ImageHash): void {
    this.inner.hashInto(hash);
    this.overlay.hashInto(hash);
    for (const [block, density] of [...this.weak].sort(([a], [b]) => a - b)) for (const word of [block, density * 2 ** 30]) hash.add(word);
  }

  /** The user is told that it was done as asked. */
  private performAt({ kind, block, offset, source }: Action, pieces: readonly Piece[]): number {
    const { inner } = this;
    if (kind === "program") {
      inner.assertProgram(block, offset, source);
      inner.markProgrammed(block, offset, source.length);
      for (const piece of pieces) this.clearCells(piece.block, piece.offset, source.subarray(piece.from, piece.from + piece.lengthBytes));
    } else {
      inner.assertErase(block);
      inner.markErased(block);
      for (const piece of pieces) this.blankCells(piece.block);
    }
    return 0;
  }

  private forget(block: number): void {
    this.overlay.clear(block);
    this.weak.delete(block);
  }

  private spanOf(block: number, offset: number): TornSpan {
    const { cells, eraseCounts } = this.inner;
    return { cells: cells.own(block).bytes, first: offset, offset, seed: this.overlay.seed, block, eraseCount: eraseCounts[block] };
  }

  private weaken(block: number, density = 1e-4, isTold = true): void {
    if (!isTold) this.inner.markErased(block);
    this.weak.set(block, density);
  }

  /** The cells that this program clears and that will not hold; at least one, where it clears any. */
  private weakCells(block: number, offset: number, source: Uint8Array, density: number): Uint8Array {
    const mask = new Uint8Array(source.length);
    const seed = mix(this.overlay.seed, block, offset, this.inner.eraseCounts[block]);
    const count = Math.max(1, Math.round(source.length * 8 * density));
    for (let n = 0; n < count; n++) {
      const at = mix(seed, n) % (source.length * 8);
      mask[at >> 3] |= ~source[at >> 3] & (1 << (at & 7));
    }
    return mask;
  }
}

/** The fault that tears, and when. */
export interface TornBy {
  fault: Active<TearFault>;
  moment: Moment;
}
