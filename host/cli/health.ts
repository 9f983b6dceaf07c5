/*
 * `stat`, `verify` and `scrub`: how full, how worn, whether everything reads back, and whether it will go on doing so.
 */

import type { ScrubReport, Stat, VerifyReport } from "../index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { bytesInWords, plural, table } from "./words.js";

export const stat: Command = {
  name: "stat",
  group: "image",
  summary: "how many records, how full, how worn",
  usage: "",
  example: "holdfast stat --json",
  keys: {
    image: "path",
    geometry: "kind, blockBytes, blockCount, pageBytes, programBytes",
    records: "how many records",
    counts: "records of each kind",
    payloadBytes: "bytes of all bodies",
    flash: "bytes, liveBytes, freeBytes, badBlocks, eraseMax, eraseMean",
    ram: "fixedBytes, indexBytes, capacity (records the index can hold)",
    damagedUnknown: "records lost to damage whose key is not known",
    formatVersion: "major.minor",
    outerParity: "sealed blocks to one parity block, 0 none",
    changes: "ready, hesitant (three mounts failed in their recovery; the next change makes it), or what a change is refused with",
  },
  options: {},
  arity: [0, 0],
  writes: false,
  run: async (call) =>
    withAgent(call, "read", async (agent, flash) => {
      const figures = await agent.stat();
      return { json: { image: call.imagePath, geometry: flash.geometry, ...figures }, lines: statLines(call.imagePath, figures) };
    }),
};

function statLines(image: string, figures: Stat): string[] {
  const { flash, ram } = figures;
  const kinds = Object.entries(figures.counts).filter(([, count]) => count > 0);
  return table([
    ["image", image],
    ["records", `${figures.records}${kinds.length > 0 ? ` (${kinds.map(([kind, count]) => `${kind} ${count}`).join(", ")})` : ""}`],
    ["payload", bytesInWords(figures.payloadBytes)],
    ["flash", `${bytesInWords(flash.bytes)}: ${bytesInWords(flash.liveBytes)} live, ${bytesInWords(flash.freeBytes)} free`],
    ["bad blocks", String(flash.badBlocks)],
    ["erases a block", `mean ${flash.eraseMean.toFixed(2)}, most ${flash.eraseMax}`],
    ["RAM", `${bytesInWords(ram.fixedBytes)} fixed, ${bytesInWords(ram.indexBytes)} index, room for ${plural(ram.capacity, "record")}`],
    ["damaged, unknown", String(figures.damagedUnknown)],
    ["format", figures.formatVersion],
    ...(figures.outerParity === 0 ? [] : [["outer parity", `one block to ${figures.outerParity}: any one sealed block may be lost`]]),
    ...(figures.changes === "READ_ONLY" ? [] : [["changes", figures.changes]]),
  ]);
}

export const verify: Command = {
  name: "verify",
  group: "safety",
  summary: "read every record back and check it",
  usage: "",
  example: "holdfast verify -i handset.flash",
  details: "Exit 0: all well. 20: bits had rotted and were mended in reading. 21: something is damaged; the list says what.",
  keys: {
    image: "path",
    records: "records looked at",
    ok: "records that read back whole, corrected ones included",
    corrected: "records or units mended in reading",
    damaged: "array of {kind, id}",
    damagedUnknown: "records lost to damage whose key is not known",
  },
  options: {},
  arity: [0, 0],
  writes: false,
  run: runVerify,
};

async function runVerify(call: Call): Promise<Outcome> {
  const report = await withAgent(call, "read", (agent) => onImage(call, async () => agent.verify()));
  const exitCode = exitOf(report);
  if (exitCode === EXIT.DAMAGED)
    call.terminal.say(call.terminal.alarm("damage found: put the records named here again from a copy; all others are whole"));
  if (exitCode === EXIT.REPAIRED) call.terminal.say("bits had rotted; every record was mended in reading and is whole");
  return { exitCode, json: { image: call.imagePath, ...report }, lines: verifyLines(report) };
}

function exitOf(report: VerifyReport): number {
  if (report.damaged.length > 0 || report.damagedUnknown > 0) return EXIT.DAMAGED;
  return report.corrected > 0 ? EXIT.REPAIRED : EXIT.OK;
}

function verifyLines(report: VerifyReport): string[] {
  return [
    `records ${report.records}, ok ${report.ok}, corrected ${report.corrected}, damaged ${report.damaged.length}, damaged unknown ${report.damagedUnknown}`,
    ...report.damaged.map(({ kind, id }) => `damaged ${kind} ${id}`),
  ];
}

export const scrub: Command = {
  name: "scrub",
  group: "safety",
  summary: "read everything, and move what has begun to rot",
  usage: "",
  example: "holdfast scrub -i handset.flash",
  details:
    "Exit 0: all well. 20: something was mended in reading, or moved while it still reads. 21: something is damaged, or wants to be moved and could not be, or with --dry-run was not.",
  keys: {
    image: "path",
    records: "records looked at",
    relocated: "records, chunks and seals of blocks that were given a new home",
    corrected: "records or chunks mended in reading; few rotten bytes stay where they are",
    left: "what wants a new home and could have none, or with --dry-run was given none",
    damaged: "array of {kind, id}",
    damagedUnknown: "records lost to damage whose key is not known",
    dryRun: "true when nothing was written",
  },
  options: {},
  arity: [0, 0],
  writes: true,
  run: runScrub,
};

async function runScrub(call: Call): Promise<Outcome> {
  const report = await withAgent(call, call.dryRun ? "read" : "write", (agent) => onImage(call, async () => agent.scrub()));
  const exitCode = exitOfScrub(report);
  if (report.damaged.length + report.damagedUnknown > 0)
    call.terminal.say(call.terminal.alarm("damage found: put the records named here again from a copy; all others are whole"));
  if (report.left > 0)
    call.terminal.say(
      call.terminal.alarm(
        `${plural(report.left, "place")} began to rot and still ${report.left === 1 ? "reads" : "read"}: ${
          call.dryRun ? "run it without --dry-run" : "make room with `holdfast rm` and run it again"
        }`,
      ),
    );
  if (exitCode === EXIT.REPAIRED) call.terminal.say("bits had rotted; every record is whole");
  return { exitCode, json: { image: call.imagePath, ...report, dryRun: call.dryRun }, lines: scrubLines(report) };
}

function exitOfScrub({ relocated, corrected, left, damaged, damagedUnknown }: ScrubReport): number {
  if (damaged.length + damagedUnknown + left > 0) return EXIT.DAMAGED;
  return relocated + corrected > 0 ? EXIT.REPAIRED : EXIT.OK;
}

function scrubLines({ records, relocated, corrected, left, damaged, damagedUnknown }: ScrubReport): string[] {
  return [
    `records ${records}, relocated ${relocated}, corrected ${corrected}, left ${left}, damaged ${damaged.length}, damaged unknown ${damagedUnknown}`,
    ...damaged.map(({ kind, id }) => `damaged ${kind} ${id}`),
  ];
}
