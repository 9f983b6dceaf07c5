import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noteProof, type Proof, proofsOf } from "../../../../host/backup/proofs.js";

const test = suite("host/backup/proofs");
const proof = (path: string, readMs: number): Proof => ({
  place: "backup",
  path,
  storeId: "00",
  toLsn: "7",
  records: 2,
  sha256: "ab",
  readMs,
});

test("the newest proof of each copy is kept, and nothing else is left behind", () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-proofs-"));
  try {
    const image = join(folder, "a.flash");
    assert.equal(proofsOf(image), []);
    for (const one of [proof("x", 1), proof("y", 2), proof("x", 3)]) noteProof(image, one);
    assert.equal(proofsOf(image), [proof("y", 2), proof("x", 3)]);
    assert.equal(readdirSync(folder), ["a.flash.proofs.json"]);
    for (const damaged of ["", "{}", '{"version":2,"proofs":[]}', '{"version":1,"proofs":[{"place":"backup"},null,7]}']) {
      writeFileSync(`${image}.proofs.json`, damaged);
      assert.equal(proofsOf(image), []);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
