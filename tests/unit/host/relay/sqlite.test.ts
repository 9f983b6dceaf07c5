/* The relay's book: what it keeps, in which order, and what it refuses to open. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSqliteStore } from "../../../../host/relay/sqlite.js";
import { openDatabase } from "../../../../host/relay/sqlite-engine.js";
import type { RelayRecord } from "../../../../host/relay/store.js";
import { versionHash } from "../../../../host/relay/version.js";

const test = suite("host/relay/sqlite");
const folder = mkdtempSync(join(tmpdir(), "holdfast-sqlite-"));
let count = 0;
const newFolder = () => join(folder, String(count++));

function record(id: bigint, counter: number, { handset = 1, removed = false, bytes = 4 } = {}): RelayRecord {
  const body = new Uint8Array(removed ? 0 : bytes).fill(counter);
  return { kind: 3, id, removed, codec: 0, wallMs: 5, version: new Map([[handset, counter]]), meta: new Uint8Array(0), body };
}

const newcomer = (storeId: bigint, number: number, code: bigint, nextLsn = 100) => ({ storeId, number, code, nextLsn });

test("a handset that has made fewer changes than were heard of it is older", async () => {
  const store = await openSqliteStore();
  await store.enrol(newcomer(1n, 1, 0n));
  await store.put(
    [
      record(1n, 50),
      {
        ...record(2n, 60),
        version: new Map([
          [1, 70],
          [2, 3],
        ]),
      },
    ],
    2,
  );
  assert.is(await store.enrol(newcomer(1n, 1, 0n, 71)), "known");
  assert.is(await store.enrol(newcomer(1n, 1, 0n, 70)), "older");
});

test("count and digest follow every change, and are there again when it is opened again", async () => {
  const path = newFolder();
  let store = await openSqliteStore(path);
  await store.put([record(1n, 1), record(2n, 2), record(3n, 3)], 1);
  await store.put([record(1n, 4), record(2n, 5, { removed: true })], 1);
  const expected = [record(1n, 4), record(3n, 3)].reduce((sum, one) => sum + versionHash(3, one.id, one.version), 0n);
  const before = await store.identity();
  assert.equal([before.records, before.digest, before.seq], [2, BigInt.asUintN(64, expected), 5]);
  await store.close();
  store = await openSqliteStore(path);
  assert.equal(await store.identity(), before);
  await store.close();
});

test("two relays are two incarnations", async () => {
  const [a, b] = [await openSqliteStore(), await openSqliteStore()];
  assert.not.equal((await a.identity()).epoch, (await b.identity()).epoch);
});

test("a pull comes in order, in pieces, without what the asker sent, each record once in its newest version", async () => {
  const store = await openSqliteStore();
  await store.put([record(1n, 1), record(2n, 2), record(1n, 3)], 1);
  await store.put([record(9n, 1, { handset: 2 })], 2);
  const ids = async (after: number, bytes: number, except?: number) => {
    const { entries, seq, more } = await store.pull(after, bytes, except);
    return [entries.map(({ id }) => Number(id)), seq, more];
  };
  assert.equal(await ids(0, 10_000), [[2, 1, 9], 4, false]);
  assert.equal(await ids(0, 1), [[2], 2, true]);
  assert.equal(await ids(2, 10_000, 2), [[1], 4, false]);
  assert.equal(await ids(4, 10_000), [[], 4, false]);
});

test("the first handset needs no code and may bring one; the second does; nine are too many; two of one number never", async () => {
  const store = await openSqliteStore();
  assert.is(await store.enrol(newcomer(1n, 1, 0n), true), "enrolled"); // looked only
  assert.is(await store.enrol(newcomer(1n, 1, 0n)), "enrolled");
  assert.is(await store.enrol(newcomer(1n, 1, 0n)), "known");
  const { joinCode } = await store.identity();
  assert.ok(joinCode > 0n && joinCode < 1n << 40n);
  assert.is(await store.enrol(newcomer(2n, 2, 0n)), "code");
  assert.is(await store.enrol(newcomer(2n, 1, joinCode)), "clash");
  for (let i = 2; i <= 8; i++) assert.is(await store.enrol(newcomer(BigInt(i), i, joinCode)), "enrolled");
  assert.is(await store.enrol(newcomer(9n, 9, joinCode)), "crowded");
  const other = await openSqliteStore();
  await other.enrol(newcomer(1n, 1, 77n));
  assert.is((await other.identity()).joinCode, 77n);
});

test("a transaction that fails leaves nothing of itself", async () => {
  const store = await openSqliteStore();
  const broken = { ...record(2n, 2), body: undefined as unknown as Uint8Array };
  await store.put([record(1n, 1), broken], 1).then(
    () => assert.unreachable(),
    () => {},
  );
  assert.is((await store.identity()).records, 0);
});

test("the file is in WAL mode and every commit is synced", async () => {
  const path = newFolder();
  await (await openSqliteStore(path)).close();
  const database = await openDatabase(join(path, "relay.sqlite"));
  assert.equal({ ...(database.prepare("pragma journal_mode").get() as object) }, { journal_mode: "wal" });
  database.close();
  assert.match(readFileSync("host/relay/sqlite.ts", "utf8"), /pragma synchronous = full/);
});

test("a file of another program, and a book that its rows contradict, are refused", async () => {
  const refused = async (path: string, words: RegExp) =>
    openSqliteStore(path).then(
      () => assert.unreachable("opened"),
      (error: Error) => assert.match(error.message, words),
    );
  const path = newFolder();
  const store = await openSqliteStore(path);
  await store.put([record(1n, 1), record(2n, 2)], 1);
  await store.close();
  const database = await openDatabase(join(path, "relay.sqlite"));
  database.exec("delete from record where seq = 1");
  database.close();
  await refused(path, /it holds 1 records where 2 were written/);
  writeFileSync(join(path, "relay.sqlite"), "a letter, not a database, long enough to be looked at".repeat(30));
  rmSync(join(path, "relay.sqlite-wal"), { force: true });
  await refused(path, /not a database/);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
