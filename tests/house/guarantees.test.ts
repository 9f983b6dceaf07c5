/*
 * docs/guarantees.md promises nothing that no command shows: each command there exists, with its options and names.
 */
import { existsSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "../../host/cli/arguments.js";
import { powercut } from "../../host/cli/powercut.js";
import { SIZES } from "../../host/cli/powercut-campaigns.js";
import { CAMPAIGNS } from "../../host/proof/campaigns.js";
import { filesUnder } from "../support/source-tree.js";

const house = suite("house/guarantees");
const page = readFileSync("docs/guarantees.md", "utf8");
const scripts: Record<string, string> = JSON.parse(readFileSync("package.json", "utf8")).scripts;
const tests = filesUnder("tests").filter((file) => file.endsWith(".test.ts"));

/** What is wrong with a command; undefined = it can be run. */
function problemOf(command: string): string | undefined {
  const words = command.split(" ");
  if (command.startsWith("npx holdfast powercut")) return problemOfPowercut(words.slice(3));
  if (command.startsWith("npm run ")) return words[2]! in scripts ? undefined : `no script ${words[2]}`;
  if (!command.startsWith("node --import tsx ")) return "no known kind of command";
  const [file, ...names] = words.slice(3);
  if (!existsSync(file!)) return `no file ${file}`;
  const known = file === "tests/run.ts" ? (name: string) => tests.some((test) => test.includes(name)) : (name: string) => name in CAMPAIGNS;
  const missing = names.find((name) => !known(name));
  return missing && `nothing is named ${missing}`;
}

function problemOfPowercut(words: string[]): string | undefined {
  try {
    const { values } = parse(powercut, words);
    const names = String(values.campaign ?? "all").split(",");
    const missing = names.find((name) => name !== "all" && !(name in CAMPAIGNS));
    if (missing !== undefined) return `no campaign ${missing}`;
    return values.size === undefined || SIZES.some((size) => size === values.size) ? undefined : `no size ${values.size}`;
  } catch (error) {
    return (error as Error).message;
  }
}

house("every command named there can be run", () => {
  const commands = [...page.matchAll(/`((?:npx|npm run|node) [^`]+)`/g)].map((match) => match[1]!);
  assert.ok(commands.length > 15, `${commands.length} commands`);
  for (const command of commands) assert.is(problemOf(command), undefined, command);
});

house("every row of the table has its command, and every campaign its row", () => {
  const rows = page.split("\n").filter((line) => /^\| (?!cut during|---)/.test(line));
  for (const row of rows) assert.match(row, /\| `(npx|node|npm)[^`]+` \|$/);
  for (const name of Object.keys(CAMPAIGNS)) assert.ok(page.includes(`--campaign ${name}`), `no row is shown by ${name}`);
});

house("a command that does not exist is seen", () => {
  assert.is(problemOf("npx holdfast powercut --campaign sorms"), "no campaign sorms");
  assert.is(problemOf("npx holdfast powercut --campain storms"), "unknown option");
  assert.is(problemOf("npm run harnes"), "no script harnes");
  assert.is(problemOf("node --import tsx tests/run.ts harness/nowhere"), "nothing is named harness/nowhere");
  assert.is(problemOf("node --import tsx tests/harness/main.ts storm"), "nothing is named storm");
});

house.run();
