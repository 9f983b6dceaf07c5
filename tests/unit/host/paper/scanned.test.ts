import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { restore } from "../../../../host/backup/index.js";
import { NorFlash } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";
import { type Block, parseBlock, piecesOf, printBlock } from "../../../../host/paper/block.js";
import { isScanned, makeBooklet, type PaperRecord, readScanned } from "../../../../host/paper/index.js";
import { layOut } from "../../../../host/paper/layout.js";
import { packPage, unpackPage } from "../../../../host/paper/page-data.js";

const test = suite("host/paper/scanned");
const BOOK = "4F2A91C0";

const card = (i: number): PaperRecord => {
  const body = new Uint8Array(
    Buffer.from(
      `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person ${i}\r\nTEL;TYPE=cell:+1 202 555 ${1000 + i * 37}\r\nEMAIL:p${i}@example.org\r\nEND:VCARD\r\n`,
    ),
  );
  return {
    kind: "contact",
    id: i.toString(16).padStart(16, "0"),
    wallMs: 1_255_000_000_000 + i,
    label: `Person ${i}`,
    meta: new Uint8Array(0),
    body,
  };
};
const cards = (count: number) => Array.from({ length: count }, (_, i) => card(i));

/** The texts of all blocks of a book, page by page. */
function printed(records: readonly PaperRecord[]): string[][] {
  const { pages } = layOut(records);
  return pages.map(({ bytes }, i) => {
    const crc = crc32c(bytes).toString(16).toUpperCase().padStart(8, "0");
    const pieces = piecesOf(bytes);
    return pieces.map((piece, j) =>
      printBlock({ book: BOOK, page: i + 1, pages: pages.length, block: j + 1, blocks: pieces.length, crc, piece }),
    );
  });
}
const scan = (lines: readonly string[]) => readScanned("scan.txt", Buffer.from(lines.join("\n")));

test("a block says what it is, there and back; anything else is refused by name", () => {
  const block: Block = { book: BOOK, page: 3, pages: 12, block: 2, blocks: 4, crc: "9A3B77C1", piece: Uint8Array.of(1, 2, 3) };
  assert.equal(parseBlock(`${printBlock(block)}\r\n`), block);
  for (const [text, message] of [
    ["HOLDFAST:2:4F2A91C0:1/1:1/1:00000000:00", /newer Holdfast/],
    ["HOLDFAST:1:4F2A91C0:2/1:1/1:00000000:00", /place that is none/],
    ["HOLDFAST:1:4F2A91C0:0/1:1/1:00000000:00", /place that is none/],
    ["BEGIN:VCARD", /no block of a printed book/],
  ] as const)
    assert.throws(() => parseBlock(text), message);
});

test("a page's bytes that are none are refused, and a bomb is not unpacked", async () => {
  const page = { records: [card(1)], next: [{ kind: "note", id: "00000000000000ff" } as const] };
  assert.equal(unpackPage(packPage(page)), page);
  const { deflateSync } = await import("fflate");
  const { encode } = await import("cborg");
  const bad = [
    [],
    [1, 2],
    [[[0]], []],
    [[[99, new Uint8Array(8), 0, new Uint8Array(0), new Uint8Array(0), ""]], []],
    [[], [[0, new Uint8Array(7), ""]]],
  ];
  for (const value of bad) assert.throws(() => unpackPage(deflateSync(encode(value))), /something else than records/);
  for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), deflateSync(new Uint8Array(4 << 20))])
    assert.throws(() => unpackPage(bytes), /something else/);
});

test("all pages, shuffled and twice over, restore every byte", async () => {
  const records = cards(200);
  const blocks = printed(records).flat();
  assert.ok(isScanned(Buffer.from(blocks[0]!)) && !isScanned(Buffer.from("PK")));
  const { source, pages, missingPages } = scan([...blocks, ...blocks].sort((a, b) => (a.slice(-9) < b.slice(-9) ? -1 : 1)));
  assert.ok(pages > 4);
  assert.equal(missingPages, []);
  const flash = new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 64, pageBytes: 256, programBytes: 1 });
  await formatFlash(flash);
  const agent = await openAgent(flash);
  const report = await restore(agent, source, { mode: "merge" });
  assert.equal([report.added, report.missing], [200, []]);
  for (const { kind, id, body, wallMs } of records) assert.equal([agent.get(kind, id)?.body, agent.get(kind, id)?.wallMs], [body, wallMs]);
});

test("a page that is missing is told with the names on it; two in a row, the second without", async () => {
  const records = cards(120);
  const pages = printed(records);
  const on = (page: number) =>
    layOut(records)
      .pages[page - 1]!.data.records.map(({ label }) => label)
      .sort();
  const without = (...gone: number[]) => scan(pages.filter((_, i) => !gone.includes(i + 1)).flat());
  const named = ({ source }: ReturnType<typeof scan>) =>
    source.manifest.records
      .filter((record) => {
        try {
          return source.body(record) === undefined;
        } catch (error) {
          assert.match((error as Error).message, /^page \d+ of \d+: /);
          return true;
        }
      })
      .map(({ label }) => label)
      .sort();
  for (const page of [1, 2, pages.length]) {
    const scanned = without(page);
    assert.equal(scanned.missingPages, [{ page, why: "not there" }]);
    assert.equal(named(scanned), on(page));
    assert.equal(scanned.unnamedPages, []);
  }
  const two = without(2, 3);
  assert.equal([named(two), two.unnamedPages], [on(2), [3]]);
});

test("a block that is missing, or of another printing, costs its page and says so", () => {
  const pages = printed(cards(60));
  assert.match(scan(pages.flat().slice(1)).missingPages[0]!.why, /^\d of its \d blocks are there$/);
  const other = printBlock({ ...parseBlock(pages[0]![0]!), crc: "00000000" });
  assert.ok(scan([other, ...pages.flat().slice(1)]).missingPages.length === 1);
  assert.throws(() => scan([pages[0]![0]!, pages[0]![0]!.replace(BOOK, "00000000")]), /pages of two books/);
  assert.throws(() => scan([]), /no block in it/);
});

test("what no page has room for is named; a book has its pages, its blocks and no script", () => {
  const long = {
    ...card(1),
    id: "00000000000000aa",
    body: new Uint8Array(createHash("shake256", { outputLength: 5000 }).update("long").digest()),
  };
  const booklet = makeBooklet([card(1), long, card(2)], BOOK, "2009-10-02", "letter");
  assert.equal(
    booklet.tooLong.map(({ id }) => id),
    [long.id],
  );
  assert.equal([booklet.records, booklet.pages], [2, 1]);
  assert.ok(booklet.html.includes("page 1 of 1") && booklet.html.includes("8.5in 11in") && !/<script/i.test(booklet.html));
  assert.is(booklet.html.match(/<svg/g)?.length, booklet.blocks);
  assert.ok(makeBooklet([{ ...card(1), label: "<b>" }], BOOK, "x", "a4").html.includes("&#60;b&#62;"));
});

test.run();
