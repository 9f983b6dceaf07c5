/*
 * One letter for each state a block can have, as the workbench names them; "open" segments in upper case. Maps show
 * letters, never colour alone.
 */
const LETTERS: Record<string, string> = {
  blank: ".",
  ready: "-",
  torn: "!",
  hot: "h",
  cold: "c",
  recovery: "r",
  checkpoint: "k",
  parity: "p",
  foreign: "?",
  newer: "n",
  "other part": "o",
};

export function letterOf(state: string): string {
  if (state.startsWith("open ")) return letterOf(state.slice(5)).toUpperCase();
  return LETTERS[state] ?? "?";
}
