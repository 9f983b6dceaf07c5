/*
 * Salvage against an oracle that never saw it: the inspector says, of the part as it was, where every copy lies; pages are overwritten; a copy is
 * intact when none of its pages was, and something of its segment is left that says what its LSNs are.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openWorkbench } from "../../../../host/core/workbench.js";
import { type FlashGeometry, NandFlash, NorFlash, type PhysicsFlash, RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, type Kind, openAgent } from "../../../../host/index.js";
import { salvage } from "../../../../host/salvage/index.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("host/salvage");
const NOR: FlashGeometry = { kind: "nor", blockBytes: 4096, blockCount: 48, pageBytes: 256, programBytes: 1 };
const NAND: FlashGeometry = { kind: "nand", blockBytes: 16384, blockCount: 16, pageBytes: 512, programBytes: 512 };
const KINDS: Kind[] = ["contact", "note", "photo"];

interface Version {
  key: string;
  body: Uint8Array | undefined;
}

/** A store with a past: records replaced and removed, long bodies, texts that pack, garbage of all of it. */
async function withPast(geometry: FlashGeometry, seed: number): Promise<{ bytes: Uint8Array; versions: Map<bigint, Version> }> {
  const part: PhysicsFlash = geometry.kind === "nor" ? new NorFlash(geometry) : new NandFlash(geometry);
  await formatFlash(part);
  const agent = await openAgent(part);
  const chance = new Chance(seed);
  const versions = new Map<bigint, Version>();
  const live = new Set<string>();
  for (let i = 0; i < 160; i++) {
    const kind = KINDS[chance.below(3)]!;
    const id = (chance.below(12) + 1).toString(16).padStart(16, "0");
    const key = `${kind} ${id}`;
    if (live.has(key) && chance.below(5) === 0) {
      versions.set(agent.remove(kind, id).lsn, { key, body: undefined });
      live.delete(key);
      continue;
    }
    const text = `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person ${i} ${chance.below(1e9)}\r\nEND:VCARD\r\n`;
    const body =
      kind === "contact"
        ? new Uint8Array(Buffer.from(text))
        : chance.bytes(kind === "note" ? chance.below(400) + 1 : chance.below(3000) + 1);
    versions.set(agent.put(kind, body, { id, meta: { label: `n${i}` } }).lsn, { key, body });
    live.add(key);
  }
  if (seed % 2 === 0) agent.close();
  return { bytes: part.bytes.slice(), versions };
}

interface Copy {
  key: string;
  lsn: bigint;
  what: string;
  isIntact: boolean;
}

/** Every copy on the part as it was, and whether it is intact when the pages of `gone` are overwritten. */
function copiesOn(geometry: FlashGeometry, bytes: Uint8Array, gone: ReadonlySet<number>): Copy[] {
  const workbench = openWorkbench(geometry);
  const { blockBytes, pageBytes } = geometry;
  const copies: Copy[] = [];
  for (let block = 0; block < geometry.blockCount; block++) {
    const { lines } = workbench.describe(block, bytes.subarray(block * blockBytes, (block + 1) * blockBytes));
    const isUntouched = ({ offset, lengthBytes }: { offset: number; lengthBytes: number }) => {
      const first = Math.floor((block * blockBytes + offset) / pageBytes);
      const last = Math.floor((block * blockBytes + offset + lengthBytes - 1) / pageBytes);
      for (let page = first; page <= last; page++) if (gone.has(page)) return false;
      return true;
    };
    const isKnown = lines.some((line) => (line.what === "segment" || line.what === "summary") && isUntouched(line));
    for (const line of lines) {
      const match = /^(\w+) ([0-9a-f]{16}), LSN (\d+)/.exec(line.detail);
      if (match && /^(record|long record|tombstone|chunk \d+)$/.test(line.what))
        copies.push({ key: `${match[1]} ${match[2]}`, lsn: BigInt(match[3]!), what: line.what, isIntact: isKnown && isUntouched(line) });
    }
  }
  return copies;
}

/** The newest version of each key of which an intact copy is there, by the copies alone; undefined: it is a removal. */
function expected(copies: readonly Copy[], versions: ReadonlyMap<bigint, Version>): Map<string, bigint | undefined> {
  const best = new Map<string, bigint | undefined>();
  const chunksOf = (lsn: bigint, isIntact?: boolean) =>
    new Set(
      copies.filter((copy) => copy.lsn === lsn && copy.what.startsWith("chunk") && (!isIntact || copy.isIntact)).map(({ what }) => what),
    );
  for (const { key, lsn, what, isIntact } of [...copies].sort((a, b) => Number(a.lsn - b.lsn))) {
    if (!isIntact || what.startsWith("chunk")) continue;
    if (what === "long record" && chunksOf(lsn, true).size < chunksOf(lsn).size) continue;
    best.set(key, versions.get(lsn)?.body === undefined ? undefined : lsn);
  }
  return best;
}

test("30 % of all pages overwritten and the first label gone, 50 seeds: every record with an intact copy, and nothing made up", async () => {
  let [kept, mended] = [0, 0];
  for (let seed = 1; seed <= 50; seed++) {
    const geometry = seed % 3 === 0 ? NAND : NOR;
    const { bytes, versions } = await withPast(geometry, seed);
    const chance = new Chance(1000 + seed);
    const pages = bytes.length / geometry.pageBytes;
    const gone = new Set([0, ...Array.from({ length: pages }, (_, page) => page).filter(() => chance.below(10) < 3)]);
    const damaged = bytes.slice();
    for (const page of gone) damaged.set(chance.bytes(geometry.pageBytes), page * geometry.pageBytes);
    const wanted = expected(copiesOn(geometry, bytes, gone), versions);
    const { records } = salvage(new RamFlash(geometry, damaged));
    const found = new Map(records.map((record) => [`${record.kind} ${record.id}`, record]));
    for (const [key, lsn] of wanted) {
      const record = found.get(key);
      const isRemovedLater = [...versions].some(
        ([later, version]) => version.key === key && version.body === undefined && later > (lsn ?? 0n),
      );
      if (lsn === undefined) continue; // a removal; what is newer and was mended is judged below
      if (record === undefined && isRemovedLater) mended++;
      else {
        assert.ok(record !== undefined && record.lsn >= lsn, `seed ${seed}: ${key} of LSN ${lsn} is not there`);
        if (record.lsn > lsn) mended++;
      }
    }
    for (const [key, { lsn, body, meta }] of found) {
      assert.equal(body, versions.get(lsn)?.body, `seed ${seed}: ${key} of LSN ${lsn} is not what was put`);
      assert.is(versions.get(lsn)?.key, key);
      assert.match(meta.label ?? "", /^n\d+$/);
      if (!wanted.has(key)) mended++; // a few of its bytes stood in a page that is gone
      kept++;
    }
  }
  console.log(`${kept} records came back, ${mended} of them by parity`);
  assert.ok(kept > 500 && mended < kept / 20, `${kept} kept, ${mended} mended`);
});

test("a part that is whole comes back whole; a removed record does not", async () => {
  for (const geometry of [NOR, NAND]) {
    const { bytes, versions } = await withPast(geometry, 7);
    const newest = new Map([...versions].map(([, { key, body }]) => [key, body]));
    const { records, incomplete, removed } = salvage(new RamFlash(geometry, bytes));
    assert.equal(incomplete, []);
    assert.ok(removed > 0);
    assert.is(records.length, [...newest.values()].filter((body) => body !== undefined).length);
    for (const { kind, id, body } of records) assert.equal(body, newest.get(`${kind} ${id}`));
  }
});

test("a body of which a piece is gone is named, and its older version comes back; no label at all says so", async () => {
  const part = new NorFlash(NOR);
  await formatFlash(part);
  const agent = await openAgent(part);
  const id = "00000000000000aa";
  agent.put("photo", Uint8Array.of(1, 2, 3), { id });
  const long = new Chance(3).bytes(9000);
  agent.put("photo", long, { id });
  const workbench = openWorkbench(NOR);
  const bytes = part.bytes.slice();
  outer: for (let block = 0; block < NOR.blockCount; block++)
    for (const line of workbench.describe(block, bytes.subarray(block * 4096, (block + 1) * 4096)).lines)
      if (line.what === "chunk 2") {
        bytes.fill(0, block * 4096 + line.offset + 20, block * 4096 + line.offset + 400);
        break outer;
      }
  const { records, incomplete } = salvage(new RamFlash(NOR, bytes));
  assert.equal([...records[0]!.body], [1, 2, 3]);
  assert.match(incomplete[0]!.why, /^its bytes from \d+ on are not there$/);
  assert.throws(() => salvage(new RamFlash(NOR)), /no label of a store reads anywhere/);
});

test.run();
