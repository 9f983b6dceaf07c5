/*
 * The unit tests of the core, all in one process, to be recorded as the shipped build would see them.
 *
 *   HOLDFAST_RECORD=FOLDER HOLDFAST_RECORD_DOOR=device node --import tsx --import ./tests/coverage/recorder.ts tests/mutation/units.ts
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { filesUnder } from "../support/source-tree.js";

/** The tests of base and flash call inner functions alone. */
const LEFT_OUT = /assembly\/(base|flash)\//;

interface Uvu {
  UVU_DEFER: boolean;
  UVU_QUEUE: unknown[][];
  UVU_INDEX: number;
}
const uvu = globalThis as unknown as Uvu;
uvu.UVU_DEFER = true;
uvu.UVU_QUEUE = [];
for (const file of filesUnder("tests/unit/assembly", ".test.ts").filter((name) => !LEFT_OUT.test(name))) {
  uvu.UVU_INDEX = uvu.UVU_QUEUE.push([file]) - 1;
  await import(pathToFileURL(resolve(file)).href);
}
const { exec } = (await import("uvu")) as unknown as { exec: () => Promise<void> };
await exec();
