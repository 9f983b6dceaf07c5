/*
 * Help, generated from the table of commands.
 */

import { optionsOf } from "./arguments.js";
import type { Command, Group, OptionSpec } from "./command.js";
import { EXIT_WORDS } from "./exit.js";
import { table } from "./words.js";

const GROUPS: readonly Group[] = ["image", "records", "in and out", "safety", "radio", "proof"];

/** `holdfast help`: every command in a line, then what holds for all. */
export function overview(commands: readonly Command[]): string[] {
  const lines = ["holdfast: a flash store that keeps every acknowledged record", "", "usage: holdfast COMMAND [-i IMAGE] [--json] ...", ""];
  for (const group of GROUPS) {
    const rows = commands.filter((command) => command.group === group).map((command) => [`  ${command.name}`, command.summary]);
    lines.push(`${group}:`, ...padFirst(rows, 12));
  }
  return [
    ...lines,
    "",
    "`holdfast COMMAND --help` gives options, an example, and the keys of --json.",
    "The image is -i IMAGE, else HOLDFAST_IMAGE, else ./handset.flash. Data goes to stdout, talk to stderr.",
    "HOLDFAST_DEBUG=1 adds a stack trace to an error. NO_COLOR is honoured.",
    "",
    "example:",
    "  holdfast init && holdfast import contacts.vcf && holdfast list",
    "",
    "exit codes:",
    ...table(EXIT_WORDS.map(([code, words]) => [`  ${code}`, words])),
  ];
}

/** `holdfast NAME --help`. */
export function commandHelp(command: Command): string[] {
  const options = Object.entries(optionsOf(command)).map(([name, spec]) => [`  ${flagText(name, spec)}`, spec.words]);
  return [
    `holdfast ${command.name}: ${command.summary}`,
    "",
    `usage: holdfast ${command.name} ${command.usage}`.trimEnd(),
    ...(command.details === undefined ? [] : ["", ...wrap(command.details, 100)]),
    "",
    "options:",
    ...table(options),
    "",
    "example:",
    `  ${command.example}`,
    "",
    "--json prints one object:",
    ...table(Object.entries(command.keys).map(([key, words]) => [`  ${key}`, words])),
    "On failure it prints {error: {code, exitCode, message, subject, next}} instead.",
  ];
}

/** The same as data. */
export function helpAsJson(command: Command): Record<string, unknown> {
  const { name, group, summary, usage, example, keys } = command;
  return { name, group, summary, usage, example, keys, options: optionsOf(command) };
}

function flagText(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  return `${short}--${name}${spec.type === "string" ? ` ${spec.value ?? "TEXT"}` : ""}`;
}

function padFirst(rows: string[][], width: number): string[] {
  return rows.map(([first = "", second = ""]) => `${first.padEnd(width)}  ${second}`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1] as string;
    if (line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
