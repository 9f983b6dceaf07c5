/*
 * The shape of a command: one row of the table from which dispatch and help are both made.
 *
 * Others may take for granted that a command never prints its result itself: it returns an Outcome, and the
 * runner prints it as text or as the one JSON object of `--json`.
 */

import type { Terminal } from "./terminal.js";

export interface OptionSpec {
  type: "string" | "boolean";
  short?: string;
  /** What the value is called in help: `--preset NAME`. */
  value?: string;
  /** May be given several times; its values then come as one, with commas between. */
  many?: true;
  words: string;
}

export type Group = "image" | "records" | "in and out" | "safety" | "radio" | "proof";

export interface Command {
  name: string;
  group: Group;
  summary: string;
  /** Arguments after the name: `KIND [FILE]`. */
  usage: string;
  example: string;
  /** More words for `holdfast NAME --help`. */
  details?: string;
  /** Keys of the object that --json prints. */
  keys: Record<string, string>;
  options: Record<string, OptionSpec>;
  /** Fewest and most positional arguments. */
  arity: readonly [least: number, most: number];
  /** Changes something: takes --dry-run. */
  writes: boolean;
  run(call: Call): Promise<Outcome>;
}

/** One call of a command, arguments already checked against its row. */
export interface Call {
  arguments: string[];
  /** Value of a string option, or undefined. */
  text(option: string): string | undefined;
  /** Every value of a string option that may be given several times, in order. */
  all(option: string): string[];
  /** Whether a boolean option was given. */
  given(option: string): boolean;
  imagePath: string;
  dryRun: boolean;
  json: boolean;
  terminal: Terminal;
  environment(name: string): string | undefined;
}

export interface Outcome {
  exitCode?: number;
  /** The object of --json. */
  json: Record<string, unknown>;
  /** What stdout gets without --json: lines, or raw bytes. */
  lines?: string[];
  bytes?: Uint8Array;
  /** It is printed already, in either form: a command that serves says where as soon as it does. */
  told?: boolean;
}

/** Options that every command takes. */
export const GLOBAL_OPTIONS: Record<string, OptionSpec> = {
  image: { type: "string", short: "i", value: "IMAGE", words: "the flash image (default: HOLDFAST_IMAGE, else ./handset.flash)" },
  json: { type: "boolean", words: "print exactly one JSON object on stdout" },
  help: { type: "boolean", short: "h", words: "show this help" },
};

export const DRY_RUN: OptionSpec = { type: "boolean", words: "say what would be done; write nothing" };
