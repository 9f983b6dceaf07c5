/*
 * `holdfast sync`: one conversation with a relay, and what came of it in words.
 */

import type { Stat, WireOptions, WireState } from "../agent/types.js";
import { noteProof } from "../backup/index.js";
import { statusName } from "../errors.js";
import { HoldfastError } from "../index.js";
import { LinkDown, openSocket } from "../radio/socket.js";
import { Silence, type SyncOutcome, syncOver } from "../radio/sync.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, Failure } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { plural } from "./words.js";

export const sync: Command = {
  name: "sync",
  group: "radio",
  summary: "exchange changes with a relay",
  usage: "URL [--reseed] [--code CODE] [--accept-deletions]",
  example: "holdfast sync ws://127.0.0.1:4009",
  details:
    "Exit 0 only when handset and relay have the same records. Exit 22: the relay lost data, or is another one; nothing was deleted here, and --reseed fills it again. A record changed here and elsewhere is kept twice. --dry-run only greets the relay and says what it is.",
  keys: {
    url: "the relay",
    phase: "equal, guard, refused, unequal or failed; idle after --dry-run",
    detail: "number of the reason; docs/sync.md",
    pulled: "records taken from the relay",
    removed: "records removed because another handset removed them",
    pushed: "records made durable at the relay",
    conflicts: "records changed on both sides: both are kept",
    records: "records here",
    relayRecords: "records at the relay",
    digest: "16 hex digits that stand for all records here",
    relayDigest: "the same at the relay",
    joinCode: "lets another handset join",
    comparedAll: "true when everything was compared, not only what changed",
    sentBytes: "bytes sent",
    heardBytes: "bytes received",
    dryRun: "true when nothing was changed",
  },
  options: {
    reseed: { type: "boolean", words: "fill a relay again that lost its data, or a new one; nothing is deleted here" },
    "accept-deletions": { type: "boolean", words: "take over deletions of other handsets however many they are" },
    code: { type: "string", value: "CODE", words: "joins a relay that has handsets already; `holdfast sync` of one of them prints it" },
  },
  arity: [1, 1],
  writes: true,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [url] = call.arguments;
  const options: WireOptions = {
    reseed: call.given("reseed"),
    acceptDeletions: call.given("accept-deletions"),
    joinCode: call.text("code"),
    lookOnly: call.dryRun,
  };
  const outcome = await withAgent(call, call.dryRun ? "read" : "write", async (agent) => {
    const link = await reach(url);
    const onProgress = ({ pulled, pushed }: WireState) => call.terminal.progress("records exchanged", pulled + pushed);
    return call.terminal.orStopped(
      onImage(call, () =>
        syncOver(agent, link, { ...options, url, onProgress })
          .then((ended) => remembered(call, url, ended, agent.stat()))
          .catch((error) => Promise.reject(asLinkFailure(error, url))),
      ),
    );
  });
  return told(call, url, outcome);
}

/** That the relay had the same records is worth remembering; that its bytes are right is not known. */
function remembered(call: Call, url: string, ended: SyncOutcome, { storeId, nextLsn }: Stat): SyncOutcome {
  const { phase, records, digest } = ended;
  if (phase !== "equal" || call.dryRun) return ended;
  try {
    noteProof(call.imagePath, {
      place: "relay",
      path: url,
      storeId,
      toLsn: String(nextLsn - 1),
      records,
      sha256: digest,
      readMs: Date.now(),
    });
  } catch (error) {
    call.terminal.say(`that relay and handset are the same could not be kept beside the image: ${asFailure(error).message}`);
  }
  return ended;
}

async function reach(url: string) {
  try {
    return await openSocket(url);
  } catch (error) {
    if (error instanceof LinkDown)
      throw new Failure(
        EXIT.NOT_FOUND,
        "NO_RELAY",
        `the relay cannot be reached: ${error.message}`,
        url,
        "check the address, and that `holdfast serve` runs there; the handset keeps everything until it does",
      );
    throw asFailure(error, url);
  }
}

function asLinkFailure(error: unknown, url: string): unknown {
  const next = "run the same command again: it goes on where it stopped; nothing acknowledged was lost on either side";
  if (error instanceof Silence) return new Failure(EXIT.TIMED_OUT, "TIMED_OUT", error.message, url, next);
  if (error instanceof LinkDown) return new Failure(EXIT.INCOMPLETE, "LINK_LOST", `the link was lost: ${error.message}`, url, next);
  return error;
}

function told(call: Call, url: string, outcome: SyncOutcome): Outcome {
  const { terminal } = call;
  const [exitCode, words, next] = verdictOf(outcome, call.dryRun);
  terminal.say(exitCode === EXIT.OK ? words : terminal.alarm(words));
  if (next !== "") terminal.say(`  ${next}`);
  if (outcome.conflicts > 0)
    terminal.say(`${plural(outcome.conflicts, "record")} changed here and elsewhere: both are kept, ours under a new id`);
  if (exitCode === EXIT.OK && outcome.joinCode !== "" && !call.dryRun)
    terminal.say(`another handset joins with: holdfast sync ${url} --code ${outcome.joinCode}`);
  return { exitCode, json: { url, ...outcome, dryRun: call.dryRun }, lines: linesOf(outcome) };
}

function linesOf(outcome: SyncOutcome): string[] {
  const { pushed, pulled, removed, records, relayRecords, digest, relayDigest } = outcome;
  return [
    `pushed ${pushed}, pulled ${pulled}, removed ${removed}`,
    `here ${records} records ${digest}, relay ${relayRecords} records ${relayDigest}`,
  ];
}

type Told = readonly [exitCode: number, words: string, next: string];
const KEPT = "nothing was deleted here";

/** What the end of a conversation means. */
function verdictOf({ phase, detail, records, relayRecords }: WireState, dryRun: boolean): Told {
  if (phase === "guard") return GUARDS[detail] ?? [EXIT.SERVER_LOSS, `the guard stopped (reason ${detail}); ${KEPT}`, ""];
  if (phase === "refused") return REFUSALS[detail] ?? [EXIT.UNEXPECTED, `the relay refused (reason ${detail})`, ""];
  if (phase === "failed") return failedBy(detail);
  if (phase === "unequal")
    return [
      EXIT.INCOMPLETE,
      `handset (${records}) and relay (${relayRecords}) still differ after comparing everything; ${KEPT}`,
      "run it again; if it stays so, `holdfast verify` shows what is damaged here",
    ];
  if (dryRun) return [EXIT.OK, `the relay has ${plural(relayRecords, "record")}, this handset ${records}; nothing was changed`, ""];
  return [EXIT.OK, `handset and relay have the same ${plural(records, "record")}`, ""];
}

const RESEED = "`--reseed` fills it again from this handset";
const GUARDS: Record<number, Told> = {
  1: [EXIT.SERVER_LOSS, `this relay is not the one this handset knows, or lost its data; ${KEPT}`, RESEED],
  2: [EXIT.SERVER_LOSS, `the relay was set back to an older state; ${KEPT}`, RESEED],
  3: [
    EXIT.SERVER_LOSS,
    "the relay asks to delete more records than a person would; the rest was kept",
    "if it was you, on another handset: --accept-deletions; else --reseed keeps them",
  ],
};
const REFUSALS: Record<number, Told> = {
  1: [EXIT.WRONG_KEY, "the relay has handsets already and asks for its code", "`holdfast sync` of one of them prints it; then --code CODE"],
  2: [EXIT.UNEXPECTED, "another handset of this relay has the same number by chance", "`holdfast init` makes a store with another one"],
  3: [EXIT.NO_SPACE, "the relay has as many handsets as it takes", "use another relay"],
  4: [EXIT.NEWER_FORMAT, "the relay speaks another version of the protocol", "update the older of the two"],
  6: [
    EXIT.SERVER_LOSS,
    "this flash is older than what the relay has heard from it: an older copy was put back, or two handsets run on copies of one",
    "go on with the newer one; or `holdfast export --to raw`, `init` a new image, import, and sync it with --code",
  ],
  5: [
    EXIT.UNEXPECTED,
    "the relay could not store what it was sent",
    "look at what `holdfast serve` says there; this handset keeps everything",
  ],
};

function failedBy(status: number): Told {
  const name = statusName(status) ?? "IO";
  const { exitCode, message, next } = asFailure(new HoldfastError(name));
  return [exitCode, `the handset could not take over what the relay has: ${message}`, next];
}
