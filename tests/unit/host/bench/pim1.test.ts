import { crc32 } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bodyOf, goldenProblems, keyOf, lengthOf, mulberry32, Pim1, type PimVerb } from "../../../../host/bench/pim1.js";

const pim1 = suite("host/bench/pim1");

pim1("mulberry32 gives the golden draws", () => {
  const draw = mulberry32(1);
  assert.equal([draw(), draw(), draw()], [0xa087eaf3, 0x00b349c9, 0x8706c4eb]);
});

pim1("records have the golden lengths and bytes", () => {
  const golden: [type: number, id: number, version: number, length: number, crc: number][] = [
    [0, 0, 0, 92, 0x0f01bd70],
    [1, 7, 0, 70, 0xab197a26],
    [3, 2, 3, 948, 0xb7c434a5],
    [4, 10, 1, 45, 0xf5315082],
    [5, 0, 0, 40960, 0x2ebec32c],
  ];
  for (const [type, id, version, length, crc] of golden) {
    const body = bodyOf({ type, id, version });
    assert.is(body.length, length);
    assert.is(lengthOf({ type, id, version }), length);
    assert.is(crc32(body) >>> 0, crc);
  }
});

pim1("load and churn have the golden hash, sizes and counts", () => {
  assert.equal(goldenProblems(), []);
});

pim1("the first operations and the mix of seed 1 are the golden ones", () => {
  const pim = new Pim1(1);
  assert.is([...pim.load()].length, 9524);
  pim.shuffle();
  const operations = Array.from({ length: 20_000 }, () => pim.next());
  assert.equal(
    operations.slice(0, 6).map(({ verb, type, id, version }) => `${verb} ${type} ${id} ${version}`),
    ["update 1 178 1", "update 4 2530 1", "update 1 2542 1", "update 4 1171 1", "update 0 1378 1", "insert 1 3000 0"],
  );
  const count = (verb: PimVerb) => operations.filter((operation) => operation.verb === verb).length;
  assert.equal([count("update"), count("insert"), count("remove"), count("get")], [10_893, 3_093, 2_937, 3_077]);
});

pim1("scale floors each count; photos are not churned", () => {
  const pim = new Pim1(1, 50);
  const loaded = [...pim.load()];
  assert.is(loaded.length, 1000 + 1500 + 250 + 500 + 1500 + 12);
  assert.is(pim.live.length, loaded.length - 12);
  assert.is(pim.photos.length, 12);
});

pim1("keys are unique and 8 bytes long", () => {
  assert.equal(keyOf({ type: 4, id: 2530, version: 9 }), { kind: "message", id: "00000000000009e2" });
});

pim1("what was taken back has not happened", () => {
  const pim = new Pim1(7, 1);
  [...pim.load()];
  const alive = () => pim.live.map(({ type, id, version }) => `${type} ${id} ${version}`).sort();
  const met = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const before = alive();
    const operation = pim.next();
    met.add(operation.verb);
    pim.takeBack(operation);
    assert.equal(alive(), before, operation.verb);
  }
  assert.is(met.size, 4);
});

pim1("an owner without records inserts one", () => {
  const pim = new Pim1(3, 0);
  assert.equal([...pim.load()], []);
  assert.is(pim.next().verb, "insert");
});

pim1.run();
