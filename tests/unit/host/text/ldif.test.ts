import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isLdif, ldifEntries } from "../../../../host/text/ldif.js";

const test = suite("host/text/ldif");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

test("entries as they stand, folds, base64 and options read, one that is no person told", () => {
  const ann = `dn: cn=Ann,o=home\nobjectclass: person\ncn:: ${Buffer.from("Ann Müller").toString("base64")}\ntelephoneNumber;home: +1 2\n 02\n\n`;
  const unit = "dn: ou=people\nobjectclass: organizationalUnit\n";
  const all = ldifEntries(bytes(`version: 1\n\n${ann}${unit}`));
  assert.equal(
    all.map(({ body, line, meta }) => [line, Buffer.from(body).toString(), meta]),
    [
      [3, ann, { label: "Ann Müller", phones: ["+1202"] }],
      [9, unit, undefined],
    ],
  );
});

test("the file is told by its first entry", () => {
  for (const text of ["dn: cn=a\n", "version: 1\ndn:: eA==\n", "# made by x\n\ndn: a"]) assert.ok(isLdif(text), text);
  for (const text of ["dnx: a", "dn:", "cn: a\ndn: b"]) assert.not(isLdif(text), text);
});

test.run();
