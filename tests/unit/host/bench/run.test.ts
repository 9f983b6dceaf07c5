import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bench } from "../../../../host/bench/run.js";
import { toyDoors } from "./toy-store.js";

const run = suite("host/bench/run");

run("runs the configurations asked for, with each retention, and says so", async () => {
  const heard: string[] = [];
  const options = { configurations: ["a50"], operations: 200, doors: toyDoors };
  const report = await bench(options, (line) => heard.push(line));
  assert.equal(
    report.configurations.map(({ name, retention }) => [name, retention]),
    [
      ["A50", "0"],
      ["A50", "default"],
    ],
  );
  assert.is(heard.length, 2);
  assert.ok(report.bars.some(({ bar }) => bar === "A50 get p99"));
  assert.is(report.wear, undefined);
});

run("A4 is run packed too", async () => {
  const report = await bench({ configurations: ["A4"], operations: 50, retentions: ["default"], doors: toyDoors });
  assert.equal(
    report.configurations.map(({ retention, packed }) => [retention, packed]),
    [
      ["default", false],
      ["default", true],
    ],
  );
});

run("an unknown configuration is refused by name", async () => {
  let thrown: unknown;
  await bench({ configurations: ["Z9"], doors: toyDoors }).catch((error) => {
    thrown = error;
  });
  assert.match(String(thrown), /Z9.*A50, A100, A4, B, B4/);
});

run.run();
