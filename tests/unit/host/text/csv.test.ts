import { suite } from "uvu";
import * as assert from "uvu/assert";
import { csvRows } from "../../../../host/text/csv.js";

const test = suite("host/text/csv");
const rows = (text: string, encoding: BufferEncoding = "utf8") => {
  const found = csvRows(new Uint8Array(Buffer.from(text, encoding)));
  return typeof found === "string"
    ? found
    : found.map(({ body, line, meta }) => ({ line, meta, text: Buffer.from(body).toString(encoding) }));
};

test("a row is the header and the row as they stand; quotes, line ends inside, blank rows", () => {
  const header = '"First Name",Last Name,Mobile Phone,Notes\r\n';
  const row = 'Zoë,"Washburne, Mrs.",+1 202 555,"two\r\nlines"\r\n';
  assert.equal(rows(`${header}${row},,,\r\n\r\nWash,,,x`), [
    { line: 2, text: header + row, meta: { label: "Zoë Washburne, Mrs.", phones: ["+1202555"] } },
    { line: 6, text: `${header}Wash,,,x`, meta: { label: "Wash" } },
  ]);
});

test("Google's several values, types and labels of columns", () => {
  const text = "Name,Phone 1 - Type,Phone 1 - Value,Home Fax\nAnn,Mobile 9,111 ::: 222,333\n";
  assert.equal((rows(text) as { meta: object }[])[0]!.meta, { label: "Ann", phones: ["111", "222"] });
});

test("semicolons, tabs, one column, UTF-16 and Windows-1252", () => {
  for (const [text, encoding] of [
    ["Name;E-mail\nJörg;a@b\n", "utf8"],
    ["\ufeffName\tE-mail\nJörg\ta@b\n", "utf16le"],
    ["Name;E-mail\nJörg;a@b\n", "latin1"],
    ["Display Name\nJörg\n", "utf8"],
  ] as const) {
    const emails = text.includes("@") ? { emails: ["a@b"] } : {};
    assert.equal((rows(text, encoding) as { meta: object }[])[0]!.meta, { label: "Jörg", ...emails }, text);
  }
});

test("a table of something else says so", () => {
  for (const text of ["Date,Amount\n1,2\n", "x\n", ""]) assert.is(rows(text), "its first line names no name, number or address");
});

test.run();
