/*
 * The page as a visitor has it: found by role and name, clicked, typed at, read, loaded anew, opened twice.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Session } from "../../host/emulator/session.js";
import { CHROMIUM, leave, listen, REMEDY, type Visit, visit } from "../support/page.js";
import { skip } from "../support/skip.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const test = suite("page/page");
test.after(leave);

/** In the page. */
declare const holdfast: Session;
declare const axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[] }> };

const idle = (page: Page) => page.waitForSelector('main[aria-busy="false"]');
const words = async (page: Page, name: string) => (await page.textContent(`[data-testid="${name}"]`)) ?? "";
const names = (page: Page) => page.locator('[data-testid="records"] .name').allTextContents();

/** Waits for what comes a moment after a click that keeps nobody waiting. */
const until = (page: Page, name: string, text: string) =>
  page.locator(`[data-testid="${name}"]`, { hasText: text }).waitFor({ state: "visible" });

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await idle(page);
}

async function opened(look?: Parameters<typeof visit>[0]): Promise<Visit> {
  const visited = await visit(look);
  await idle(visited.page);
  return visited;
}

async function theStory(): Promise<void> {
  const { page, context, complaints } = await opened();
  assert.match(await words(page, "status"), "blank");
  assert.is(await words(page, "record-count"), "0");
  await press(page, "Import 25 invented people");
  assert.match(await words(page, "status"), "25 added");
  assert.ok((await names(page)).includes("Grandmother"));

  await press(page, "Pull the battery");
  assert.match(await words(page, "status"), /^Battery pulled (in the middle of|as) .*\. Booted: 2[56] records, 0 lost\.$/);
  assert.is(await words(page, "losses"), "");
  await press(page, "Pull it 20 times");
  assert.is(await words(page, "status"), "20 battery pulls, 20 boots: 26 records, 0 lost.");

  const before = await names(page);
  assert.is(before.length, 26);
  await page.reload();
  await idle(page);
  assert.is(await words(page, "status"), "Page reloaded, the flash was kept. Booted: 26 records, 0 lost.");
  assert.equal(await names(page), before);
  assert.equal(complaints, []);
  await context.close();
}

async function chosenInstant(): Promise<void> {
  const { page, context } = await opened();
  await page.getByText("Choose the instant").click();
  await page.getByLabel("Operation").fill("3");
  await page.getByLabel("and once more while it boots").check();
  await press(page, "Pull the battery");
  assert.match(await words(page, "detail"), /^Operation 3, block \d+, offset \d+: /);
  assert.match(await words(page, "status"), "0 lost");
  await page.getByLabel("Operation").fill("0");
  await press(page, "Pull the battery");
  assert.match(await words(page, "status"), "Count from 1.");
  await context.close();
}

async function filesAndRecords(): Promise<void> {
  const { page, context } = await opened();
  const card = (name: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nEND:VCARD\r\n`;
  await page.setInputFiles('[data-testid="files"]', {
    name: "zoe.vcf",
    mimeType: "text/vcard",
    buffer: Buffer.from(card("Zoë <b>Bold</b>")),
  });
  await page.waitForFunction(() => document.querySelector('[data-testid="record-count"]')?.textContent === "1");
  assert.equal(await names(page), ["Zoë <b>Bold</b>"]); // text, never HTML

  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "two.vcf"));
    for (const type of ["dragover", "drop"]) window.dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true }));
  }, card("Anna") + card("Bo"));
  await page.waitForFunction(() => document.querySelector('[data-testid="record-count"]')?.textContent === "3");

  await page.getByLabel("Find a record").fill("bo");
  assert.equal(await names(page), ["Bo", "Zoë <b>Bold</b>"]);
  await page.locator("summary", { hasText: /^Bo/ }).click();
  assert.is(await page.locator("pre").textContent(), card("Bo"));
  await press(page, "Remove");
  assert.match(await words(page, "status"), "Removed contact");
  await page.getByLabel("Find a record").fill("");
  assert.equal((await names(page)).sort(), ["Anna", "Zoë <b>Bold</b>"]);
  await press(page, "Verify");
  assert.is(await words(page, "status"), "Read back 2 records: 2 whole, 0 of these mended, 0 damaged.");
  await context.close();
}

async function formatAsks(): Promise<void> {
  const { page, context } = await opened();
  await press(page, "Import 25 invented people");
  await page.getByRole("button", { name: "Format…" }).click();
  await page.getByRole("button", { name: "Keep them" }).click();
  assert.is((await names(page)).length, 25);
  await page.getByRole("button", { name: "Format…" }).click();
  await page.getByRole("button", { name: "Erase everything" }).click();
  await page.waitForFunction(() => document.querySelector('[data-testid="record-count"]')?.textContent === "0");
  await idle(page);
  assert.match(await words(page, "status"), "0 records");
  await context.close();
}

async function secondTab(): Promise<void> {
  const { page, context, url } = await opened();
  await press(page, "Import 25 invented people");
  const second = await context.newPage();
  const complaints: string[] = [];
  listen(second, complaints);
  await second.goto(url);
  await idle(second);
  assert.match(await words(second, "status"), /^Another tab has this flash open/);
  assert.is(await second.evaluate(() => holdfast.list().catch((thrown) => thrown.code)), "CLOSED");
  assert.equal(complaints, []);
  await press(page, "Pull the battery");
  assert.match(await words(page, "status"), "0 lost"); // the first goes on as before
  const { length } = await names(page); // 26 with the draft, 25 where the battery went in its first write
  await page.close();
  await press(second, "Try again");
  assert.match(await words(second, "status"), `Booted: ${length} records`);
  assert.is((await names(second)).length, length);
  await context.close();
}

async function byKeyboard(): Promise<void> {
  const { page, context } = await opened();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  const reach = async (name: string): Promise<void> => {
    for (let i = 0; i < 40 && (await focused()) !== name; i++) await page.keyboard.press("Tab");
    assert.is(await focused(), name);
  };
  await reach("Import 25 invented people");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector('[data-testid="record-count"]')?.textContent === "25");
  await idle(page);
  assert.is(await focused(), "Import 25 invented people"); // the keyboard stays where it was
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  assert.is(await focused(), "Pull the battery");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => /0 lost/.test(document.querySelector('[data-testid="status"]')?.textContent ?? ""));
  await context.close();
}

async function theMap(): Promise<void> {
  const { page, context } = await opened();
  await press(page, "Import 25 invented people");
  const { blocks } = await page.evaluate(() => holdfast.flashMap());
  assert.is(blocks.length, 256);
  const live = blocks.reduce((sum, { liveBytes }) => sum + liveBytes, 0);
  assert.match((await page.getAttribute("canvas", "aria-label")) ?? "", `${(live / 1024).toFixed(1)} KiB live`);
  const free = blocks.filter(({ state }) => state === "ready").length;
  assert.match(await words(page, "legend"), `- erased, ready to write ${free}`);

  await page.getByText("All blocks as a table").click();
  const row = page.locator('[data-testid="blocks"] tr', { hasText: "records" }).first();
  await row.getByRole("button").click();
  const number = Number(await row.getByRole("button").textContent());
  await until(page, "block-heading", `Block ${number}: records`);
  assert.match(await words(page, "block-lines"), "contact");
  const canvas = page.locator("canvas");
  const box = await canvas.boundingBox();
  assert.ok(box !== null);
  await canvas.click({ position: { x: box.width - 3, y: box.height - 3 } });
  await until(page, "block-heading", "Block 255: erased, ready to write");
  await context.close();
}

async function byScript(): Promise<void> {
  const { page, context } = await opened();
  await page.evaluate(() => holdfast.importText("zoe.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoe\r\nEND:VCARD\r\n"));
  assert.match(await words(page, "status"), "zoe.vcf: 1 added");
  await page.evaluate(() => holdfast.pullBattery({ operations: 2, tear: "bits" }));
  assert.is(await words(page, "status"), "Battery pulled in the middle of a program. It is out.");
  assert.is(await words(page, "battery"), "Battery out");
  await page.evaluate(() => holdfast.boot());
  assert.is(await words(page, "status"), "Battery pulled in the middle of a program. Booted: 2 records, 0 lost.");
  await until(page, "record-count", "2");
  await page.evaluate(() => holdfast.put("note", "by a script", { meta: { label: "Script" } }));
  await until(page, "record-count", "3");
  assert.ok((await names(page)).includes("Script"));
  await context.close();
}

async function accessible(): Promise<void> {
  const { page, context } = await opened();
  await press(page, "Import 25 invented people");
  await press(page, "Pull the battery");
  await page.getByText("All blocks as a table").click();
  await page.getByText("Choose the instant").click();
  await page.evaluate(readFileSync(AXE, "utf8")); // through the debugger: the page's own policy lets no foreign script in
  for (const [width, height, colorScheme] of [
    [1280, 800, "light"],
    [1280, 800, "dark"],
    [390, 844, "light"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    const { violations } = await page.evaluate(() => axe.run());
    const told = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
    );
    assert.equal(told, [], `${width} ${colorScheme}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.is(wide, 0, `${width} scrolls sideways`);
  }
  await context.close();
}

const CHECKS: Record<string, () => Promise<void>> = {
  "import the people, pull the battery, load the page anew: the names are the same, and the status says 0 lost": theStory,
  "the instant can be chosen, and the battery pulled again while it boots": chosenInstant,
  "files by picker and by drop; a record is found, read and removed; its text is never HTML": filesAndRecords,
  "format asks first": formatAsks,
  "a second tab is told in words that the flash is taken, and has it when the first is closed": secondTab,
  "every button can be reached and pressed by keyboard, which stays where it was": byKeyboard,
  "the map says the same in colours, letters, words and tables": theMap,
  "what a script does is said and shown as well": byScript,
  "axe finds no violation, light, dark and on a phone; nothing scrolls sideways": accessible,
};

for (const [name, check] of Object.entries(CHECKS)) {
  if (CHROMIUM === "") skip(test, name, "there is no chromium", REMEDY);
  else test(name, check);
}

test.run();
