/*
 * What a batch callback asked for, collected in memory: nothing reaches the core before the callback has
 * returned, so that one which throws changes nothing.
 */
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "../core/abi.js";
import { HoldfastError } from "../errors.js";
import { formatId, type IdHalves } from "./ids.js";
import type { Receipt } from "./types.js";

/** One change, checked and encoded, ready for the core. Without `body` it is a removal. */
export interface Change {
  kind: number;
  id: IdHalves;
  meta: Uint8Array;
  /** As it will be stored, by `codec`. */
  body: Uint8Array | undefined;
  codec: number;
  /** Length of the body before it was packed: this is what the limit of a batch counts, so that callers can count too. */
  originalBytes: number;
  /** Milliseconds since 1970 UTC; undefined: the time at which it is written. */
  wallMs: number | undefined;
  receipt: Receipt;
}

export class ChangeSet {
  /** In the order in which the callback asked, every one of them. */
  readonly receipts: Receipt[] = [];
  /** Newest change of each key: the others would never be seen. */
  readonly #byKey = new Map<string, Change[]>();
  #bodyBytes = 0;

  /** Errors: TOO_BIG, and the change is not taken. */
  add(change: Change): void {
    const bodyBytes = this.#bodyBytes + change.originalBytes;
    if (this.receipts.length >= BATCH_RECORDS_MAX) throw new HoldfastError("TOO_BIG", `a batch of more than ${BATCH_RECORDS_MAX} changes`);
    if (bodyBytes > BATCH_BYTES_MAX) throw new HoldfastError("TOO_BIG", `a batch of more than ${BATCH_BYTES_MAX} bytes of bodies`);
    this.#bodyBytes = bodyBytes;
    this.receipts.push(change.receipt);
    const key = keyOf(change);
    this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), change]);
  }

  /** Is this key there once the changes so far are made? undefined: they say nothing of it. */
  has(kind: number, id: IdHalves): boolean | undefined {
    const changes = this.#byKey.get(keyOf({ kind, id }));
    return changes === undefined ? undefined : changes[changes.length - 1].body !== undefined;
  }

  /** For each key its newest change, and all receipts that speak of it. */
  *effective(): Generator<{ change: Change; receipts: Receipt[] }> {
    for (const changes of this.#byKey.values()) {
      yield { change: changes[changes.length - 1], receipts: changes.map((change) => change.receipt) };
    }
  }
}

function keyOf({ kind, id }: { kind: number; id: IdHalves }): string {
  return `${kind}/${formatId(id.high, id.low)}`;
}
