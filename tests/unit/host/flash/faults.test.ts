import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FAULT_IDS, type Fault, faultProblem, usualRate } from "../../../../host/flash/faults.js";
import { NAND, NOR, PAIRED } from "./fault-parts.js";

const test = suite("host/flash/faults");

test("the numbers of the faults never change: replays hang on them", () => {
  const line = "P0 P1 P2 P3 P4 P5 P6 P7 P8 E1 E2 E3 E4 E5 D1 D2 D3 D4 B1 B2 B3 B4 B5 A1 A2 A3 A4 L1 L2 L3 R1 R2 V1 V2 H1";
  assert.is(FAULT_IDS.join(" "), line);
});

test("what has no usual rate and is not there from the start must say when", () => {
  for (const id of FAULT_IDS) {
    const geometry = id === "P7" ? PAIRED : NAND;
    const needsMoment = /^[PE][0-5]$/.test(id) || id === "H1";
    assert.is(faultProblem({ id } as Fault, geometry) !== undefined, needsMoment, id);
    assert.is(faultProblem({ id, at: 3 } as Fault, geometry), undefined, id);
    assert.is(faultProblem({ id, rate: 0.5 } as Fault, geometry), undefined, id);
  }
});

test("nonsense is refused by name", () => {
  const refused: [Fault, RegExp][] = [
    [{ id: "X1" } as unknown as Fault, /no fault is called X1/],
    [{ id: "A1", at: -1 }, /A1: -1/],
    [{ id: "A1", at: 1.5 }, /A1: 1.5/],
    [{ id: "A1", rate: 2 }, /A1: a rate of 2/],
    [{ id: "A1", at: 1, boot: -2 }, /A1: -2/],
    [{ id: "B1" }, /only NAND/],
    [{ id: "P7" }, /pairs no pages/],
    [{ id: "B4", block: 8 }, /no block 8/],
    [{ id: "A2", at: 0, block: -1 }, /no block -1/],
  ];
  for (const [fault, reason] of refused) assert.match(faultProblem(fault, NOR) ?? "accepted", reason);
  assert.is(faultProblem({ id: "P7", pairedPages: 3 }, NAND), undefined);
});

test("the table of docs/testing.md names every fault, with the usual rate of those that have one", () => {
  const rows = readFileSync("docs/testing.md", "utf8")
    .split("\n")
    .filter((line) => /^\| [A-Z][0-9] \|/.test(line));
  const documented = new Map(rows.map((row) => [row.slice(2, 4), row]));
  for (const id of [...FAULT_IDS, "C1", "M1", "N1", "N2"]) assert.ok(documented.has(id), `${id} is not in the table`);
  for (const id of FAULT_IDS) {
    const rate = usualRate({ id } as Fault);
    if (rate > 0)
      assert.ok(
        documented.get(id)?.includes(`${rate.toString().replace(/^0?\./, "0.")}`),
        `${id}: ${rate} is not in ${documented.get(id)}`,
      );
  }
});

test.run();
