/*
 * The battery is out: where power is to go, and the exception that says where it went.
 */
import type { TearKind } from "./tear.js";

/**
 * Where power goes. `op` counts programs and erases from 0 at construction, and again from 0 at each reboot.
 *
 * "any" draws one of the kinds that fit. A kind that does not fit the operation met (an erase kind at a program)
 * is replaced by one that does, drawn by hash; the PowerCut thrown says what was done.
 */
export interface Cut {
  op: number;
  tear: TearKind | "any";
}

export type Operation = "program" | "erase";

/** The battery is out. Thrown by the torn operation, and by every method after it until `reboot`. */
export class PowerCut extends Error {
  /** The operation's number, as in Cut. */
  readonly op: number;
  readonly operation: Operation;
  /** What was done to it: for a program one of PROGRAM_TEARS, for an erase one of ERASE_TEARS. */
  readonly tear: TearKind;
  readonly block: number;
  readonly offset: number;

  constructor(op: number, operation: Operation, tear: TearKind, block: number, offset: number) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0; // where it was thrown says nothing, and a proof throws thousands a second
    super(`power cut at operation ${op}: ${operation} of block ${block} offset ${offset}, ${tear}`);
    Error.stackTraceLimit = limit;
    this.name = "PowerCut";
    this.op = op;
    this.operation = operation;
    this.tear = tear;
    this.block = block;
    this.offset = offset;
  }
}
