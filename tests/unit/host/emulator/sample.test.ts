import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SAMPLE_NAME, sampleCards } from "../../../../host/emulator/sample.js";
import { importPlan } from "../../../../host/text/index.js";

const test = suite("host/emulator/sample");

test("twenty-five people, each with a name, a number and an id of their own; nothing is refused", () => {
  const { records, refused, repeated } = importPlan(SAMPLE_NAME, new TextEncoder().encode(sampleCards()));
  assert.equal([records.length, refused.length, repeated], [25, 0, 0]);
  assert.is(new Set(records.map(({ id }) => id)).size, 25);
  assert.is(new Set(records.map(({ meta }) => meta.label)).size, 25);
  assert.ok(records.every(({ kind, meta }) => kind === "contact" && meta.phones?.length === 1));
});

test("the numbers are from ranges kept free for fiction", () => {
  const numbers = [...sampleCards().matchAll(/^TEL.*:(.*)\r$/gm)].map((match) => match[1]);
  assert.is(numbers.length, 25);
  for (const number of numbers) assert.match(number, /^(\+44 7700 900\d{3}|\+1-202-555-01\d\d)$/);
});

test.run();
