/*
 * Arguments: from argv to a checked call. Every mistake is a usage failure that names it and the nearest known word.
 */

import { parseArgs } from "node:util";
import { type Command, DRY_RUN, GLOBAL_OPTIONS, type OptionSpec } from "./command.js";
import { usage } from "./exit.js";

export interface Parsed {
  positionals: string[];
  values: Record<string, string | boolean>;
  /** Every value of each string option, in order. */
  lists: Record<string, string[]>;
}

/** All options a command takes, global ones included. */
export function optionsOf(command: Command): Record<string, OptionSpec> {
  return { ...command.options, ...(command.writes ? { "dry-run": DRY_RUN } : {}), ...GLOBAL_OPTIONS };
}

/** Parses the arguments after the command's name. Errors: usage failures. */
export function parse(command: Command, argv: string[]): Parsed {
  const specs = optionsOf(command);
  const options = Object.fromEntries(Object.entries(specs).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]));
  const { tokens } = parseArgs({ args: argv, options, strict: false, tokens: true, allowPositionals: true });
  const parsed: Parsed = { positionals: [], values: {}, lists: {} };
  for (const token of tokens) {
    if (token.kind === "positional") parsed.positionals.push(token.value);
    if (token.kind !== "option") continue;
    const value = optionValue(command, specs, token);
    const before = parsed.values[token.name];
    if (typeof value === "string") parsed.lists[token.name] = [...(parsed.lists[token.name] ?? []), value];
    parsed.values[token.name] = specs[token.name]?.many && before !== undefined ? `${before},${value}` : value;
  }
  if (parsed.values.help !== true) checkArity(command, parsed.positionals);
  return parsed;
}

interface OptionToken {
  name: string;
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

function optionValue(command: Command, specs: Record<string, OptionSpec>, token: OptionToken): string | boolean {
  const spec = specs[token.name];
  const help = `\`holdfast ${command.name} --help\` lists the options`;
  if (spec === undefined || !Object.hasOwn(specs, token.name)) {
    const near = nearest(token.name, Object.keys(specs));
    throw usage("unknown option", token.rawName, near === undefined ? help : `did you mean --${near}? ${help}`);
  }
  if (spec.type === "boolean") {
    if (token.value !== undefined) throw usage("this option takes no value", token.rawName, help);
    return true;
  }
  const swallowed = token.inlineValue === false && token.value !== undefined && /^-./.test(token.value);
  if (token.value === undefined || swallowed) throw usage(`this option needs a value (${spec.value ?? "TEXT"})`, token.rawName, help);
  return token.value;
}

function checkArity(command: Command, positionals: string[]): void {
  const [least, most] = command.arity;
  const line = `usage: holdfast ${command.name} ${command.usage}`.trim();
  if (positionals.length < least) throw usage("too few arguments", command.name, line);
  const extra = positionals[most];
  if (extra !== undefined) throw usage("one argument too many", extra, line);
}

/** Moves global options that stand before the command behind it: `holdfast -i X list` is `holdfast list -i X`. */
export function commandFirst(argv: string[]): string[] {
  const before: string[] = [];
  let rest = argv;
  while (rest[0] !== undefined && rest[0] !== "-" && rest[0].startsWith("-")) {
    const takesNext = rest[0] === "-i" || rest[0] === "--image";
    before.push(...rest.slice(0, takesNext ? 2 : 1));
    rest = rest.slice(takesNext ? 2 : 1);
  }
  const [name, ...after] = rest;
  return name === undefined ? before : [name, ...before, ...after];
}

/** The known word with the fewest edits to `word`, when it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = candidate.startsWith(word) ? 1 : editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
