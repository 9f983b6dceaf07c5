/*
 * The printed book as paper is: laid out by a browser, rasterised at 150 dpi, its blocks read by another library, its pages shuffled, one lost.
 */
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeBooklet, type PaperRecord, readScanned } from "../../host/paper/index.js";
import { CHROMIUM, REMEDY } from "../support/page.js";
import { skip } from "../support/skip.js";

const test = suite("page/print");
const READER = createRequire(import.meta.url).resolve("jsqr/dist/jsQR.js");
const DPI = 150;
const NAME = "200 contacts on paper at 150 dpi come back byte for byte, and a page that is lost is told by name";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
/** In the page. */
declare const jsQR: (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null;

function contacts(): PaperRecord[] {
  return Array.from({ length: 200 }, (_, i) => {
    const label = `${["Ann", "Zoë", "Jörg", "Σοφία", "李"][i % 5]} Example ${i}`;
    const lines = [
      `FN:${label}`,
      `N:Example ${i};${label};;;`,
      `TEL;TYPE=cell:+1 202 555 ${String(1000 + i * 37)}`,
      `EMAIL:person${i}@example.org`,
    ];
    const text = ["BEGIN:VCARD", "VERSION:3.0", ...lines, `NOTE:${"met in 2009; ".repeat(i % 4)}`, "END:VCARD", ""].join("\r\n");
    const body = new Uint8Array(Buffer.from(text));
    return {
      kind: "contact",
      id: (i + 1).toString(16).padStart(16, "0"),
      wallMs: 1_255_000_000_000 + i,
      label,
      meta: new Uint8Array(0),
      body,
    };
  });
}

/** The texts of the blocks on each page, as a scanner of 150 dpi sees them. */
async function scanned(html: string): Promise<string[][]> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage({ deviceScaleFactor: DPI / 96, viewport: { width: 800, height: 1130 } });
    await page.setContent(html);
    const reader = await browser.newPage();
    await reader.addScriptTag({ path: READER });
    const pages: string[][] = [];
    for (const section of await page.locator("section").all()) {
      const paper = (await section.boundingBox())!;
      assert.ok(Math.abs(paper.height - (297 / 25.4) * 96) < 1, "a page is a page of A4");
      const boxes: Box[] = [];
      for (const figure of await section.locator("figure").all()) {
        const box = (await figure.boundingBox())!;
        assert.ok(
          box.y + box.height <= paper.y + paper.height && box.x + box.width <= paper.x + paper.width,
          "every block is on the paper",
        );
        boxes.push({ x: box.x - paper.x, y: box.y - paper.y, width: box.width, height: box.height });
      }
      const png = (await section.screenshot()).toString("base64");
      pages.push(await reader.evaluate(read, { png, boxes, scale: DPI / 96 }));
    }
    return pages;
  } finally {
    await browser.close();
  }
}

/** In the page: cuts the blocks out of a picture of the paper and reads them. */
async function read({ png, boxes, scale }: { png: string; boxes: Box[]; scale: number }): Promise<string[]> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d")!;
  context.drawImage(image, 0, 0);
  return boxes.map(({ x, y, width, height }) => {
    const cut = context.getImageData(Math.round(x * scale), Math.round(y * scale), Math.round(width * scale), Math.round(height * scale));
    return jsQR(cut.data, cut.width, cut.height)?.data ?? "";
  });
}

if (CHROMIUM === "") skip(test, NAME, "no Chromium", REMEDY);
else
  test(NAME, async () => {
    const records = contacts();
    const booklet = makeBooklet(records, "4F2A91C0", "2009-10-02", "a4");
    const pages = await scanned(booklet.html);
    assert.is(pages.length, booklet.pages);
    assert.is(pages.flat().filter((text) => text !== "").length, booklet.blocks, "every block reads");
    const shuffled = [...pages.keys()].sort((a, b) => ((a * 7) % pages.length) - ((b * 7) % pages.length)).flatMap((i) => pages[i]!);
    const whole = readScanned("scan.txt", Buffer.from(shuffled.join("\n")));
    assert.equal(whole.missingPages, []);
    assert.is(whole.source.manifest.records.length, 200);
    const bodies = new Map(whole.source.manifest.records.map((record) => [record.id, whole.source.body(record)]));
    for (const { id, body } of records) assert.equal(bodies.get(id), body);

    const lost = readScanned(
      "scan.txt",
      Buffer.from(
        pages
          .filter((_, i) => i !== 2)
          .flat()
          .join("\n"),
      ),
    );
    const named = lost.source.manifest.records.filter(({ bytes }) => bytes === 0).map(({ id }) => id);
    const onPages = whole.source.manifest.records.map(({ id }) => id);
    assert.equal(
      lost.missingPages.map(({ page }) => page),
      [3],
    );
    const here = new Set(lost.source.manifest.records.filter(({ bytes }) => bytes > 0).map(({ id }) => id));
    assert.equal(named.sort(), onPages.filter((id) => !here.has(id)).sort());
    console.log(`${booklet.pages} pages, ${booklet.blocks} blocks, ${named.length} records on the page that was lost`);
  });

test.run();
