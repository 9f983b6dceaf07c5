/*
 * Hostile images: bytes of units changed and their checksums made right again. Whatever such an image says, the core
 * answers with a status: it does not trap and does not hang.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashDevice, FlashGeometry, NandFlash, NorFlash } from "../../host/flash/index.js";
import { Chance } from "../support/probe-chance.js";
import { parts, Store } from "../support/probe-store.js";

const test = suite("harness/hostile");
const IMAGES = 150;

interface Unit {
  block: number;
  offset: number;
  dataBytes: number;
  /** There are few of it, and it says where other things lie: a summary, a root, the switch, a checkpoint. */
  pointing: boolean;
}

/** The cells of a part without its rules: an image is put back hundreds of times, which no part allows. */
function cells({ geometry, bytes }: NorFlash | NandFlash): FlashDevice {
  const at = (block: number, offset: number): number => block * geometry.blockBytes + offset;
  return {
    geometry,
    read(block, offset, target) {
      target.set(bytes.subarray(at(block, offset), at(block, offset) + target.length));
      return 0;
    },
    program(block, offset, source) {
      for (let i = 0; i < source.length; i++) bytes[at(block, offset) + i]! &= source[i]!;
      return 0;
    },
    erase(block) {
      bytes.fill(255, at(block, 0), at(block + 1, 0));
      return 0;
    },
  };
}

/** A store with some of everything, closed or pulled. */
function make(geometry: FlashGeometry, seed: number, close: boolean): Store {
  const store = Store.make(geometry, { wrap: cells });
  const chance = new Chance(seed);
  for (let i = 0; i < 160; i++) {
    const id = chance.below(40);
    const kind = chance.below(8);
    const body = chance.bytes(i % 25 === 3 ? 3000 : chance.below(200));
    if (i % 9 === 8) store.remove(id);
    else store.put(id, body, { kind, idHigh: i % 4 ? 0 : 9, meta: chance.bytes(chance.below(30)) }); // a small part may be full
    if (i === 80) store.must(store.pull());
  }
  store.batch([
    [1, "a batch"],
    [2, "of two"],
  ]);
  store.must(close ? store.reopen() : store.pull());
  return store;
}

/** Data bytes of a unit of a checkpoint's body. */
const BODY_DATA = 640;
function isCheckpoint(word: number): boolean {
  return word === ((4 << 8) | 0x15);
}

/** Every unit the core would verify: headers, record heads, summaries, roots, the switch. */
function unitsOf(store: Store): Unit[] {
  const { probe, flash } = store;
  const { blockBytes, blockCount } = flash.geometry;
  const header = probe.call.headerOffset!();
  const found: Unit[] = [];
  const anchors = probe.value("anchorCount");
  for (let block = 0; block < blockCount; block++) {
    const at = block * blockBytes;
    const word = (offset: number): number => store.part.bytes[at + offset]! | (store.part.bytes[at + offset + 1]! << 8);
    if (word(header) === 0xffff) continue;
    found.push({ block, offset: header, dataBytes: block < anchors ? word(header + 2) : 24, pointing: block < anchors });
    if (block < anchors) continue;
    for (const entry of probe.scan(block))
      found.push({ block, offset: Number(entry.offset), dataBytes: Math.min(Number(entry.dataBytes), 651), pointing: false });
    const final = probe.call.readFinal!(block);
    if (final > 0) found.push({ block, offset: final, dataBytes: word(final + 2), pointing: true });
    const body = probe.call.unitBytes!(BODY_DATA);
    for (let offset = header + 44; isCheckpoint(word(header)) && offset + body <= blockBytes; offset += body)
      found.push({ block, offset, dataBytes: BODY_DATA, pointing: true });
    for (let offset = header; offset < blockBytes - 16; offset++) {
      const n = word(offset + 2);
      if (store.part.bytes[at + offset]! === 0xc0 && (n - 11) % 9 === 0 && n < 600)
        found.push({ block, offset, dataBytes: n, pointing: true });
    }
  }
  return found.filter(({ dataBytes }) => dataBytes > 0 && dataBytes <= 651);
}

/** Changes some bytes of a unit's data, and makes CRC and parity right again. */
function forge(store: Store, { block, offset, dataBytes }: Unit, chance: Chance): void {
  const { probe, flash, part } = store;
  const first = block * flash.geometry.blockBytes + offset;
  probe.write(probe.spare, part.bytes.subarray(first, first + dataBytes));
  const bytes = probe.bytes(probe.spare, dataBytes);
  for (let i = 1 + chance.below(3); i > 0; i--) {
    const at = chance.below(chance.below(2) ? Math.min(dataBytes, 24) : dataBytes);
    bytes[at] = chance.pick([0, 0xff, 0x7f, 0x80, 1, chance.below(256), bytes[at]! ^ (1 << chance.below(8))]);
  }
  probe.call.sealUnit!(probe.spare, dataBytes, probe.call.seedFor!(block, offset, probe.call.eraseCountOf!(block)));
  part.bytes.set(probe.bytes(probe.spare, probe.call.unitBytes!(dataBytes)), first);
}

/** All that can be asked, in any order; statuses are answers. */
function ask(store: Store): void {
  if (store.pull() < 0) return;
  const quietly = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("the core answers")) throw error;
    }
  };
  quietly(() => store.list());
  quietly(() => store.changes());
  quietly(() => store.verify());
  quietly(() => store.stat());
  for (let id = 0; id < 40; id++) for (const kind of [0, 3]) store.get(id, kind);
  for (let id = 0; id < 12; id++) store.put(id, new Uint8Array(id === 5 ? 4000 : 150));
  for (let id = 0; id < 6; id++) store.remove(id);
  store.probe.call.hf_tick!(40);
  store.close();
  store.pull();
}

const big = { ...parts.nor, blockCount: 260 };
for (const [name, geometry] of Object.entries({ ...parts, anchored: big })) {
  for (const close of [true, false]) {
    test(`no forged image of part "${name}", ${close ? "closed" : "pulled"}, makes the core trap`, () => {
      const store = make(geometry, geometry.blockBytes + geometry.blockCount, close);
      if (close) store.must(store.close());
      const image = store.part.bytes.slice();
      const units = unitsOf(store);
      const pointing = units.filter((unit) => unit.pointing);
      assert.ok(units.length > 60 && pointing.length > 0, `${units.length} units, ${pointing.length} of them pointing`);
      for (let seed = 0; seed < IMAGES; seed++) {
        const chance = new Chance(seed);
        for (let i = 1 + chance.below(2); i > 0; i--) forge(store, chance.pick(chance.below(2) ? pointing : units), chance);
        try {
          ask(store);
        } catch (error) {
          throw new Error(`part "${name}", closed ${close}, seed ${seed}: ${error instanceof Error ? error.stack : error}`);
        }
        store.part.bytes.set(image);
      }
    });
  }
}

test.run();
