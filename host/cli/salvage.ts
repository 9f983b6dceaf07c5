/*
 * `salvage`: what reads whole on an image that cannot be opened any more, as a backup to restore from.
 */

import { existsSync } from "node:fs";
import { makeBackup } from "../backup/index.js";
import { salvage as salvageFlash } from "../salvage/index.js";
import { writeBackup } from "./backup.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, usage } from "./exit.js";
import { openPart } from "./image.js";
import { plural } from "./words.js";

export const salvage: Command = {
  name: "salvage",
  group: "safety",
  summary: "everything that reads whole on a damaged image, as a backup to restore from",
  usage: "IMAGE DEST.zip [--preset NAME]",
  example: "holdfast salvage broken.flash found.zip",
  details:
    "Reads block by block, without a mount; labels, headers and pages may be gone. Nothing is made up: what comes back was put, by its checksums. Whether something newer was there cannot be known: " +
    "an older version may come back, or a record whose removal is lost. Then `holdfast restore DEST.zip -i new.flash`. Exit 21: records read in part, and are named. --preset names the part when the image does not say it.",
  keys: {
    image: "path",
    path: "the backup; null in a dry run",
    storeId: "of the store, as its labels say",
    records: "in the backup",
    incomplete: "array of {kind, id, why}: their newest version reads in part",
    removed: "keys whose newest version is their removal",
    blocks: "blocks in which something was found",
    dryRun: "true when nothing was written",
  },
  options: { preset: { type: "string", value: "NAME", words: "take this geometry instead of asking the labels" } },
  arity: [2, 2],
  writes: true,
  run: runSalvage,
};

async function runSalvage(call: Call): Promise<Outcome> {
  const [image, path] = call.arguments as [string, string];
  if (existsSync(path)) throw usage("there already, and a backup is never written over", path, "name another file");
  const flash = openPart(call, image);
  try {
    const found = salvageFlash(flash, (done, total) => call.terminal.progress("block", done, total));
    const made = makeBackup(asStore(found), { geometry: flash.geometry, wallMs: Date.now() });
    if (!call.dryRun) writeBackup(path, made);
    for (const { kind, id, why } of found.incomplete) call.terminal.say(call.terminal.alarm(`in part: ${kind} ${id}: ${why}`));
    call.terminal.say(
      `${call.dryRun ? "would save" : "saved"} ${plural(found.records.length, "record")} of ${plural(found.blocks, "block")} to ${path}`,
    );
    const { storeId, incomplete, removed, blocks } = found;
    const json = {
      image,
      path: call.dryRun ? null : path,
      storeId,
      records: found.records.length,
      incomplete,
      removed,
      blocks,
      dryRun: call.dryRun,
    };
    return { exitCode: incomplete.length > 0 ? EXIT.DAMAGED : EXIT.OK, json, lines: [] };
  } catch (error) {
    throw asFailure(error, image);
  } finally {
    flash.close();
  }
}

/** What was found, as a backup asks a store for it. */
function asStore({ records, storeId, newestLsn }: ReturnType<typeof salvageFlash>): Parameters<typeof makeBackup>[0] {
  const byKey = new Map(records.map((record) => [`${record.kind} ${record.id}`, record]));
  return {
    stat: () => ({ storeId, nextLsn: Number(newestLsn) + 1, damagedUnknown: 0, records: records.length }),
    list: () => records,
    get: (kind, id) => byKey.get(`${kind} ${id}`),
  };
}
