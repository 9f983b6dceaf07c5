import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noteProof } from "../../../../host/backup/proofs.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/status");

test("ONE COPY, then SAFE with a backup that was read back, then ONE COPY for what came later or when the backup is gone", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const status = async () => (await holdfast(["status", "-i", image, "--json"])).json;
    assert.equal([(await status()).state, (await status()).next], ["SAFE", "nothing is stored yet"]);
    writeFileSync(path("n.txt"), "milk");
    await holdfast(["put", "note", path("n.txt"), "-i", image]);
    assert.is((await status()).state, "ONE COPY");
    assert.match((await status()).next, /`holdfast backup DEST` on a disk or card of its own: 1 on the handset alone/);
    await holdfast(["backup", path("b.zip"), "-i", image]);
    const safe = await holdfast(["status", "-i", image]);
    assert.is(safe.exitCode, 0);
    assert.match(
      safe.stdout,
      /^SAFE\nnote {2}SAFE {2}1: 1 on 2 places\nhandset: read back now\nbackup .*b\.zip: read back 20.*Z, rehearsed 20.*Z\nnext: nothing\n$/,
    );
    writeFileSync(path("n.txt"), "bread");
    await holdfast(["put", "note", path("n.txt"), "-i", image]);
    const { state, kinds, copies } = await status();
    assert.equal([state, kinds[0].safe, kinds[0].oneCopy, copies[0].isThere], ["ONE COPY", 1, 1, true]);
    const bytes = readFileSync(path("b.zip"));
    bytes[100]! ^= 1;
    writeFileSync(path("b.zip"), bytes);
    assert.equal([(await status()).kinds[0].safe, (await status()).copies[0].isThere], [0, false]);
    noteProof(image, { place: "relay", path: "ws://relay", storeId: "0", toLsn: "1", records: 2, sha256: "", readMs: 0 });
    assert.match(
      (await holdfast(["status", "-i", image])).stdout,
      /relay ws:\/\/relay: the same 2 records by digest 1970-.*; its bytes were never read back/,
    );
    assert.is((await status()).state, "ONE COPY");
    renameSync(path("b.zip"), path("c.zip"));
    assert.match((await holdfast(["status", "-i", image])).stdout, /not there any more, or changed/);
  }));

test("a backup that needs an earlier one proves only what is in it, once the earlier one is gone", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const note = (text: string) => holdfast(["put", "note", "-", "-i", image], { stdin: text });
    await note("milk");
    await holdfast(["backup", path("b.zip"), "-i", image]);
    await note("bread");
    await holdfast(["backup", path("c.zip"), "--since", path("b.zip"), "-i", image]);
    const status = async () => (await holdfast(["status", "-i", image, "--json"])).json;
    assert.is((await status()).state, "SAFE");
    renameSync(path("b.zip"), path("elsewhere.zip"));
    const { state, kinds } = await status();
    assert.equal([state, kinds[0].safe, kinds[0].oneCopy], ["ONE COPY", 1, 1]);
  }));

test.run();
