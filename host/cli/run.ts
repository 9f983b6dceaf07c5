/*
 * One call of the command line: finds the command, runs it, prints its outcome or its failure, answers the exit code.
 *
 * Others may take for granted that with --json stdout gets exactly one object, also on failure, and that no
 * failure shows a stack trace unless HOLDFAST_DEBUG=1.
 */

import { readFileSync } from "node:fs";
import { commandFirst, nearest, type Parsed, parse } from "./arguments.js";
import type { Call, Command, Outcome } from "./command.js";
import { COMMANDS } from "./commands.js";
import { asFailure, EXIT, usage } from "./exit.js";
import { commandHelp, helpAsJson, overview } from "./help.js";
import type { Terminal } from "./terminal.js";
import { jsonText } from "./words.js";

const DEFAULT_IMAGE = "./handset.flash";

/** Runs `argv` (without node and script). Never throws: answers the exit code. */
export async function run(argv: string[], terminal: Terminal): Promise<number> {
  const json = argv.includes("--json");
  try {
    const outcome = await dispatch(commandFirst(argv), terminal);
    await print(outcome, json, terminal);
    return outcome.exitCode ?? EXIT.OK;
  } catch (error) {
    return tell(error, json, terminal);
  }
}

async function dispatch(argv: string[], terminal: Terminal): Promise<Outcome> {
  const [name, ...rest] = argv;
  const plainWords = argv.filter((word) => word !== "--json");
  if (name === "--version" || name === "version") return version();
  if (plainWords.length === 0)
    throw usage("no command given", "", "`holdfast help` lists the commands; `holdfast demo` shows what it does");
  if (name === "help" || plainWords[0] === "--help" || plainWords[0] === "-h") return help(rest.filter((word) => !word.startsWith("-"))[0]);
  const command = commandNamed(name as string);
  const parsed = parse(command, rest);
  if (parsed.values.help === true) return help(command.name);
  return command.run(callOf(parsed, terminal));
}

function commandNamed(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const near = nearest(name, [...COMMANDS.map((command) => command.name), "help"]);
  throw usage(
    name.startsWith("-") ? "unknown option" : "unknown command",
    name,
    `${near === undefined ? "" : `did you mean ${near}? `}\`holdfast help\` lists the commands`,
  );
}

function help(name: string | undefined): Outcome {
  if (name === undefined) return { json: { commands: COMMANDS.map(helpAsJson) }, lines: overview(COMMANDS) };
  const command = commandNamed(name);
  return { json: helpAsJson(command), lines: commandHelp(command) };
}

function version(): Outcome {
  // From host/cli as well as from build/host/cli the nearest package.json upwards is the package's own.
  const here = new URL(import.meta.url);
  const manifest = ["../../package.json", "../../../package.json"]
    .map((path) => new URL(path, here))
    .map(readIfThere)
    .find(Boolean);
  const { version: number } = JSON.parse(manifest ?? '{"version":"unknown"}') as { version: string };
  return { json: { version: number }, lines: [number] };
}

function readIfThere(url: URL): string | undefined {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return undefined;
  }
}

function callOf(parsed: Parsed, terminal: Terminal): Call {
  const { positionals, values, lists } = parsed;
  const { environment } = terminal.streams;
  return {
    arguments: positionals,
    text: (option) => (typeof values[option] === "string" ? values[option] : undefined),
    all: (option) => lists[option] ?? [],
    given: (option) => values[option] !== undefined,
    imagePath: (values.image as string | undefined) ?? (environment.HOLDFAST_IMAGE || DEFAULT_IMAGE),
    dryRun: values["dry-run"] === true,
    json: values.json === true,
    terminal,
    environment: (name) => environment[name],
  };
}

async function print(outcome: Outcome, json: boolean, terminal: Terminal): Promise<void> {
  if (outcome.told) return;
  if (json) return terminal.data(`${jsonText(outcome.json)}\n`);
  if (outcome.bytes !== undefined) return terminal.data(outcome.bytes);
  const lines = outcome.lines ?? [];
  if (lines.length > 0) await terminal.data(`${lines.join("\n")}\n`);
}

async function tell(error: unknown, json: boolean, terminal: Terminal): Promise<number> {
  const { exitCode, code, message, subject, next } = asFailure(error);
  terminal.say(`holdfast: ${terminal.alarm(message)}${message.includes(subject) ? "" : `: ${subject}`}`);
  if (next !== "") terminal.say(`  ${next}`);
  if (terminal.streams.environment.HOLDFAST_DEBUG === "1" && error instanceof Error) terminal.say(error.stack ?? "");
  if (json) await terminal.data(`${jsonText({ error: { code, exitCode, message, subject, next } })}\n`);
  return exitCode;
}
