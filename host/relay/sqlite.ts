/*
 * The relay's book in one SQLite file: WAL, synchronous=FULL, one transaction for all that came together. Runs on Node.
 *
 * Source: sqlite.org/pragma.html#pragma_synchronous: FULL syncs the WAL after each transaction, so a commit survives power loss.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openDatabase, type SqliteDatabase } from "./sqlite-engine.js";
import {
  type Enrolment,
  type Identity,
  judge,
  type Newcomer,
  type RelayRecord,
  type SequencedRecord,
  type SyncStore,
  type Verdict,
} from "./store.js";
import { decodeVersion, encodeVersion, type Version, versionHash } from "./version.js";

const HANDSETS_MAX = 8;
const MASK = (1n << 64n) - 1n;
/** Rows a pull looks at at most: their bodies are in memory together. */
const PULL_ROWS_MAX = 256;

const SCHEMA = `
  create table if not exists book(one integer primary key check(one = 1), epoch blob not null, code blob not null, seq integer not null,
    records integer not null, digest blob not null) strict;
  create table if not exists handset(store_id blob primary key, number integer not null unique, highest_lsn integer not null) strict;
  create table if not exists record(kind integer not null, id blob not null, seq integer not null unique, removed integer not null,
    codec integer not null, wall_ms integer not null, version blob not null, origin integer not null, meta blob not null, body blob not null,
    primary key(kind, id)) strict;`;

/** `folder` undefined: in memory, for tests. Errors: what the engine says of a file that is none of its own, or damaged. */
export async function openSqliteStore(folder?: string): Promise<SyncStore> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const database = await openDatabase(folder === undefined ? ":memory:" : join(folder, "relay.sqlite"));
  try {
    return new SqliteStore(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteStore implements SyncStore {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000;");
    database.exec(SCHEMA);
    database.prepare("insert or ignore into book values(1, ?, ?, 0, 0, ?)").run(new Uint8Array(randomBytes(16)), bytes8(0n), bytes8(0n));
    this.#checkDigest();
  }

  async identity(): Promise<Identity> {
    const row = this.#book();
    const { n } = this.#database.prepare("select count(*) as n from handset").get() as { n: number };
    return { ...row, handsets: n };
  }

  async enrol({ storeId, number, code, nextLsn }: Newcomer, lookOnly = false): Promise<Enrolment> {
    return this.#atomically(() => {
      const known = this.#database.prepare("select highest_lsn from handset where store_id = ?").get(bytes8(storeId));
      if (known !== undefined) return (known as { highest_lsn: number }).highest_lsn < nextLsn ? "known" : "older";
      const { n } = this.#database.prepare("select count(*) as n from handset").get() as { n: number };
      if (n > 0 && code !== this.#book().joinCode) return "code";
      if (n >= HANDSETS_MAX) return "crowded";
      if (this.#database.prepare("select 1 from handset where number = ?").get(number)) return "clash";
      if (lookOnly) return "enrolled";
      if (n === 0) this.#database.prepare("update book set code = ?").run(bytes8(code === 0n ? mintCode() : code));
      this.#database.prepare("insert into handset values(?, ?, 0)").run(bytes8(storeId), number);
      return "enrolled";
    });
  }

  async put(entries: readonly RelayRecord[], origin: number): Promise<Verdict[]> {
    return this.#atomically(() => entries.map((entry) => this.#putOne(entry, origin)));
  }

  async pull(afterSeq: number, maxBytes: number, except: number | undefined) {
    const rows = this.#database
      .prepare("select * from record where seq > ? and origin is not ? order by seq limit ?")
      .all(afterSeq, except ?? null, PULL_ROWS_MAX) as unknown as Row[];
    const entries: SequencedRecord[] = [];
    let bytes = 0;
    for (const row of rows) {
      if (entries.length > 0 && bytes + row.body.length + row.meta.length > maxBytes) break;
      entries.push({ ...entryOf(row), seq: row.seq });
      bytes += row.body.length + row.meta.length + 64;
    }
    const more = entries.length < rows.length || rows.length === PULL_ROWS_MAX;
    return { entries, seq: more ? entries[entries.length - 1].seq : this.#book().seq, more };
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #putOne(incoming: RelayRecord, origin: number): Verdict {
    const { kind, id } = incoming;
    const row = this.#database.prepare("select * from record where kind = ? and id = ?").get(kind, bytes8(id)) as Row | undefined;
    const stored = row && entryOf(row);
    this.#noteCounters(incoming.version);
    const { verdict, version } = judge(stored, incoming);
    if (verdict !== "stored") return verdict;
    const book = this.#book();
    const before = stored && !stored.removed ? versionHash(kind, id, stored.version) : 0n;
    const after = incoming.removed ? 0n : versionHash(kind, id, version);
    const records = book.records + (incoming.removed ? 0 : 1) - (stored && !stored.removed ? 1 : 0);
    // A version that nobody sent goes to everybody, its sender included.
    const from = version === incoming.version ? origin : -1;
    this.#database
      .prepare("insert or replace into record values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        kind,
        bytes8(id),
        book.seq + 1,
        incoming.removed ? 1 : 0,
        incoming.codec,
        incoming.wallMs,
        encodeVersion(version),
        from,
        incoming.meta,
        incoming.body,
      );
    const digest = (book.digest - before + after) & MASK;
    this.#database.prepare("update book set seq = seq + 1, records = ?, digest = ?").run(records, bytes8(digest));
    return "stored";
  }

  /** What the relay has heard of each handset's own changes, by whomever. */
  #noteCounters(version: Version): void {
    const note = this.#database.prepare("update handset set highest_lsn = max(highest_lsn, ?) where number = ?");
    for (const [handset, counter] of version) note.run(counter, handset);
  }

  #book(): Omit<Identity, "handsets"> {
    const row = this.#database.prepare("select * from book").get() as {
      epoch: Uint8Array;
      code: Uint8Array;
      seq: number;
      records: number;
      digest: Uint8Array;
    };
    return { epoch: row.epoch, joinCode: number8(row.code), seq: row.seq, records: row.records, digest: number8(row.digest) };
  }

  /** What the book says of its records must be what the records say. */
  #checkDigest(): void {
    let [records, digest] = [0, 0n];
    for (const row of this.#database.prepare("select kind, id, version from record where removed = 0").all() as unknown as Row[]) {
      const version = decodeVersion(row.version);
      if (version === undefined) throw new Error("relay.sqlite is damaged: a record has no version");
      records++;
      digest = (digest + versionHash(row.kind, number8(row.id), version)) & MASK;
    }
    const book = this.#book();
    if (records !== book.records || digest !== book.digest)
      throw new Error(`relay.sqlite is damaged: it holds ${records} records where ${book.records} were written`);
  }

  #atomically<T>(work: () => T): T {
    this.#database.exec("begin immediate");
    try {
      const result = work();
      this.#database.exec("commit"); // ● COMMIT POINT: nobody is told before it
      return result;
    } catch (error) {
      this.#database.exec("rollback");
      throw error;
    }
  }
}

interface Row {
  kind: number;
  id: Uint8Array;
  seq: number;
  removed: number;
  codec: number;
  wall_ms: number;
  version: Uint8Array;
  meta: Uint8Array;
  body: Uint8Array;
}

function entryOf(row: Row): RelayRecord {
  const version = decodeVersion(row.version);
  if (version === undefined) throw new Error("relay.sqlite is damaged: a record has no version");
  const { kind, codec, meta, body } = row;
  return { kind, id: number8(row.id), removed: row.removed === 1, codec, wallMs: row.wall_ms, version, meta, body };
}

function bytes8(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
function number8(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
}
function mintCode(): bigint {
  return new DataView(new Uint8Array(randomBytes(8)).buffer).getBigUint64(0) & ((1n << 40n) - 1n) || 1n;
}
