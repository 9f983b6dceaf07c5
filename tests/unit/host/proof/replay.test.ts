/* A line is one run, wherever and however often it is played. */
import { Worker } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseReplay, printReplay, runReplay } from "../../../../host/proof/replay.js";
import { holdfast, holdfastAfresh } from "../../../../host/proof/store.js";

const test = suite("host/proof/replay");
const LINES = [
  "spi-nor-8m:b14:seed3:w3:f16:p5:cut60=unstable:n2=delayed:n4=erase-c",
  "slc-nand-64m:b12:seed4:w1:f5:p1:cut45=bits",
  "spi-nor-8m:b12:seed6:w3:f10:p5:cut40=prefix:n1=bits:short",
];

/** In a thread of its own, which has loaded nothing before. */
function playedElsewhere(line: string): Promise<string> {
  const [loader, replay, store] = [
    import.meta.resolve("tsx/esm/api"),
    new URL("../../../../host/proof/replay.ts", import.meta.url).href,
    new URL("../../../../host/proof/store.ts", import.meta.url).href,
  ];
  const code = `const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(loader)}).then(async ({ register }) => {
      register();
      const { parseReplay, runReplay } = await import(${JSON.stringify(replay)});
      const { holdfast } = await import(${JSON.stringify(store)});
      parentPort.postMessage((await runReplay(holdfast, parseReplay(${JSON.stringify(line)}))).logHash);
    });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, execArgv: [] });
    worker.once("message", resolve).once("error", reject);
  });
}

test("the same line gives the same log hash three times, each in a thread that is new", async () => {
  const hashes = new Set<string>();
  for (const line of LINES.slice(0, 1)) {
    const three = [await playedElsewhere(line), await playedElsewhere(line), await playedElsewhere(line)];
    assert.match(three[0]!, /^[0-9a-f]{64}$/);
    assert.equal(three, [three[0], three[0], three[0]]);
    hashes.add(three[0]!);
  }
  for (const line of LINES) hashes.add((await runReplay(holdfast, parseReplay(line))).logHash);
  assert.is(hashes.size, LINES.length, "other lines, other hashes");
});

test("instances used again and fresh ones leave the same log", async () => {
  for (const line of LINES) {
    const [again, fresh] = [await runReplay(holdfast, parseReplay(line)), await runReplay(holdfastAfresh, parseReplay(line))];
    assert.is(again.logHash, fresh.logHash, line);
    assert.equal([again.cuts, again.findings], [1, []]);
    assert.ok(again.logEntries > 1000, `${again.logEntries} entries`);
  }
});

test("one more cut, another tear, another life: another hash", async () => {
  const line = LINES[2]!;
  const others = [line, line.replace(":n1=bits", ""), line.replace("=prefix", "=unstable"), line.replace(":short", "")];
  const hashes = await Promise.all(others.map(async (text) => (await runReplay(holdfast, parseReplay(text))).logHash));
  assert.is(new Set(hashes).size, others.length);
});

test("a line is printed as it was read", () => {
  for (const line of [
    ...LINES,
    "spi-nor-8m:b24:seed7:w2:f40:p15:cut812=bits:n3=unstable:keep=0-14.18",
    "spi-nor-8m:b24:seed7:w2:f40:p15:cut812=bits:long",
  ]) {
    assert.is(printReplay(parseReplay(line)), line);
  }
});

test.run();
