/*
 * One table of statuses: the core's, the host's and the document's are the same.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STATUSES } from "../../host/errors.js";

const core = table(readFileSync("assembly/base/status.ts", "utf8"), /^\s*([A-Z_]+) = (-?\d+),/gm);
const document = table(readFileSync("docs/abi.md", "utf8").replaceAll("−", "-"), /^\| `([A-Z_]+)` \| (-?\d+) \|/gm);
const host = { OK: 0, ...Object.fromEntries(Object.entries(STATUSES).map(([name, row]) => [name, row.number])) };
const house = suite("house/status");

function table(text: string, row: RegExp): Record<string, number> {
  return Object.fromEntries([...text.matchAll(row)].map((match) => [match[1], Number(match[2])]));
}

house("assembly/base/status.ts and host/errors.ts agree", () => {
  assert.ok(Object.keys(core).length > 10);
  assert.equal(core, host);
});

house("docs/abi.md and host/errors.ts agree", () => {
  assert.equal(document, host);
});

house("no number has two names, and every row says what to do", () => {
  assert.is(new Set(Object.values(host)).size, Object.keys(host).length);
  for (const row of Object.values(STATUSES)) assert.ok(row.hint.length > 0 && row.words.length > 0);
});

house.run();
