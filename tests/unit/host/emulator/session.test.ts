import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sampleCards } from "../../../../host/emulator/sample.js";
import { mix } from "../../../../host/flash/mix.js";
import { bytesOf } from "../../../../host/proof/chance.js";
import { type OpenedPage, openPage, reload } from "./opened-page.js";

const test = suite("host/emulator/session");

async function withPeople(): Promise<OpenedPage> {
  const opened = openPage();
  await opened.session.ready();
  await opened.session.importText("people.vcf", sampleCards());
  return opened;
}

test("import, pull, boot: all that was acknowledged is there, and the report has exact counts", async () => {
  const { session } = await withPeople();
  const pull = await session.pullBattery({ seed: 3, operations: 5, tear: "bits" });
  assert.is(session.power, "out");
  assert.equal([pull.op, pull.operation, pull.tear], [4, "program", "bits"]);
  const boot = await session.boot();
  assert.is(session.power, "on");
  assert.equal([boot.records, boot.lost], [26, 0]);
  assert.equal((await session.get(pull.draft.kind, pull.draft.id))?.body, pull.draft.body);
});

test("importing the same people again adds nobody", async () => {
  const { session } = await withPeople();
  const { added, unchanged } = await session.importText("people.vcf", sampleCards());
  assert.equal([added, unchanged], [0, 25]);
});

test("the same seed pulls at the same operation; the operation can be chosen, and must be one", async () => {
  const ops: number[] = [];
  for (let i = 0; i < 2; i++) {
    const { session } = await withPeople();
    ops.push((await session.pullBattery({ seed: 77 })).op);
  }
  assert.is(ops[0], ops[1]);
  const { session } = await withPeople();
  assert.is(await session.pullBattery({ operations: 0 }).catch((thrown) => thrown.code), "INVALID");
  assert.is((await session.pullBattery({ operations: 1 })).op, 0);
});

test("a hundred and fifty pulls, every third one followed by another in the middle of the boot, on a part that needs room: 0 lost", async () => {
  const { session } = await withPeople();
  const kindOf = (number: number) => (number < 40 ? "photo" : "mail"); // pictures do not take all of it
  for (let i = 0; i < 110; i++)
    await session.put(kindOf(i % 70), bytesOf(i, 1, 0, 9000, true), { id: (i % 70).toString(16).padStart(16, "0") });
  const hit = new Set<string>();
  for (let round = 1; round <= 150; round++) {
    const { operation, tear } = await session.pullBattery({ seed: round });
    hit.add(`${operation} ${tear}`);
    if (round % 3 === 0) {
      const again = await session.boot({ operations: 1 + (mix(round, 5) % 6) }).catch((thrown) => thrown);
      if (again.name === "PowerCut") hit.add(`boot: ${again.operation} ${again.tear}`);
    }
    const { lost, violations } = await session.boot();
    assert.is(lost, 0, `round ${round}: ${JSON.stringify(violations)}`);
  }
  const kinds = [...hit].sort().join(", ");
  assert.match(kinds, "boot: erase");
  assert.match(kinds, "boot: program");
  assert.match(kinds, /(^|, )erase /); // writing erases only to make room
  console.log(`150 pulls: ${kinds}`);
  assert.equal((await session.verify()).damaged, []);
});

test("a page loaded anew finds the flash byte for byte, and the records", async () => {
  const first = await withPeople();
  const listed = await first.session.list("contact");
  const left = await first.session.flashSha256();
  const second = reload(first).session;
  const boot = await second.ready();
  assert.is(boot.flashSha256, left);
  assert.is(boot.isNew, false);
  assert.equal(await second.list("contact"), listed);
});

test("a flash that another tab holds is LOCKED, and can be had when it is given back", async () => {
  const first = await withPeople();
  const second = openPage(first.file).session;
  const waiting = second.ready();
  first.file.isOpen = false;
  assert.is((await waiting).records, 25); // it waited for the other page to be gone
});

test("removing is a change like others; formatting needs force, and without it nothing is touched", async () => {
  const { session } = await withPeople();
  const [{ kind, id }] = await session.list();
  await session.remove(kind, id);
  assert.equal([(await session.boot()).records, (await session.boot()).lost], [24, 0]);
  assert.is(await session.remove(kind, id).catch((thrown) => thrown.code), "NOT_FOUND");
  assert.is(await session.format().catch((thrown) => thrown.code), "BUSY");
  assert.is(session.power, "on");
  assert.is((await session.list()).length, 24);
  assert.is((await session.format({ force: true })).records, 0);
  assert.is((await session.flashMap()).blocks.length, 256);
  assert.ok((await session.blockLines(0)).length > 0);
  assert.is(await session.wasmSha256(), "abc");
});

test.run();
