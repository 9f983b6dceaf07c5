/*
 * Faults of the core that the fuzzers found and that are not mended yet: the fuzz build mends them, so that the search goes on behind them. Every
 * run names them. An entry whose text is no longer in the core is out of date, and a test says so.
 */

export interface Known {
  name: string;
  what: string;
  file: string;
  text: string;
  mended: string;
}

export const KNOWN: Known[] = [];

export function withKnownMended(file: string, source: string): string {
  return KNOWN.filter((known) => known.file === file).reduce((text, { text: before, mended }) => text.replace(before, mended), source);
}
