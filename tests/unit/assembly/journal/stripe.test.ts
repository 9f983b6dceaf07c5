/* Stripes as a mount finds them, and how they are given up. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashDevice, type PhysicsFlash, RamFlash } from "../../../../host/flash/index.js";
import { changeUnit } from "../../../support/forge.js";
import { MEBIBYTE, Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { type Options, parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters, coveredBlocks, damageBlock, grow, type Model, stripesOf } from "../../../support/stripes.js";

const test = suite("assembly/journal/stripe");
const BLOCK = 4096;

function closed(seed: number): ReturnType<typeof grow> & { again: (hurt?: (part: Store["part"]) => void, options?: Options) => Store } {
  const grown = grow(4, 40, 0.6, new Chance(seed));
  grown.store.must(grown.store.close());
  const again = (hurt: (part: Store["part"]) => void = () => {}, options: Options = {}) => {
    const part = grown.store.part.clone();
    hurt(part);
    const store = new Store(grown.store.flash.geometry, { ...options, part });
    assert.is(store.mount(), 0);
    return store;
  };
  return { ...grown, again };
}
/** `part` instead of the store's own: to forge units on a copy. */
function over(store: Store, part: PhysicsFlash): Store {
  return Object.create(store, { part: { value: part } }) as Store;
}

interface Member {
  type: number;
  block: number;
  eraseCount: number;
  openLsn: bigint;
}
/** What the descriptor of parity block `p` says, in its order. */
function membersOf({ probe }: Store, p: number): Member[] {
  const { call, long, spare } = probe;
  assert.is(call.readUnit!(p, call.descriptorOffset!(), call.descriptorData!(4), spare), 0);
  return Array.from({ length: call.memberCount!(spare) }, (_, i) => ({
    type: call.memberType!(spare, i),
    block: call.memberBlock!(spare, i),
    eraseCount: call.memberEraseCount!(spare, i),
    openLsn: long.memberOpenLsn!(spare, i),
  }));
}
/** Changes the descriptor of parity block `p`, so that it still verifies. */
function forgeDescriptor(store: Store, part: PhysicsFlash, p: number, change: (descriptor: DataView) => void): void {
  const { call } = store.probe;
  changeUnit(over(store, part), p, call.descriptorOffset!(), call.descriptorData!(4), change);
}
const memberAt = (i: number): number => 4 + i * 11;

test("a mount finds the stripes that were built, with the same members", () => {
  const { store, again } = closed(1);
  const sorted = (of: Store) => stripesOf(of).map(({ parity, members }) => [parity, ...[...members].sort((a, b) => a - b)]);
  assert.ok(stripesOf(store).length > 3);
  assert.equal(sorted(again()), sorted(store));
});

test("all bytes of a stripe, inverted and XORed, are zero from the first record to where segments end", () => {
  const { store } = closed(2);
  const [first, end] = [store.probe.call.firstRecordOffset!(), store.probe.value("segmentEnd")];
  for (const { parity, members } of stripesOf(store))
    for (let at = first; at < end; at++) {
      let all = 0;
      for (const block of [parity, ...members]) all ^= ~store.part.bytes[block * BLOCK + at]! & 255;
      assert.is(all, 0, `stripe of ${parity}, offset ${at}`);
    }
});

test("without its descriptor a parity block is nothing, and what it covered stays as it is", () => {
  const { store, model, again } = closed(3);
  const { parity, members } = stripesOf(store)[0]!;
  const hurt = again((part) => part.bytes.fill(0, parity * BLOCK + store.probe.value("segmentEnd"), (parity + 1) * BLOCK));
  model.mustBeIn(hurt, "no descriptor");
  for (const block of members) assert.not(hurt.probe.call.inRing!(block));
  hurt.rest();
  for (const block of members) if (blockLetters(hurt)[block] === "S") assert.ok(hurt.probe.call.inRing!(block), "in a new stripe");
});

test("a segment of which only the seal has become unreadable is read by its heads when the stripe cannot help either", () => {
  const { store, model, again } = closed(4);
  const { parity, members } = stripesOf(store).find(({ members }) => members.length === 4)!;
  const end = store.probe.value("segmentEnd");
  const hurt = again((part) => {
    for (const block of [parity, members[0]!]) for (let at = end - 60; at < end - 8; at++) part.bytes[block * BLOCK + at] = 0;
  });
  model.mustBeIn(hurt, "seal and parity of it");
});

test("parity of a part with too few blocks is refused by name, and nothing is touched", () => {
  const store = new Store(parts.nor, { outerParity: 4 });
  assert.is(store.format(), status("WRONG_GEOMETRY"));
  assert.is(store.probe.doorstep.fault().detail, 6);
  assert.is(store.flash.erases + store.flash.programCalls, 0);
});

test("a record that rotted beyond its own parity is made of the other members, and counts as corrected", () => {
  const { store, model, again } = closed(5);
  const hurt = again((part) => {
    for (const { members } of stripesOf(store)) damageBytes(part, members[0]!, 600, 200);
  });
  model.mustBeIn(hurt, "200 bytes of one member of each stripe");
  assert.ok(hurt.stat().corrected > 0);
});
function damageBytes(part: Store["part"], block: number, offset: number, length: number): void {
  for (let at = offset; at < offset + length; at++) part.bytes[block * BLOCK + at]! ^= 0x55;
}

test("headers that XOR to a header that verifies are not taken for one", () => {
  // Found so: in a stripe of 44, 46 and 47 with its parity in 45 the headers' CRCs came out right for the one that was lost.
  const { store, model, again } = closed(6);
  for (const { members } of stripesOf(store))
    for (const block of members)
      model.mustBeIn(
        again((part) => damageBlock(part, block, "garbage", new Chance(block))),
        `block ${block}`,
      );
});

test("no block is erased while a descriptor on flash names it", () => {
  const grown = grow(4, 40, 0.6, new Chance(7));
  grown.store.must(grown.store.close());
  const end = grown.store.probe.value("segmentEnd");
  const { geometry } = grown.store.flash;
  let erased = 0;
  let members = 0;
  const wrap = (part: Store["part"]): FlashDevice => ({
    geometry,
    read: (block, offset, target) => part.read(block, offset, target),
    program: (block, offset, source) => part.program(block, offset, source),
    erase: (block) => {
      erased++;
      if (generationOf(part, block) === undefined) return part.erase(block);
      for (let parity = 0; parity < geometry.blockCount; parity++)
        for (const named of namedBy(part, parity, end))
          assert.not(named.block === block && named.eraseCount === generationOf(part, block), `${block}, named by ${parity}`);
      if (sealedOnce.has(`${block}.${generationOf(part, block)}`)) members++;
      return part.erase(block);
    },
  });
  const sealedOnce = new Set<string>();
  const store = new Store(geometry, { part: grown.store.part, wrap });
  assert.is(store.mount(), 0);
  const chance = new Chance(8);
  const keys = grown.model.keys();
  for (let i = 0; i < 600; i++) {
    grown.model.put(store, keys[chance.below(keys.length)]!, chance);
    for (const { parity } of stripesOf(store))
      for (const { block, eraseCount } of namedBy(store.part, parity, end)) sealedOnce.add(`${block}.${eraseCount}`);
  }
  assert.ok(erased > 40 && members > 20, `${erased} erases, ${members} of blocks that were members`);
});

/** Erase count in the label of `block`, undefined where there is no label. */
function generationOf({ bytes }: Store["part"], block: number): number | undefined {
  const label = new DataView(bytes.buffer, bytes.byteOffset + block * BLOCK, 64);
  return label.getUint32(0, true) === 0x4c424648 ? label.getUint32(26, true) : undefined;
}
/** Members that the descriptor in `parity` names, if it is a parity block. */
function namedBy({ bytes }: Store["part"], parity: number, end: number): { block: number; eraseCount: number }[] {
  const at = parity * BLOCK + end;
  if (bytes[parity * BLOCK + 65] !== 5 || bytes[at] !== 0x57) return [];
  return Array.from({ length: bytes[at + 1]! }, (_, i) => {
    const member = at + 4 + i * 11;
    return { block: bytes[member + 1]! | (bytes[member + 2]! << 8), eraseCount: bytes[member + 3]! | (bytes[member + 4]! << 8) };
  });
}

/** Keys whose record a store does not give, nor says to be damaged. */
const missing = (model: Model, store: Store): number => model.compare(store).missing.length;
const full = (store: Store) => stripesOf(store).filter(({ members }) => members.length === 4);

test("two members of a stripe that are gone leave it and are counted, with the LSNs they may have held; nothing else is lost", () => {
  const { store, model, again } = closed(9);
  let hot = 0;
  for (const { parity, members } of full(store)) {
    const named = membersOf(store, parity);
    const gone = [named[1]!, named[3]!];
    const hurt = again((part) => {
      for (const { block } of gone) damageBlock(part, block, "garbage", new Chance(block));
    });
    assert.is(hurt.stat().damagedUnknown, 2);
    assert.ok(missing(model, hurt) > 0);
    const firsts = gone.map(({ type, openLsn }) => (type === 1 ? openLsn : 1n));
    hot += firsts.filter((lsn) => lsn > 1n).length;
    assert.ok(firsts.includes(hurt.probe.wide("damagedFirstLsn")) && firsts.every((lsn) => lsn >= hurt.probe.wide("damagedFirstLsn")));
    assert.is(hurt.probe.wide("damagedLastLsn"), hurt.probe.long.openLsnOf!(parity) - 1n);
    for (const { block } of gone) assert.not(hurt.probe.call.inRing!(block));
    for (const block of members)
      if (!gone.some((lost) => lost.block === block)) assert.ok(hurt.probe.call.inRing!(block) && !hurt.probe.call.isCovered!(block));
    for (const { block } of gone) assert.is(hurt.probe.long.openLsnOf!(block), 0n);
    for (const key of model.compare(hurt).missing) {
      const lsn = model.lsn(key);
      assert.ok(lsn >= firsts[0]! || lsn >= firsts[1]!, `record ${key} is outside of what was told`);
    }
  }
  assert.ok(hot > 0, "no hot segment was lost: the test would be half of one");
});

test("a member that was erased since and used again is not given up, but nothing is read through its stripe, and its loss is counted", () => {
  const { store, model, again } = closed(10);
  const { parity } = full(store)[0]!;
  const [, reused] = membersOf(store, parity);
  const hurt = again((part) => forgeDescriptor(store, part, parity, (data) => data.setUint8(memberAt(1) + 3, reused!.eraseCount + 1)));
  assert.equal(model.compare(hurt), { missing: [], damaged: [] });
  assert.is(hurt.stat().damagedUnknown, 1);
  assert.not(hurt.probe.call.inRing!(reused!.block));
  assert.is(hurt.probe.call.stateOf!(reused!.block), hurt.probe.value("STATE_SEALED"));
  for (const { block } of membersOf(store, parity)) assert.not(hurt.probe.call.isCovered!(block));
});

test("where the seal of another member does not read either, the one that is gone is not made up: it is counted", () => {
  const { store, model, again } = closed(11);
  const { parity } = full(store)[0]!;
  const [lost, , unsealed] = membersOf(store, parity);
  const end = store.probe.value("segmentEnd");
  const hurt = again((part) => {
    damageBlock(part, lost!.block, "garbage", new Chance(1));
    part.bytes.fill(0, unsealed!.block * BLOCK + end - 60, unsealed!.block * BLOCK + end);
  });
  assert.is(hurt.stat().damagedUnknown, 1);
  assert.equal([hurt.probe.wide("damagedFirstLsn"), hurt.probe.wide("damagedLastLsn")], [1n, hurt.probe.long.openLsnOf!(parity) - 1n]);
  assert.not(hurt.probe.call.inRing!(lost!.block));
  assert.is(blockLetters(hurt)[unsealed!.block], "S", "it is read by its heads");
  const kept = again((part) => damageBlock(part, lost!.block, "garbage", new Chance(1)));
  assert.ok(missing(model, hurt) > 0);
  model.mustBeIn(kept, "with that one block lost alone");
});

test("a descriptor that names itself, the anchor, a block beyond the part or one block twice is none", () => {
  const { store, again } = closed(12);
  const { parity, members } = full(store)[0]!;
  const { blockCount } = store.flash.geometry;
  const hurtWith = (block: number): Store =>
    again((part) => forgeDescriptor(store, part, parity, (data) => data.setUint16(memberAt(2) + 1, block, true)));
  for (const block of [parity, blockCount, 0xffff, membersOf(store, parity)[0]!.block]) {
    const hurt = hurtWith(block);
    for (const member of members) assert.not(hurt.probe.call.inRing!(member), `with ${block} in it`);
    assert.is(hurt.stat().damagedUnknown, 0);
  }
});

test("the anchor of a large part is in no stripe, whatever a descriptor says", () => {
  const { store } = grow(4, 256, 0.03, new Chance(13));
  store.must(store.close());
  store.must(store.pull());
  const { parity, members } = stripesOf(store)[0]!;
  forgeDescriptor(store, store.part, parity, (data) => data.setUint16(memberAt(0) + 1, 0, true));
  store.must(store.pull());
  for (const block of [parity, ...members]) assert.not(store.probe.call.inRing!(block));
});

test("what names the parity block of another stripe as its member is no stripe, and that other one stands", () => {
  const { store, model, again } = closed(14);
  const [first, second] = full(store);
  const hurt = again((part) =>
    forgeDescriptor(store, part, first!.parity, (data) => {
      data.setUint16(memberAt(0) + 1, second!.parity, true);
      data.setUint8(memberAt(0) + 3, store.probe.call.eraseCountOf!(second!.parity));
    }),
  );
  model.mustBeIn(hurt, "a forged member");
  for (const member of first!.members) assert.not(hurt.probe.call.inRing!(member));
  assert.equal(coveredBlocks(hurt).filter((block) => second!.members.includes(block)).length, 4);
});

test("a descriptor that reads, and a moment later does not, is asked again: a lost block is not overlooked for it", () => {
  const { store, model, again } = closed(15);
  const { parity, members } = full(store)[0]!;
  const end = store.probe.value("segmentEnd");
  let asked = 0;
  const hurt = again((part) => damageBlock(part, members[0]!, "garbage", new Chance(3)), {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) =>
        block === parity && offset === end && [2, 3].includes(++asked) ? -1 : part.read(block, offset, target),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  assert.ok(asked > 4, "the mount began anew");
  model.mustBeIn(hurt, "one block lost");
});

/** A part with nothing on it but the label of block 0, which asks for outer parity. */
function labelled(blockCount: number, outer: number): RamFlash {
  const part = new RamFlash({ ...parts.words, blockCount });
  const { call, spare, ...maker } = new Probe(part, 4 * MEBIBYTE);
  assert.ok(call.hf_configure!(0, 2048, blockCount, 64, 2) > 0 && maker);
  call.encodeLabel!(spare, 0, 1, 7n, 0, outer, 16, 0, 1, STRIPES);
  part.bytes.set(new Uint8Array(maker.memory.buffer, spare, 64));
  return part;
}
const STRIPES = 2;

/** The status of a mount, and of a refusal its detail. */
function mounted(part: FlashDevice, memoryBytes = 4 * MEBIBYTE): [number, number] {
  const probe = new Probe(part, memoryBytes);
  assert.ok(probe.configure() > 0);
  return [probe.call.hf_mount!(0, 0), probe.doorstep.fault().detail];
}

test("a store whose label asks for parity that the part has too few or too many blocks for is refused", () => {
  const [refused, begun] = [status("WRONG_GEOMETRY"), status("NOT_FORMATTED")];
  for (const [blockCount, outer, expected] of [
    [31, 4, [refused, 6]],
    [32, 4, [begun, 1]],
    [47, 8, [refused, 6]],
    [48, 8, [begun, 1]],
    [0x7ffe, 4, [begun, 1]],
    [0x7fff, 4, [refused, 6]],
  ] as const)
    assert.equal(mounted(labelled(blockCount, outer)), expected, `${blockCount} blocks with parity ${outer}`);
});

test("memory that holds the block table and an index, but no rings beside them, is too little for a store with stripes: INDEX_FULL", () => {
  const memoryBytes = 3 * 65536;
  const left = memoryBytes - new Probe().call.dynamicBase!();
  const blockCount = Math.floor((left - 8192) / new Probe().value("BLOCK_ENTRY_BYTES")); // 8 KiB for the index
  assert.equal(mounted(labelled(blockCount, 4), memoryBytes), [status("INDEX_FULL"), 0]);
  assert.equal(mounted(labelled(blockCount, 4), memoryBytes + 2 * 65536), [status("NOT_FORMATTED"), 1]);
});

test("no block, and none of another stripe, is in a stripe", () => {
  const { store } = closed(17);
  const [first, second] = full(store);
  const { inStripe } = store.probe.call;
  assert.is(inStripe!(-1, first!.parity), 0);
  for (const block of first!.members) assert.equal([inStripe!(block, first!.parity), inStripe!(block, second!.parity)], [1, 0]);
  for (const block of [first!.parity, ...first!.members]) assert.is(store.probe.call.parityOf!(block), first!.parity);
});

test("who asks for the parity block of a ring that has none is told the block itself, and does not go round for ever", () => {
  const { store } = closed(18);
  const { call } = store.probe;
  const [one, other] = store.probe.blocksIn("STATE_BLANK");
  call.beginRing!(one!);
  call.joinRing!(other!, one!);
  assert.equal([call.parityOf!(one!), call.parityOf!(other!)], [one, other]);
});

test.run();
