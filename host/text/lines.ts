// The logical lines of vCard and iCalendar text: folded lines and quoted-printable soft breaks are one line, and each knows where it stands.
// Callers may take for granted: the lines cover the text without a gap, any of CRLF, LF and CR ends one, and nothing throws.

export interface LogicalLine {
  /** Joined: without folds, soft breaks and line end. */
  text: string;
  /** First character of the line in the text. */
  start: number;
  /** First character after its line end. */
  end: number;
}

/** True for the first line of a property whose value is in quoted-printable. */
export function isQuotedPrintable(line: string): boolean {
  return line
    .slice(0, Math.max(0, line.indexOf(":")))
    .toUpperCase()
    .includes("QUOTED-PRINTABLE");
}

/** Cost: one pass. */
export function* logicalLines(text: string): Generator<LogicalLine> {
  let pieces: string[] = [];
  let quoted = false;
  let start = 0;
  for (const line of physicalLines(text)) {
    const soft = quoted && pieces.at(-1)?.endsWith("=") === true && !/^END:/i.test(line.text);
    if (soft) pieces.push((pieces.pop() ?? "").slice(0, -1), line.text);
    else if (/^[ \t]/.test(line.text) && pieces.length > 0) pieces.push(line.text.slice(1));
    else {
      if (pieces.length > 0) yield { text: pieces.join(""), start, end: line.start };
      pieces = [line.text];
      start = line.start;
      quoted = isQuotedPrintable(line.text);
    }
  }
  if (pieces.length > 0) yield { text: pieces.join(""), start, end: text.length };
}

function* physicalLines(text: string): Generator<{ text: string; start: number }> {
  let start = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) {
    yield { text: text.slice(start, index), start };
    start = index + end.length;
  }
  if (start < text.length) yield { text: text.slice(start), start };
}
