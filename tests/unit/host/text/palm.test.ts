import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importPlan } from "../../../../host/text/index.js";
import { isPalm, palmRecords } from "../../../../host/text/palm.js";
import { database } from "../../../fixtures/palm-database.js";

const test = suite("host/text/palm");
const NAME = "book.pdb";

const text = (bytes: Uint8Array, i = 0) => {
  const records = palmRecords(bytes);
  return typeof records === "string" ? records : Buffer.from(records[i]?.body ?? []).toString();
};
const z = (words: string) => [...Buffer.from(`${words}\0`, "latin1")];
const date = (year: number, month: number, day: number) => {
  const packed = ((year - 1904) << 9) | (month << 5) | day;
  return [packed >> 8, packed & 255];
};

/** Ann Müller, mobile first, mail second. */
const ann = [0, 0, 0, 0x47, 0, 0, 0, 0b11011, 0, ...z("M\xfcller"), ...z("Ann"), ...z("+1 202 555 0101"), ...z("ann@example.org")];

test("an address becomes a card, its own bytes and category go along", () => {
  const card = text(database("addr", [{ bytes: ann, category: 1 }]));
  for (const line of ["N:Müller;Ann;;;", "FN:Ann Müller", "TEL;TYPE=cell:+1 202 555 0101", "EMAIL:ann@example.org", "CATEGORIES:Business"])
    assert.ok(card.includes(`${line}\r\n`), `${line} in ${card}`);
  const kept = /X-HOLDFAST-PALM:([\s\S]*?)\r\nEND/.exec(card)?.[1]?.replace(/\r\n /g, "") ?? "";
  assert.equal([...Buffer.from(kept, "base64")], ann);
});

test("a to-do: day, order, done, private", () => {
  const bytes = database("todo", [{ bytes: [...date(2009, 10, 2), 0x82, ...z("Buy stamps"), ...z("")], isSecret: true }]);
  for (const line of ["SUMMARY:Buy stamps", "DUE;VALUE=DATE:20091002", "PRIORITY:3", "STATUS:COMPLETED", "CLASS:PRIVATE"])
    assert.ok(text(bytes).includes(`${line}\r\n`), line);
  assert.ok(!text(database("todo", [{ bytes: [255, 255, 1, ...z("x"), ...z("")] }])).includes("DUE"));
});

test("an event: times, alarm, weekly rule until a day, exceptions, note", () => {
  const repeat = [2, 0, ...date(2009, 12, 31), 1, 0b0100010, 1, 0];
  const bytes = [
    9,
    30,
    10,
    15,
    ...date(2009, 10, 5),
    0x7c,
    0,
    5,
    0,
    ...repeat,
    0,
    1,
    ...date(2009, 10, 12),
    ...z("Choir"),
    ...z("Bring\nnotes"),
  ];
  const event = text(database("date", [{ bytes }]));
  const lines = [
    "DTSTART:20091005T093000",
    "DTEND:20091005T101500",
    "RRULE:FREQ=WEEKLY;WKST=MO;BYDAY=MO,FR;INTERVAL=1;UNTIL=20091231T235959",
  ];
  for (const line of [...lines, "EXDATE:20091012T093000", "SUMMARY:Choir", "DESCRIPTION:Bring\\nnotes", "TRIGGER:-PT5M"])
    assert.ok(event.includes(`${line}\r\n`), `${line} in ${event}`);
  assert.ok(event.endsWith("END:VALARM\r\nEND:VEVENT\r\n"), event);
});

test("the other rules: daily, the last Friday, the same date, every year", () => {
  const rules = [
    [1, 0, 3, "FREQ=DAILY;INTERVAL=3"],
    [3, 4 * 7 + 5, 1, "FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=1"],
    [3, 1 * 7 + 2, 1, "FREQ=MONTHLY;BYDAY=2TU;INTERVAL=1"],
    [4, 0, 2, "FREQ=MONTHLY;INTERVAL=2"],
    [5, 0, 1, "FREQ=YEARLY;INTERVAL=1"],
  ] as const;
  for (const [type, on, every, rule] of rules) {
    const bytes = [255, 255, 255, 255, ...date(2009, 10, 5), 0x24, 0, type, 0, 255, 255, every, on, 0, 0, ...z("x")];
    const event = text(database("date", [{ bytes }]));
    assert.ok(event.includes(`RRULE:${rule}\r\n`), `${rule} in ${event}`);
    assert.ok(event.includes("DTSTART;VALUE=DATE:20091005\r\n"), event);
  }
});

test("a memo is its text, byte for byte; Japanese is told from the names of the categories", () => {
  assert.is(Buffer.from(text(database("memo", [{ bytes: z("caf\xe9\nmilk") }])), "utf8").toString(), "caf�\nmilk");
  const kana = [0x83, 0x72, 0x83, 0x57, 0x83, 0x6c, 0x83, 0x58];
  assert.is(text(database("memo", [{ bytes: [...kana, 0] }], kana)), "ビジネス");
});

test("every record is taken or named; a bad database says why; nothing throws", () => {
  const mixed = importPlan(NAME, database("addr", [{ bytes: ann }, { bytes: ann.slice(0, 12) }, { bytes: [], isRemoved: true }]));
  assert.is(mixed.records.length, 1);
  assert.equal(
    mixed.refused.map(({ line, reason }) => [line, reason]),
    [
      [2, "it ends in the middle of a field"],
      [3, "it was removed on the handheld"],
    ],
  );
  const bytes = database("addr", [{ bytes: ann }]);
  assert.ok(isPalm(bytes));
  for (let length = 0; length < bytes.length; length++) importPlan(NAME, bytes.subarray(0, length));
  for (let at = 60; at < 120; at++)
    importPlan(
      NAME,
      bytes.map((byte, i) => (i === at ? byte ^ 255 : byte)),
    );
  assert.match(importPlan(NAME, database("exps", [])).refused[0]?.reason ?? "", /"exps"/);
});

test.run();
