/*
 * The report page: verdict, every campaign, every violation with its line, nothing from elsewhere, nothing unescaped.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CampaignReport } from "../../../../host/proof/campaign-report.js";
import { reportPage } from "../../../../host/proof/report-page.js";
import { aReport } from "./a-report.js";

const test = suite("host/proof/report-page");
const about = { part: "<NOR> & co", replayWith: "holdfast powercut --replay" };

function pageOf(changes: Partial<CampaignReport> = {}, missed: string[] = []): string {
  return reportPage([{ name: "single", report: aReport(changes), missed }], about);
}

test("a clean report says so, and names every campaign with its budget", () => {
  const page = reportPage(
    [
      { name: "single", report: aReport(), missed: [] },
      { name: "bursts", report: aReport({ budget: "one burst", cuts: 0, trials: { bursts: 1234 } }), missed: [] },
    ],
    about,
  );
  assert.match(page, "Verdict: nothing lost");
  for (const text of ["single", "one cut", "bursts", "one burst", "1 234"]) assert.ok(page.includes(text), text);
  assert.not.match(page, "Violations</h2>");
});

test("violations turn the verdict and are listed with the line that replays them", () => {
  const replay = "spi-nor-8m:b24:seed1:w1:f40:p15:cut31=bits";
  const violations = [{ replay, text: "G1 note/<b>x</b> missing", invariant: "I1" as const }];
  const page = pageOf({ violations });
  assert.match(page, "Verdict: 1 violation");
  assert.match(page, `holdfast powercut --replay &#39;${replay}&#39;`);
  assert.match(page, "I1: G1 note/&lt;b&gt;x&lt;/b&gt; missing");
  assert.not.match(page, "<b>x</b>");
});

test("what names no cut is not offered to --replay", () => {
  const page = pageOf({ violations: [{ replay: "spi-nor-8m:b16:seed5", text: "lost" }] });
  assert.match(page, "<code>spi-nor-8m:b16:seed5</code>");
});

test("very many violations are counted", () => {
  const violations = Array.from({ length: 73 }, (_, i) => ({ replay: `a:cut${i}=bits`, text: `lost ${i}` }));
  assert.match(pageOf({ violations }), "and 23 more");
});

test("what was not shown is said", () => {
  assert.match(
    pageOf({}, ["single: 3 cuts, 20 are asked for"]),
    /nothing lost, but not all was shown.*<li>single: 3 cuts, 20 are asked for/s,
  );
});

test("all text is escaped, all is in the page, and the same reports give the same page", () => {
  const page = pageOf();
  assert.match(page, "Power cuts on &lt;NOR&gt; &amp; co");
  assert.not.match(page, /<script|<link|<img|@import|url\(|src=|href=/);
  assert.is(page, pageOf());
});

test.run();
