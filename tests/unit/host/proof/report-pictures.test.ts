/*
 * The pictures: each says in its table, and in its text alternative, what it draws.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cutPointMap, escaped, latencies, table, wearHistogram } from "../../../../host/proof/report-pictures.js";
import { aReport } from "./a-report.js";

const test = suite("host/proof/report-pictures");

const rects = (html: string) => html.match(/<rect /g)?.length ?? 0;
const row = (...cells: string[]) => {
  const [first, ...rest] = cells;
  return `<th scope="row">${first}</th>${rest.map((cell) => `<td class="number">${cell}</td>`).join("")}`;
};

test("the cut-point map has a square for each operation cut, and counts them by phase", () => {
  const map = cutPointMap(aReport());
  assert.is(rects(map), 7);
  assert.is(map.match(/class="violated"/g)?.length, 1);
  assert.ok(map.includes(row("write", "3", "42.9 %", "1")), map);
  assert.match(map, 'aria-label="Cut operations by phase: format 2, first boot 1, erase 1, write 3"');
});

test("wear is drawn and told", () => {
  const wear = wearHistogram(aReport());
  assert.ok(wear.includes(row("1", "5")));
  assert.match(wear, "3 erased 0 times, 5 erased 1 times, 2 erased 3 times");
});

test("latency has quantiles by the edges of its buckets", () => {
  assert.ok(latencies(aReport()).includes(row("put", "11", "1.00 ms", "4.20 ms", "4.20 ms")), latencies(aReport()));
});

test("what was not seen is not drawn", () => {
  const report = aReport({ scripts: [], wear: [], latencies: {} });
  assert.is(cutPointMap(report) + wearHistogram(report) + latencies(report), "");
});

test("a table escapes its cells", () => {
  assert.match(table("<c>", ["<h>"], [["<r>", "'&\""]]), /&lt;c&gt;.*&lt;h&gt;.*&lt;r&gt;.*&#39;&amp;&quot;/);
  assert.is(escaped("plain"), "plain");
});

test.run();
