/*
 * `holdfast demo`: the main job, on an embedded default.
 */

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLines } from "../demo/closing.js";
import { type HouseholdTally, playHousehold } from "../demo/household.js";
import { Story, type Tally } from "../demo/story.js";
import { type SourceFile, sourceFiles } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, Failure, usage } from "./exit.js";
import { asCount, plural } from "./words.js";

const DEFAULT_PULLS = 260;
/** Of the second handset, while it restores. */
const RESTORE_PULLS = 12;

export const demo: Command = {
  name: "demo",
  group: "proof",
  summary: "October 2009 with the ending changed: the battery is pulled again and again, then the cloud loses its copy",
  usage: "[FOLDER] [--seed S] [--pulls N]",
  example: "holdfast demo ~/contacts --seed 7 --pulls 500",
  details:
    "Imports FOLDER (default: the address book and calendar of the project), edits, deletes and fills a simulated 8 MiB serial NOR part until it compacts, and pulls the battery at random instants of all that. After every pull it boots and compares everything with a plain model in RAM. The part's bytes are in an image file at every boot; -i IMAGE keeps it. Then the handset syncs with a relay on this computer, the relay's folder is destroyed, the handset's guard stops, a re-seed fills the relay again, and a second handset restores everything from it while its battery is pulled. Exit 0 only if nothing was lost, else 23.",
  keys: {
    seed: "the seed; same seed, same story",
    folder: "what was imported",
    image: "the image file, or null when it was taken away again",
    pulls: "battery pulls",
    pullsIn: "of these during import, edits, compaction",
    pullsWhileBooting: "of these while the handset was booting",
    tornWrites: "pulls that left a write or an erase half done",
    tears: "pulls per way of tearing",
    boots: "boots that ended in a full comparison",
    imported: "records imported",
    acknowledged: "changes acknowledged",
    recordsCompared: "records compared with the model, over all boots",
    recordsAtEnd: "records read from the image file alone at the end",
    compactions: "compactions of the store",
    blockErases: "blocks erased and used again",
    household:
      "the relay and the second handset: records, pushed, deletedByEmptyRelay, reseeded, restored, pullsWhileRestoring, digest, digestsEqual, bytesOnAir",
    violations: "array of {promise, key, text}",
    lost: "0, or the story is not true",
  },
  options: {
    seed: { type: "string", value: "S", words: "another story (default: 1)" },
    pulls: { type: "string", value: "N", words: `battery pulls in all (default: ${DEFAULT_PULLS})` },
  },
  arity: [0, 1],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const seed = asCount(call.text("seed") ?? "1", "--seed", 0, 0xffffffff);
  const pulls = asCount(call.text("pulls") ?? String(DEFAULT_PULLS), "--pulls", 0, 1_000_000);
  const folder = call.arguments[0] ?? defaultFolder();
  const files = await sourceFiles(call.arguments[0] === undefined ? foldersIn(folder) : [folder]);
  // Only -i: the image of HOLDFAST_IMAGE holds somebody's records.
  const kept = call.text("image");
  if (kept !== undefined && existsSync(kept)) throw usage("there already", kept, "the demo makes a new image: name a path that is free");
  const scratch = mkdtempSync(join(tmpdir(), "holdfast-demo-"));
  try {
    const imagePath = kept ?? join(scratch, "handset.flash");
    return await tell(call, { seed, pulls, folder, files, imagePath, relayFolder: join(scratch, "relay"), kept });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Setting {
  seed: number;
  pulls: number;
  folder: string;
  files: SourceFile[];
  imagePath: string;
  relayFolder: string;
  kept: string | undefined;
}

async function tell(call: Call, { seed, pulls, folder, files, imagePath, relayFolder, kept }: Setting): Promise<Outcome> {
  const { terminal } = call;
  terminal.say(terminal.strong("October 2009: a million handsets kept contacts and calendars in RAM and in one company's cloud."));
  terminal.say("The cloud lost its copy; every handset whose battery was then pulled lost the other.");
  terminal.say("Here is that handset again, with Holdfast in it.");
  terminal.say("");
  terminal.say(`part        simulated serial NOR, 8 MiB, that enforces the rules of a real one; its bytes: ${imagePath}`);
  terminal.say(`owner       ${plural(files.length, "file")} of ${folder}, seed ${seed}`);
  const story = new Story({
    files,
    seed,
    pulls,
    imagePath,
    say: (line) => terminal.say(line),
    progress: (label, done, total) => terminal.progress(label, done, total),
    breathe: () => terminal.breathe(),
  });
  const played = await story.play();
  const { violations, ...household } = await playHousehold({
    imagePath,
    relayFolder,
    seed,
    pulls: Math.min(RESTORE_PULLS, pulls),
    say: (line) => terminal.say(line),
    breathe: () => terminal.breathe(),
  });
  const tally = joined(played, violations);
  const lines = closingLines(tally, household);
  if (kept !== undefined) terminal.say(`the image is kept: holdfast list -i ${kept}`);
  const exitCode = tally.lost === 0 ? EXIT.OK : EXIT.CUT_LOST;
  return { exitCode, json: { seed, folder, image: kept ?? null, ...tally, household }, lines };
}

/** What either half found is lost. */
function joined(tally: Tally, violations: HouseholdTally["violations"]): Tally {
  const all = [...tally.violations, ...violations];
  return { ...tally, violations: all, lost: all.length };
}

/** Beside the address book lies the program that made it: only the folders hold records. */
function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map((entry) => join(folder, entry.name)).sort();
}

/** tests/fixtures of the checkout, seen from host/cli as well as from build/host/cli. */
function defaultFolder(): string {
  for (const path of ["../../tests/fixtures", "../../../tests/fixtures"]) {
    const folder = fileURLToPath(new URL(path, import.meta.url));
    if (existsSync(folder)) return folder;
  }
  throw new Failure(
    EXIT.NOT_FOUND,
    "NO_FILE",
    "the demo's address book is not in this installation",
    "tests/fixtures",
    "name a folder with vCard and iCalendar files: holdfast demo FOLDER",
  );
}
