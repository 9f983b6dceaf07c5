// Mails in one file: mbox, as RFC 4155 describes it, with the quoting of mboxrd (a line of `>From ` had one `>` more put in front).
// Callers may take for granted: the mails are the file but for From_ lines, that one `>`, and the blank line behind each mail.
import { unitsOf } from "./units.js";

export interface MboxMail {
  body: Uint8Array;
  /** Line of its From_ line, from 1. */
  line: number;
}

const PLAIN = { encoding: "utf-8", bomBytes: 0, unitBytes: 1 } as const;

/** A From_ line has a time and a year; a sentence that begins with From has not. */
const FROM_LINE = /^From .{0,200}\b\d{1,2}:\d\d(?::\d\d)?\b.{0,60}\b\d{4}\b.{0,20}(?:\r?\n|$)/;
const FROM_LINES = new RegExp(FROM_LINE, "gm");

/** True for a file that begins with a From_ line. */
export function isMbox(bytes: Uint8Array): boolean {
  return FROM_LINE.test(unitsOf(bytes.subarray(0, 1024), PLAIN));
}

/** The mails in order; before a From_ line there should be a blank line, but not every program writes it. Cost: two passes. */
export function mboxMails(bytes: Uint8Array): MboxMail[] {
  const units = unitsOf(bytes, PLAIN);
  const heads = [...units.matchAll(FROM_LINES)];
  let line = 1;
  let counted = 0;
  return heads.map(({ index, 0: head }, i) => {
    line += units.slice(counted, index).match(/\n/g)?.length ?? 0;
    counted = index;
    const start = index + head.length;
    const end = heads[i + 1]?.index ?? units.length;
    const gap = /\n(\r?\n)$/.exec(units.slice(Math.max(start, end - 3), end))?.[1]?.length ?? 0;
    return { body: unquoted(bytes, units, start, end - gap), line };
  });
}

/** The mail from `start` to `end` without the `>` that a writer of mboxrd had put in. */
function unquoted(bytes: Uint8Array, units: string, start: number, end: number): Uint8Array {
  const quotes = [...units.slice(start, end).matchAll(/(?:^|\n)(?=>+From )/g)].map((match) => start + match.index + match[0].length);
  const body = new Uint8Array(end - start - quotes.length);
  let [from, at] = [start, 0];
  for (const quote of [...quotes, end]) {
    body.set(bytes.subarray(from, quote), at);
    at += quote - from;
    from = quote + 1;
  }
  return body;
}

/** One file of all mails: From_ lines by address and time, every line that looks like one quoted once more. */
export function mboxFile(mails: Iterable<{ body: Uint8Array; wallMs?: number }>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for (const { body, wallMs = 0 } of mails) {
    const units = unitsOf(body, PLAIN);
    pieces.push(encoder.encode(`From MAILER-DAEMON ${asctime(wallMs)}\n`));
    let from = 0;
    for (const match of units.matchAll(/(?:^|\n)(?=>*From )/g)) {
      const at = match.index + match[0].length;
      pieces.push(body.subarray(from, at), encoder.encode(">"));
      from = at;
    }
    pieces.push(body.subarray(from), encoder.encode(units.endsWith("\n") ? "\n" : "\n\n"));
  }
  return pieces;
}

/** "Fri May 23 17:44:50 2014", in UTC. */
function asctime(wallMs: number): string {
  const date = new Date(wallMs);
  const [day = "", , month = ""] = date.toUTCString().replace(",", "").split(" ");
  const monthDay = String(date.getUTCDate()).padStart(2);
  return `${day} ${month} ${monthDay} ${date.toISOString().slice(11, 19)} ${date.getUTCFullYear()}`;
}
