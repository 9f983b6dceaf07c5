import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drill } from "../../../../host/backup/drill.js";
import { openBackup } from "../../../../host/backup/read.js";
import { sourceOf } from "../../../../host/backup/source.js";
import { makeBackup } from "../../../../host/backup/write.js";
import { household, idOf, SMALL } from "./household.js";

const test = suite("host/backup/drill");
const { bytes } = makeBackup(await household(), { geometry: SMALL, wallMs: 1e12 });

test("every record comes back equal from a part of the other kind", async () => {
  const { geometry, records, equal, missing } = await drill(sourceOf("x.zip", bytes, openBackup(bytes)));
  assert.equal([geometry.kind, records, equal, missing], ["nand", 18, 18, []]);
  const nand = makeBackup(await household(), { geometry: { ...SMALL, kind: "nand" }, wallMs: 1e12 }).bytes;
  assert.is((await drill(sourceOf("x.zip", nand, openBackup(nand)))).geometry.kind, "nor");
});

test("a body that cannot be read, and one that reads otherwise the second time, are named", async () => {
  const source = sourceOf("x.zip", bytes, openBackup(bytes));
  const reads = new Map<string, number>();
  const shaky = {
    ...source,
    body: (record: Parameters<typeof source.body>[0]) => {
      const key = `${record.kind} ${record.id}`;
      reads.set(key, (reads.get(key) ?? 0) + 1);
      if (key === `contact ${idOf(3)}`) return openBackup(bytes.slice(0, 100)).body(record);
      return key === `note ${idOf(2)}` && reads.get(key)! > 1 ? new Uint8Array(5) : source.body(record);
    },
  };
  const { equal, missing } = await drill(shaky);
  assert.is(equal, 16);
  assert.match(
    missing.map(({ kind, id, why }) => `${kind} ${id} ${why}`).join("\n"),
    /^contact 0{15}3 truncated.*\nnote 0{15}2 it came back different$/s,
  );
});

test.run();
