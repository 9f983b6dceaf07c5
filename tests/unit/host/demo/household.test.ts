/* The second half of the demo: a relay that loses everything, and a second handset that gets it all the same. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { playHousehold } from "../../../../host/demo/household.js";
import { FileFlash, presets } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";

const test = suite("host/demo/household");
const folder = mkdtempSync(join(tmpdir(), "holdfast-household-"));

async function handset(name: string, records: number): Promise<string> {
  const imagePath = join(folder, name);
  const flash = FileFlash.create(imagePath, presets["spi-nor-8m"]);
  await formatFlash(flash);
  const agent = await openAgent(flash);
  for (let i = 0; i < records; i++) agent.put(i % 2 ? "note" : "contact", `record ${i}${".".repeat(i % 7 === 0 ? 3000 : 20)}`);
  if (records > 0) agent.put("photo", new Uint8Array(90_000).fill(1));
  agent.close();
  flash.close();
  return imagePath;
}

async function play(imagePath: string, pulls: number) {
  const said: string[] = [];
  const relayFolder = join(folder, "relay");
  const tally = await playHousehold({ imagePath, relayFolder, seed: 3, pulls, say: (line) => said.push(line), breathe: async () => {} });
  assert.not.ok(existsSync(relayFolder), "the relay's folder is left behind");
  return { tally, said };
}

test("guard, re-seed, restore through battery pulls: nothing lost, digests equal", async () => {
  const { tally, said } = await play(await handset("a.flash", 60), 4);
  assert.equal(tally.violations, []);
  assert.equal([tally.records, tally.pushed, tally.reseeded, tally.restored, tally.deletedByEmptyRelay], [61, 61, 61, 61, 0]);
  assert.ok(tally.pullsWhileRestoring >= 2 && tally.pullsWhileRestoring <= 4);
  assert.ok(tally.digestsEqual);
  assert.ok(said.some((line) => /guard/.test(line)));
});

test("an empty handset meets an emptied relay: that is no loss", async () => {
  const { tally } = await play(await handset("b.flash", 0), 0);
  assert.equal(tally.records, 0);
  assert.equal(tally.violations, []);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
