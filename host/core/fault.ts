/*
 * What a negative status means, with what the core's fault structure knows of it: where on the part, or which share is used up.
 */
import { HoldfastError, raise, STATUSES } from "../errors.js";
import { FAULT_PICTURE } from "./abi.js";
import type { CoreFault } from "./doorstep.js";

/** Throws it. `during` ends the sentence: "storing a contact". */
export function raiseFault(status: number, during: string, fault: CoreFault): never {
  const isTold = fault.status === status;
  if (isTold && status === STATUSES.FULL.number && fault.detail === FAULT_PICTURE)
    throw new HoldfastError(
      "FULL",
      `${during}: pictures may take three quarters of the part, and would take more`,
      "put pictures on a memory card (holdfast export photo --to card DEST), and remove some here",
    );
  const isPlace = isTold && (status === STATUSES.IO.number || status === STATUSES.CORRUPT.number);
  raise(status, during, isPlace ? ` (block ${fault.block}, offset ${fault.offset})` : "");
  throw new Error(`${during}: ${status} is an answer, not a failure`);
}
