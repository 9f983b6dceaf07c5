import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { corporaTexts } from "../../../../host/bench/corpora.js";

const corpora = suite("host/bench/corpora");

corpora("takes cards without a photo and single events, byte for byte", async () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-corpora-"));
  try {
    const plain = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nEND:VCARD\r\n";
    const photo = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob\r\nPHOTO;ENCODING=b:AAAA\r\nEND:VCARD\r\n";
    const event = "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n";
    writeFileSync(join(folder, "a.vcf"), plain + photo);
    writeFileSync(join(folder, "b.ics"), `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${event}END:VCALENDAR\r\n`);
    writeFileSync(join(folder, "c.txt"), plain);
    const texts = await corporaTexts(folder);
    assert.equal(
      texts?.map(({ file, kind, body }) => [basename(file), kind, new TextDecoder().decode(body)]),
      [
        ["a.vcf", "contact", plain],
        ["b.ics", "event", event],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

corpora("an absent folder is undefined", async () => {
  assert.is(await corporaTexts("/nowhere/at/all"), undefined);
});

corpora.run();
