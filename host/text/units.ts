// Text as far as places go: one character a code unit, so that every index is a place in the bytes. What tells lines, tags and names
// apart is ASCII in every encoding that is read; values are decoded from their own bytes.
import { decodeText, type TextForm } from "./encoding.js";

/** The units of `body` behind its byte order mark. */
export function unitsOf(body: Uint8Array, { encoding, bomBytes, unitBytes }: TextForm): string {
  return new TextDecoder(unitBytes === 2 ? encoding : "windows-1252", { ignoreBOM: true }).decode(body.subarray(bomBytes));
}

/** The bytes of the units from `start` to `end`. */
export function bytesOfUnits(body: Uint8Array, { bomBytes, unitBytes }: TextForm, start: number, end: number): Uint8Array {
  return body.subarray(bomBytes + start * unitBytes, Math.min(body.length, bomBytes + end * unitBytes));
}

/** What the units from `start` to `end` say. */
export function textOfUnits(body: Uint8Array, form: TextForm, start: number, end: number): string {
  return decodeText(bytesOfUnits(body, form, start, end), { ...form, bomBytes: 0 });
}

/** Lines up to index `at`, from 1. Cost: a pass over the text before it. */
export function lineAt(units: string, at: number): number {
  return (units.slice(0, at).match(/\r\n|\n|\r/g)?.length ?? 0) + 1;
}
