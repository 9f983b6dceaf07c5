/*
 * The page of `holdfast powercut --report` in a headless Chromium: axe, light and dark, on a phone; nothing is asked of anybody else.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reportPage } from "../../host/proof/report-page.js";
import { CHROMIUM, leave, REMEDY, visit } from "../support/page.js";
import { skip } from "../support/skip.js";
import { aReport } from "../unit/host/proof/a-report.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const test = suite("page/report");
test.after(leave);

/** In the page. */
declare const axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[] }> };

function aPage(): string {
  const replay = `spi-nor-8m:b24:seed1:w1:f40:p15:cut31=bits${":n3=unstable".repeat(50)}:keep=0-4.9`;
  const violations = [{ replay, text: "G1 note/5f2c missing", invariant: "I1" as const }];
  const finished = [
    { name: "single", report: aReport({ violations }), missed: ["single: 3 cuts, 20 are asked for"] },
    { name: "storms", report: aReport(), missed: [] },
  ];
  return reportPage(finished, { part: "every kind of part", replayWith: "holdfast powercut --replay" });
}

async function accessible(): Promise<void> {
  const { page, context } = await visit();
  const asked: string[] = [];
  await page.goto("about:blank");
  page.on("request", (request) => asked.push(request.url()));
  await page.setContent(aPage());
  for (const table of await page.locator("summary").all()) await table.click();
  await page.evaluate(readFileSync(AXE, "utf8"));
  for (const [width, colorScheme] of [
    [1280, "light"],
    [1280, "dark"],
    [390, "light"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    const { violations } = await page.evaluate(() => axe.run());
    const told = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
    );
    assert.equal(told, [], `${width} ${colorScheme}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.is(wide, 0, `${width} scrolls sideways`);
  }
  assert.equal(asked, []);
  await context.close();
}

const name = "axe finds no violation, light, dark and on a phone; nothing scrolls sideways, and nothing is loaded";
if (CHROMIUM === "") skip(test, name, "there is no chromium", REMEDY);
else test(name, accessible);

test.run();
