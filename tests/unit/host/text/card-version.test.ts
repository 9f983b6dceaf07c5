/* Cards in another version: every property is there or named, and what an address book shows is the same. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ICAL from "ical.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CARD_VERSIONS, type CardVersion, cardVersion, convertedCard } from "../../../../host/text/card-version.js";
import { contactView, importPlan } from "../../../../host/text/index.js";
import { properties } from "../../../../host/text/property.js";

const test = suite("host/text/card-version");
const card = (...lines: string[]) => new TextEncoder().encode(["BEGIN:VCARD", ...lines, "END:VCARD", ""].join("\r\n"));
const text = (body: Uint8Array, version: CardVersion) => new TextDecoder().decode(convertedCard(body, version).bytes);
const steps = (body: Uint8Array, version: CardVersion) =>
  convertedCard(body, version).steps.map(({ property, what, isDropped }) => `${property} ${what}${isDropped ? " (dropped)" : ""}`);

const folder = "tests/fixtures/contacts";
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith(".vcf"))
  .flatMap((name) => importPlan(name, readFileSync(join(folder, name))).records.map(({ body }) => [name, body] as const));

test("each card of the fixtures shows the same in each version, and back in its own", () => {
  assert.ok(fixtures.length > 60);
  for (const [name, body] of fixtures) {
    const own = contactView(body);
    for (const version of CARD_VERSIONS) {
      const there = convertedCard(body, version).bytes;
      assert.is(cardVersion(there), version);
      assert.equal(contactView(there), own, `${name} as ${version}\n${new TextDecoder().decode(there)}`);
      const back = convertedCard(there, cardVersion(body)).bytes;
      assert.equal(contactView(back), own, `${name} as ${version} and back\n${new TextDecoder().decode(back)}`);
    }
  }
});

test("a card that has the version keeps its bytes", () => {
  for (const [, body] of fixtures) assert.equal(convertedCard(body, cardVersion(body)), { bytes: body, steps: [] });
});

test("another reader takes what is written as 3.0 and 4.0", () => {
  for (const [name, body] of fixtures) {
    for (const version of ["3.0", "4.0"] as const) {
      if (cardVersion(body) === version) continue;
      const read = new ICAL.Component(ICAL.parse(text(body, version)) as never);
      assert.is(read.name, "vcard", name);
      assert.is(read.getFirstPropertyValue("version"), version);
      assert.ok(read.hasProperty("fn"));
      const numbers = properties(body).filter((property) => property.name === "TEL").length;
      assert.is(read.getAllProperties("tel").length, numbers, name);
    }
  }
});

test("2.1 to 3.0 and 4.0: bare types, quoted-printable, commas and base64", () => {
  const body = card(
    "VERSION:2.1",
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller, Dr.;J=C3=B6rg;;;",
    "TEL;CELL;PREF:+49 30 1",
    "EMAIL;INTERNET:a@b.example",
    "ADR;HOME:;;Hauptstr. 1, Hof;Berlin;;10115;DE",
    "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=",
    "two",
    "BDAY:1970-04-12",
    "PHOTO;JPEG;ENCODING=BASE64:",
    " /9j/4AAQ",
    " SkZJ",
    "",
  );
  assert.is(
    text(body, "3.0"),
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller\\, Dr.;Jörg;;;\r\nTEL;TYPE=cell,pref:+49 30 1\r\nEMAIL;TYPE=internet:a@b.example\r\n" +
      "ADR;TYPE=home:;;Hauptstr. 1\\, Hof;Berlin;;10115;DE\r\nNOTE:one\\ntwo\r\nBDAY:1970-04-12\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJ\r\n" +
      "FN:Jörg Müller\\, Dr.\r\nEND:VCARD\r\n",
  );
  assert.is(
    text(body, "4.0"),
    "BEGIN:VCARD\r\nVERSION:4.0\r\nN:Müller\\, Dr.;Jörg;;;\r\nTEL;TYPE=cell;PREF=1:+49 30 1\r\nEMAIL:a@b.example\r\n" +
      "ADR;TYPE=home:;;Hauptstr. 1\\, Hof;Berlin;;10115;DE\r\nNOTE:one\\ntwo\r\nBDAY:19700412\r\nPHOTO:data:image/jpeg;base64,/9j/4AAQSkZJ\r\n" +
      "FN:Jörg Müller\\, Dr.\r\nEND:VCARD\r\n",
  );
  assert.equal(steps(body, "3.0"), []);
});

test("4.0 to 3.0 and 2.1: what only 4.0 knows is bent or dropped, and named", () => {
  const body = card(
    "VERSION:4.0",
    "FN:Ada Ex",
    "KIND:individual",
    "GENDER:F",
    "BDAY:--0412",
    "GEO:geo:52.5,13.4",
    "TEL;VALUE=uri;TYPE=home;PREF=2:tel:+49-30-1;ext=7",
    'ADR;LABEL="Hof 1^nBerlin";TYPE=work:;;Hof 1;Berlin;;;',
    "item1.X-THING;X-P=1:a\\, b",
    "PHOTO:data:image/png;base64,iVBORw0K",
    "NICKNAME:Addy,Ad",
  );
  assert.is(
    text(body, "3.0"),
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Ex\r\nKIND:individual\r\nGENDER:F\r\nBDAY:--0412\r\nGEO:52.5;13.4\r\nTEL;TYPE=home,pref:+49-30-1 ext. 7\r\n" +
      "ADR;TYPE=work:;;Hof 1;Berlin;;;\r\nitem1.X-THING;X-P=1:a\\, b\r\nPHOTO;ENCODING=b;TYPE=PNG:iVBORw0K\r\nNICKNAME:Addy,Ad\r\n" +
      "N:Ada Ex;;;;\r\nEND:VCARD\r\n",
  );
  assert.equal(steps(body, "3.0"), [
    "KIND is no property of 3.0",
    "GENDER is no property of 3.0",
    "BDAY is a date without a year, which 3.0 does not know",
    "ADR loses its parameter LABEL, which 3.0 does not know (dropped)",
  ]);
  assert.match(text(body, "2.1"), /^TEL;HOME;PREF:/m);
  assert.match(text(body, "2.1"), /^PHOTO;ENCODING=BASE64;TYPE=PNG:iVBORw0K\r\n\r\n/m);
  assert.ok(steps(body, "2.1").includes("NICKNAME is no property of 2.1"));
});

test("a card within a card is dropped and named; a line that is no property too", () => {
  const body = card("VERSION:2.1", "N:A;B", "AGENT:", "BEGIN:VCARD", "VERSION:2.1", "N:C;D", "TEL:9", "END:VCARD", "TEL:1", "what is this");
  assert.equal(steps(body, "3.0"), ["AGENT holds a whole card (dropped)", "what is this is no property (dropped)"]);
  assert.not.match(text(body, "3.0"), /TEL:9/);
  assert.match(text(body, "3.0"), /TEL:1/);
});

test("no card at all gives an empty card, and nothing throws", () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0xff, 0xfe, 0), new TextEncoder().encode(":::;;;\nBEGIN:\n=\n")])
    for (const version of CARD_VERSIONS) assert.match(text(bytes, version), /^(BEGIN:VCARD\r\nVERSION:[234]\.[01]|)/);
});

test.run();
