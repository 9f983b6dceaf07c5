import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mergedSeries } from "../../../../host/text/merge.js";
import { importPlan } from "../../../../host/text/plan.js";

const test = suite("host/text/merge");
const event = (...lines: string[]) => ["BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT", ""].join("\n");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

function merged(incoming: string, stored: string): string {
  const record = importPlan("a.ics", bytes(incoming)).records[0];
  if (!record) throw new Error("no record");
  return Buffer.from(mergedSeries(record, bytes(stored)).body).toString();
}

const [master, newer] = [event("SEQUENCE:0"), event("SEQUENCE:1")];
const [first, second, again] = [event("RECURRENCE-ID:1"), event("RECURRENCE-ID:2"), event("RECURRENCE-ID:1", "SUMMARY:x")];

test("overrides of their own join the stored master, and take the place of their like", () => {
  assert.is(merged(first, master), master + first);
  assert.is(merged(again + second, master + first), master + again + second);
});

test("a master takes along stored overrides that had none", () => {
  assert.is(merged(master, first + second), master + first + second);
  assert.is(merged(master + again, first + second), master + again + second);
});

test("what is there already changes nothing; a newer whole replaces", () => {
  assert.is(merged(master, master + first), master + first);
  assert.is(merged(first, master + first), master + first);
  assert.is(merged(newer, master + first), newer);
});

test("two encodings are never joined", () => {
  const record = importPlan("a.ics", bytes(first)).records[0];
  if (!record) throw new Error("no record");
  assert.equal(mergedSeries(record, new Uint8Array(Buffer.from(master, "utf16le"))).body, record.body);
});

test.run();
