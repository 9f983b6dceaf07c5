import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashGeometry, geometryProblem, presets } from "../../../../host/flash/index.js";

const test = suite("host/flash/presets");
const MIB = 1024 * 1024;

test("the presets have the sizes of the design's table", () => {
  const sizes = Object.entries(presets).map(([name, g]) => [
    name,
    (g.blockBytes * g.blockCount) / MIB,
    g.blockBytes,
    g.pageBytes,
    g.programBytes,
  ]);
  assert.equal(sizes, [
    ["spi-nor-8m", 8, 4096, 256, 1],
    ["cfi-nor-16m", 16, 131072, 64, 2],
    ["ecc-nor-16m", 16, 65536, 256, 16],
    ["slc-nand-64m", 64, 131072, 2048, 2048],
    ["sx1-nor-8m", 8, 131072, 64, 4],
  ]);
  assert.is(presets["slc-nand-64m"].oobBytes, 64);
});

test("every preset can be served, down to 12 blocks", () => {
  for (const geometry of Object.values(presets)) {
    assert.is(geometryProblem(geometry), undefined);
    assert.is(geometryProblem({ ...geometry, blockCount: 12 }), undefined);
  }
});

test("what cannot be served is refused in words that name it", () => {
  const nor = presets["spi-nor-8m"];
  const nand = presets["slc-nand-64m"];
  const refused: [FlashGeometry, RegExp][] = [
    [{ ...nor, kind: "tape" as "nor" }, /tape/],
    [{ ...nor, blockCount: 11 }, /11 blocks/],
    [{ ...nor, blockCount: 65536 }, /65536 blocks/],
    [{ ...nor, blockCount: 12.5 }, /12\.5/],
    [{ ...nor, blockBytes: 1024 }, /NOR blocks of 1024/],
    [{ ...nor, blockBytes: 512 * 1024 }, /NOR blocks of 524288/],
    [{ ...nor, blockBytes: 5000 }, /powers of two/],
    [{ ...nor, programBytes: 64 }, /unit of 64/],
    [{ ...nor, programBytes: 0 }, /powers of two/],
    [{ ...nor, pageBytes: 8192 }, /fit/],
    [{ ...nand, pageBytes: 256, programBytes: 256, blockBytes: 16384 }, /pages of 256/],
    [{ ...nand, pageBytes: 8192, programBytes: 8192 }, /pages of 8192/],
    [{ ...nand, blockBytes: 8 * 2048 }, /8 NAND pages/],
    [{ ...nand, programBytes: 512 }, /unit of 512/],
  ];
  for (const [geometry, words] of refused) assert.match(geometryProblem(geometry) ?? "served", words);
});

test.run();
