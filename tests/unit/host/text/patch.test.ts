import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Patch, patched } from "../../../../host/text/patch.js";

const test = suite("host/text/patch");

function edited(lines: string, ...patches: Patch[]): string {
  const text = Buffer.from(patched(new Uint8Array(Buffer.from(`BEGIN:VCARD\r\nVERSION:3.0\r\n${lines}END:VCARD\r\n`)), patches)).toString();
  return text.slice("BEGIN:VCARD\r\nVERSION:3.0\r\n".length, -"END:VCARD\r\n".length);
}

test("the first that answers gets the value, group and parameters stay, all else keeps its bytes", () => {
  const lines = "fn:Ann\r\nTEL;type=home:1\r\nitem1.TEL;type=CELL;type=pref:2\r\n 3\r\nX-ODD :;;\r\n";
  assert.is(edited(lines, { property: "tel", value: "9" }), lines.replace("home:1", "home:9"));
  assert.is(edited(lines, { property: "TEL;TYPE=cell", value: "9" }), lines.replace("2\r\n 3", "9"));
  assert.is(edited(lines, { property: "item1.TEL", value: "9" }), lines.replace("2\r\n 3", "9"));
  assert.is(edited(lines, { property: "TEL#2", value: "9" }), lines.replace("2\r\n 3", "9"));
  assert.is(edited(lines, { property: "TEL;TYPE=pref,cell", value: "9" }), lines.replace("2\r\n 3", "9"));
});

test("what is not there is added at the end, or behind its group; add makes one more", () => {
  const lines = "item1.TEL:1\r\nNOTE:x\r\n";
  assert.is(edited(lines, { property: "EMAIL;TYPE=work", value: "a@b" }), `${lines}EMAIL;TYPE=work:a@b\r\n`);
  assert.is(edited(lines, { property: "item1.X-ABLabel", value: "Boat" }), "item1.TEL:1\r\nitem1.X-ABLABEL:Boat\r\nNOTE:x\r\n");
  assert.is(edited(lines, { property: "TEL", value: "2", add: true }), `${lines}TEL:2\r\n`);
});

test("a property goes with the X- lines of its group, unless something else is left in it", () => {
  const lines = "item1.TEL:1\r\nNOTE:x\r\nitem1.X-ABLabel:Boat\r\nTEL:2\r\n";
  assert.is(edited(lines, { property: "TEL" }), "NOTE:x\r\nTEL:2\r\n");
  assert.is(edited(`${lines}item1.EMAIL:e\r\n`, { property: "TEL" }), "NOTE:x\r\nitem1.X-ABLabel:Boat\r\nTEL:2\r\nitem1.EMAIL:e\r\n");
});

test("patches follow one another", () => {
  assert.is(edited("TEL:1\r\nTEL:2\r\n", { property: "TEL" }, { property: "TEL", value: "3" }), "TEL:3\r\n");
});

test("what cannot be is refused by name", () => {
  const refused = (patch: Patch, body = "BEGIN:VCARD\nTEL:1\nEND:VCARD\n"): string => {
    try {
      patched(new Uint8Array(Buffer.from(body)), [patch]);
    } catch (error) {
      return `${(error as Error & { code: string }).code}: ${(error as Error).message}`;
    }
    return "nothing";
  };
  assert.match(refused({ property: "EMAIL" }), /INVALID: there is no EMAIL to remove/);
  assert.match(refused({ property: "TEL#2", value: "" }), /TEL#2: the record has 1/);
  for (const property of ["", "BEGIN", "TE L", "TEL:1", "TEL\r\nX", "TEL;A:B"])
    assert.match(refused({ property, value: "x" }), /is no name of a property/);
  assert.match(refused({ property: "TEL", value: "1" }, "just text"), /has no properties/);
});

test.run();
