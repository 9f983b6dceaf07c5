/*
 * A store that cannot lose anything: it keeps the records beside the part and only makes the part busy. What the
 * story says of it must be "lost: 0"; with a fault put in, the story must notice.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { closingLines } from "../../../../host/demo/closing.js";
import type { HouseholdTally } from "../../../../host/demo/household.js";
import { Story, type Tally } from "../../../../host/demo/story.js";
import type { FlashDevice } from "../../../../host/flash/index.js";
import type { Agent, Batch, Kind, RecordMeta, StoredRecord } from "../../../../host/index.js";
import type { Store, StoreOptions } from "../../../../host/proof/store.js";

const test = suite("host/demo/story");

const HOUSEHOLD: Omit<HouseholdTally, "violations"> = {
  records: 1,
  pushed: 1,
  deletedByEmptyRelay: 0,
  reseeded: 1,
  restored: 1,
  pullsWhileRestoring: 0,
  digest: "0123456789abcdef",
  digestsEqual: true,
  bytesOnAir: 0,
};

type Fault = "none" | "forgets a record" | "brings one back" | "tears batches" | "rots a byte";

class SafeBox implements Store {
  readonly name = "safe box";
  readonly records = new Map<string, StoredRecord>();
  readonly fault: Fault;
  lsn = 0n;
  boots = 0;
  erases = 0;

  constructor(fault: Fault) {
    this.fault = fault;
  }

  format(flash: FlashDevice): void {
    for (let block = 0; block < flash.geometry.blockCount; block++) {
      flash.erase(block);
      flash.program(block, 0, label(flash));
    }
  }

  open(flash: FlashDevice, options: StoreOptions): Agent {
    this.boots++;
    const keys = [...this.records.keys()];
    if (this.boots === 30 && this.fault === "forgets a record") this.records.delete(keys[0] as string);
    if (this.boots === 30 && this.fault === "brings one back")
      this.records.set("note/00000000000000aa", this.made("note", new Uint8Array(3), "00000000000000aa", {}, 0));
    if (this.boots === 30 && this.fault === "rots a byte") (this.records.get(keys[0] as string) as StoredRecord).body[0]! ^= 1;
    return agentOf(this, flash, options);
  }

  made(kind: Kind, body: Uint8Array, id: string, meta: RecordMeta, wallMs: number): StoredRecord {
    return { kind, id, lsn: ++this.lsn, bodyBytes: body.length, wallMs, meta, body: body.slice() };
  }

  /** An erase and a program for each block a body would fill; the cursor goes on first, so that a torn block is erased before it is used again. */
  work(flash: FlashDevice, lengthBytes: number): void {
    for (let at = 0; at <= lengthBytes; at += flash.geometry.blockBytes) {
      const block = this.erases++ % flash.geometry.blockCount;
      flash.erase(block);
      flash.program(block, 0, label(flash));
    }
  }
}

function label(flash: FlashDevice): Uint8Array {
  const bytes = new Uint8Array(64).fill(0xff);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4c424648, true);
  bytes.set([1, 0, Math.log2(flash.geometry.blockBytes), Math.log2(flash.geometry.pageBytes), 0, 0], 4);
  view.setUint16(10, flash.geometry.blockCount, true);
  return bytes;
}

function agentOf(box: SafeBox, flash: FlashDevice, options: StoreOptions): Agent {
  const put = (kind: Kind, body: Uint8Array | string, { id = "", meta = {} }: { id?: string; meta?: RecordMeta } = {}) => {
    const record = box.made(kind, body as Uint8Array, id, meta, options.wallMs?.() ?? 0);
    box.work(flash, record.bodyBytes);
    box.records.set(`${kind}/${id}`, record);
    return { id, lsn: record.lsn, crc32c: 0 };
  };
  const remove = (kind: Kind, id: string) => {
    box.work(flash, 0);
    box.records.delete(`${kind}/${id}`);
    return { id, lsn: ++box.lsn, crc32c: 0 };
  };
  const agent = {
    put,
    remove,
    batch: (write: (batch: Batch) => void) => (box.fault === "tears batches" ? torn(write, put, remove) : whole(box, write, put, remove)),
    get: (kind: Kind, id: string) => box.records.get(`${kind}/${id}`),
    receipt: (kind: Kind, id: string) => box.records.get(`${kind}/${id}`) && { id, lsn: box.records.get(`${kind}/${id}`)!.lsn, crc32c: 0 },
    list: (kind?: Kind) => [...box.records.values()].filter((record) => kind === undefined || record.kind === kind),
    tick: () => 0,
    stat: () => ({ records: box.records.size, damagedUnknown: 0, flash: { compactions: box.erases } }),
    verify: () => ({ records: box.records.size, ok: box.records.size, corrected: 0, damaged: [], damagedUnknown: 0 }),
    close: () => undefined,
  };
  return agent as unknown as Agent;
}

type Put = Batch["put"];

function torn(write: (batch: Batch) => void, put: Put, remove: Batch["remove"]) {
  const receipts: ReturnType<Put>[] = [];
  const keep = (receipt: ReturnType<Put>) => {
    receipts.push(receipt);
    return receipt;
  };
  write({ put: (...args) => keep(put(...args)), remove: (...args) => keep(remove(...args)) });
  return receipts;
}

function whole(box: SafeBox, write: (batch: Batch) => void, put: Put, remove: Batch["remove"]) {
  const before = new Map(box.records);
  try {
    return torn(write, put, remove);
  } catch (error) {
    box.records.clear();
    for (const [key, record] of before) box.records.set(key, record);
    throw error;
  }
}

async function play(fault: Fault, seed = 1, pulls = 200): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-story-"));
  try {
    const text = Array.from({ length: 40 }, (_, i) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${i}\r\nFN:Person ${i}\r\nEND:VCARD\r\n`).join("");
    const files = [{ path: "people.vcf", lengthBytes: text.length, read: async () => new Uint8Array(Buffer.from(text)) }];
    const silent = { say: () => undefined, progress: () => undefined, breathe: async () => undefined };
    const story = new Story({ files, seed, pulls, imagePath: join(folder, "handset.flash"), store: new SafeBox(fault), ...silent });
    return await story.play();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a store that loses nothing: every pull is counted, lost is 0", async () => {
  const tally = await play("none");
  assert.is(tally.lost, 0, JSON.stringify(tally.violations.slice(0, 3)));
  assert.is(tally.pulls, 200);
  assert.is(tally.pullsIn.import + tally.pullsIn.edits + tally.pullsIn.compaction, 200);
  assert.ok(tally.pullsIn.import > 0 && tally.pullsIn.edits > 0 && tally.pullsIn.compaction > 0);
  assert.ok(tally.tornWrites > 100 && tally.tornWrites < 200);
  assert.ok(tally.boots > 200);
  assert.ok(tally.acknowledged > 200);
  assert.ok(tally.recordsCompared > 40 * 150);
  assert.match(closingLines(tally, HOUSEHOLD).at(-1) as string, /^lost: 0$/);
});

test("the same seed tells the same story, another seed another one", async () => {
  const [one, same, other] = [await play("none", 5, 60), await play("none", 5, 60), await play("none", 6, 60)];
  assert.equal(one, same);
  assert.not.equal(one, other);
});

for (const fault of ["forgets a record", "brings one back", "tears batches", "rots a byte"] as const) {
  test(`a store that ${fault} is found out`, async () => {
    const tally = await play(fault);
    assert.ok(tally.lost > 0);
    const lines = closingLines(tally, HOUSEHOLD);
    assert.match(lines.at(-1) as string, new RegExp(`^lost: ${tally.lost}$`));
    assert.ok(lines.some((line) => /^G[123] broken: /.test(line)));
  });
}

test.run();
