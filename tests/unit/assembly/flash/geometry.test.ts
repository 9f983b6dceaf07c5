/* Which parts are served, why others are not, and how 24 bits address one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashGeometry, presets } from "../../../../host/flash/index.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { status } from "../../../support/probe-store.js";

const test = suite("assembly/flash/geometry");
const probe = new Probe();
const { call, word } = probe;
const KIB = 1024;

const nor: FlashGeometry = { kind: "nor", blockBytes: 4 * KIB, blockCount: 64, pageBytes: 256, programBytes: 1 };
const nand: FlashGeometry = { kind: "nand", blockBytes: 128 * KIB, blockCount: 64, pageBytes: 2 * KIB, programBytes: 2 * KIB };

function ask(name: "refusal" | "configureGeometry", { kind, blockBytes, blockCount, pageBytes, programBytes }: FlashGeometry): number {
  return call[name]!(kind === "nand" ? 1 : 0, blockBytes, blockCount, pageBytes, programBytes);
}
/** Rules by name, as geometry.ts numbers them. */
const RULE = { none: 0, block: 1, count: 2, page: 3, "program unit": 4 };

const REFUSED: [keyof typeof RULE, string, FlashGeometry][] = [
  ["block", "a block that is no power of two", { ...nor, blockBytes: 4097 }],
  ["block", "a block below 2 KiB", { ...nor, blockBytes: KIB }],
  ["block", "a NOR block above 256 KiB", { ...nor, blockBytes: 512 * KIB }],
  ["count", "fewer than 12 blocks", { ...nor, blockCount: 11 }],
  ["count", "more than 65535 blocks", { ...nor, blockCount: 65536 }],
  ["page", "a page that is no power of two", { ...nor, pageBytes: 100 }],
  ["page", "a page above the block", { ...nor, pageBytes: 8 * KIB }],
  ["page", "NAND pages below 512", { ...nand, blockBytes: 16 * KIB, pageBytes: 256, programBytes: 256 }],
  ["page", "NAND pages above 4 KiB", { ...nand, pageBytes: 8 * KIB, programBytes: 8 * KIB }],
  ["page", "a NAND program unit that is not the page", { ...nand, programBytes: 512 }],
  ["page", "fewer than 16 NAND pages a block", { ...nand, blockBytes: 16 * KIB }],
  ["page", "more than 256 NAND pages a block", { ...nand, blockBytes: 256 * KIB, pageBytes: 512, programBytes: 512 }],
  ["program unit", "a NOR program unit above 32", { ...nor, programBytes: 64 }],
  ["program unit", "a NOR program unit that is no power of two", { ...nor, programBytes: 3 }],
  ["program unit", "a NOR program unit of nothing", { ...nor, programBytes: 0 }],
];

for (const [rule, what, geometry] of REFUSED) {
  test(`refused by its ${rule}: ${what}`, () => {
    assert.is(ask("refusal", geometry), RULE[rule]);
    assert.is(ask("configureGeometry", geometry), status("WRONG_GEOMETRY"));
  });
}

test("another kind than NOR and NAND is refused", () => {
  assert.is.not(call.refusal!(2, nor.blockBytes, nor.blockCount, nor.pageBytes, nor.programBytes), 0);
});

test("every preset is served, and the limits themselves", () => {
  const limits: FlashGeometry[] = [
    { ...nor, blockBytes: 2 * KIB, blockCount: 12 },
    { ...nor, blockBytes: 256 * KIB, blockCount: 65535, programBytes: 32 },
    { ...nand, blockBytes: 8 * KIB, pageBytes: 512, programBytes: 512, blockCount: 12 },
    { ...nand, blockBytes: 1024 * KIB, pageBytes: 4 * KIB, programBytes: 4 * KIB, blockCount: 65535 },
  ];
  for (const geometry of [...Object.values(presets), ...limits]) assert.is(ask("refusal", geometry), RULE.none, JSON.stringify(geometry));
});

test("a refused geometry leaves the present one as it is", () => {
  ask("configureGeometry", nor);
  ask("configureGeometry", { ...nor, blockBytes: 4097 });
  assert.is(probe.value("blockBytes"), nor.blockBytes);
});

const SERVED = [
  nor,
  nand,
  ...Object.values(presets),
  { ...nor, blockBytes: 256 * KIB, blockCount: 4096, programBytes: 32 },
  { ...nand, blockCount: 65535 },
];

test("every place a record may start at has an address of 24 bits, and comes back from it", () => {
  const chance = new Chance(1);
  for (const geometry of SERVED) {
    ask("configureGeometry", geometry);
    const unit = probe.value("addressUnit");
    for (let round = 0; round < 400; round++) {
      const block = round === 0 ? geometry.blockCount - 1 : chance.below(geometry.blockCount);
      const offset = round === 0 ? geometry.blockBytes - unit : chance.below(geometry.blockBytes / unit) * unit;
      const address = word.toAddress!(block, offset);
      assert.ok(address < 0xffffff, `${address} is 24 bits, and not the empty mark`);
      assert.equal([call.addressBlock!(address), call.addressOffset!(address)], [block, offset]);
    }
  }
});

test("records never start inside a program unit of NOR, and never on an odd byte of NAND", () => {
  for (const geometry of SERVED) {
    ask("configureGeometry", geometry);
    assert.is(probe.value("addressUnit") % (geometry.kind === "nor" ? geometry.programBytes : 4), 0);
  }
});

test("sixteen bits hold the live units of a block", () => {
  for (const geometry of SERVED) {
    ask("configureGeometry", geometry);
    assert.ok(geometry.blockBytes / probe.value("liveUnit") <= 32768);
  }
});

test.run();
