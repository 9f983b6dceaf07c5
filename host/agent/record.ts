/*
 * Records between an application's words and the core's numbers: what every kind of agent makes of them, the one in this
 * process and the one at the other end of a line.
 */
import { BODY_BYTES_MAX, FLAG_DAMAGED, FLAG_REMOVED, FLAG_UNJUDGED } from "../core/abi.js";
import type { CoreResult } from "../core/doorstep.js";
import { HoldfastError, STATUSES } from "../errors.js";
import { CODEC_RAW, pack, unpackedBytes } from "../pack/index.js";
import type { Change } from "./changeset.js";
import { wallClock } from "./clock.js";
import { crc32c } from "./crc32c.js";
import { formatId, type IdHalves, parseId } from "./ids.js";
import { kindName, kindNumber } from "./kinds.js";
import { checkedMeta, decodeMeta } from "./meta.js";
import type { Kind, StoredHead, StoredSummary } from "./types.js";

/** A put, its body packed where that is shorter and `packs` allows it. Errors: INVALID for a time that is none. */
export function addition(kind: Kind, id: IdHalves, body: Uint8Array, meta: Uint8Array, packs: boolean, at?: number): Change {
  const wallMs = at === undefined ? undefined : wallClock(() => at)();
  const stored = packs ? pack(kind, body) : { codec: CODEC_RAW, bytes: body };
  const receipt = { id: formatId(id.high, id.low), lsn: 0n, crc32c: crc32c(body) };
  return { kind: kindNumber(kind), id, meta, body: stored.bytes, codec: stored.codec, originalBytes: body.length, wallMs, receipt };
}

export function removal(kind: Kind, id: string): Change {
  const number = kindNumber(kind);
  const halves = parseId(id);
  const receipt = { id: formatId(halves.high, halves.low), lsn: 0n, crc32c: 0 };
  return {
    kind: number,
    id: halves,
    meta: new Uint8Array(0),
    body: undefined,
    codec: CODEC_RAW,
    originalBytes: 0,
    wallMs: undefined,
    receipt,
  };
}

/** A removal of what is not there. */
export function notFound({ kind, receipt }: Change): HoldfastError {
  return new HoldfastError("NOT_FOUND", `removing ${kindName(kind)} ${receipt.id}: ${STATUSES.NOT_FOUND.words}`);
}

/** Text becomes UTF-8. Errors: INVALID for what is no body; TOO_BIG above 8 MiB. */
export function bodyBytes(kind: Kind, body: Uint8Array | string): Uint8Array {
  if (typeof body === "string") {
    if (/\p{Surrogate}/u.test(body))
      throw new HoldfastError("INVALID", `storing a ${kind}: the text is not well-formed Unicode`, "pass its bytes instead");
    return bodyBytes(kind, new TextEncoder().encode(body));
  }
  if (!(body instanceof Uint8Array)) throw new HoldfastError("INVALID", `storing a ${kind}: a body is text or a Uint8Array`);
  if (body.length > BODY_BYTES_MAX)
    throw new HoldfastError("TOO_BIG", `storing a ${kind} of ${body.length} bytes; at most ${BODY_BYTES_MAX} fit`);
  return body;
}

export function summary(result: CoreResult, bodyBytes: number): StoredSummary {
  const { kind, idHigh, idLow, lsn, wallMs } = result;
  return { kind: kindName(kind), id: formatId(idHigh, idLow), lsn, bodyBytes, wallMs, meta: {} };
}

/** A list goes on past a damaged record, and says so. `lengthBytes` undefined: the record does not say how long its body was. */
export function describe(result: CoreResult, metaBytes: Uint8Array, lengthBytes: number | undefined): StoredSummary {
  const told = summary(result, lengthBytes ?? result.bodyBytes);
  if (result.flags & FLAG_REMOVED) return { ...told, removed: true };
  if (result.flags & FLAG_DAMAGED || lengthBytes === undefined) return { ...told, damaged: true };
  try {
    return { ...told, meta: decodeMeta(metaBytes) };
  } catch {
    return { ...told, damaged: true };
  }
}

/** What a glance tells; undefined where its meta does not bear itself out. */
export function headOf(result: CoreResult, metaBytes: Uint8Array): StoredHead | undefined {
  if (!(result.flags & FLAG_UNJUDGED)) return judgedHead(result, metaBytes);
  const meta = checkedMeta(metaBytes);
  return meta && { kind: kindName(result.kind), id: formatId(result.idHigh, result.idLow), meta };
}
/** The head of a record whose unit was judged. */
export function judgedHead(result: CoreResult, metaBytes: Uint8Array): StoredHead {
  const { kind, id, meta, damaged } = describe(result, metaBytes, result.bodyBytes);
  return { kind, id, meta, ...(damaged ? { damaged } : {}) };
}

/** True when the stored length is also the length of the original body, or there is none. */
export function tellsLength({ codec, flags }: CoreResult): boolean {
  return codec === CODEC_RAW || (flags & (FLAG_REMOVED | FLAG_DAMAGED)) !== 0;
}

/** Length of the original body, which begins with `head` as stored; undefined when its bytes do not say one. */
export function originalLength({ codec, bodyBytes }: CoreResult, head: Uint8Array): number | undefined {
  try {
    return unpackedBytes(codec, head, bodyBytes);
  } catch (thrown) {
    const code = thrown instanceof HoldfastError ? thrown.code : undefined;
    if (code === "CORRUPT") return undefined;
    if (code !== "NEWER_FORMAT") throw thrown;
    return bodyBytes; // a codec of a newer Holdfast: it is there, and as long as it is stored; `get` says why it cannot be read
  }
}
