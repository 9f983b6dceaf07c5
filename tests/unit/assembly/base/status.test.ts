/* The one table of statuses, and that the door answers only from it. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STATUSES } from "../../../../host/errors.js";
import { parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/base/status");
const rows = [...readFileSync("assembly/base/status.ts", "utf8").matchAll(/^\s+([A-Z_]+) = (-?\d+),/gm)].map(
  (row) => [row[1]!, Number(row[2])] as const,
);

test("every status has a number of its own; only OK is not below zero", () => {
  assert.ok(rows.length > 10);
  assert.is(new Set(rows.map(([, number]) => number)).size, rows.length);
  for (const [name, number] of rows) assert.is(number >= 0, name === "OK", name);
});

test("whatever a closed core is asked, it answers CLOSED", () => {
  const { call } = new Store(parts.nor).probe;
  const answers = [
    call.hf_get!(0, 0, 0),
    call.hf_read!(0, 1),
    call.hf_list_next!(-1, 0, 0),
    call.hf_changes_next!(0, 0, 0, 0),
    call.hf_verify_next!(0, 0),
    call.hf_scrub_next!(0, 0),
    call.hf_put_begin!(0, 0, 0, 0, 0, 0, 0, 0),
    call.hf_remove!(0, 0, 0, 0),
    call.hf_batch_begin!(1, 1),
    call.hf_tick!(1),
    call.hf_stat!(),
  ];
  assert.equal(
    answers,
    answers.map(() => STATUSES.CLOSED.number),
  );
});

test.run();
