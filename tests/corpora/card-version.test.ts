// Every card of other projects' files in every version of vCard: an address book shows the same of it, and what is dropped is named.
// Absent, they are skipped, loudly.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CARD_VERSIONS, cardVersion, convertedCard } from "../../host/text/card-version.js";
import { contactView, importPlan, properties, sourceFiles } from "../../host/text/index.js";
import { skip } from "../support/skip.js";

const test = suite("corpora/card-version");
const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const SAME = "cards show the same in each version";

/** 4.0 writes days without dashes. */
const shownOf = (body: Uint8Array) => {
  const { birthday = "", ...view } = contactView(body);
  return { ...view, birthday: birthday.replaceAll("-", "") };
};
const names = (body: Uint8Array) => properties(body).map(({ name }) => name);

if (!existsSync(corpora)) skip(test, SAME, "no ../shared/corpora", "put the corpora there");
else
  test(SAME, async () => {
    const sum = { cards: 0, conversions: 0, bent: 0, dropped: 0 };
    for (const file of await sourceFiles([corpora])) {
      if (!/\.vcf$/i.test(file.path)) continue;
      for (const { kind, body, line } of importPlan(file.path, await file.read()).records) {
        if (kind !== "contact") continue;
        sum.cards++;
        for (const version of CARD_VERSIONS) {
          if (cardVersion(body) === version) continue;
          const where = `${file.path}:${line} as ${version}`;
          const { bytes, steps } = convertedCard(body, version);
          sum.conversions++;
          sum.bent += steps.filter(({ isDropped }) => !isDropped).length;
          sum.dropped += steps.filter(({ isDropped }) => isDropped).length;
          const shown = shownOf(body);
          const there = shownOf(bytes);
          const { name = there.name, family = there.family, given = there.given } = shown; // each made of the others where it is a must
          assert.equal({ name, family, given, ...there }, { ...there, ...shown, name, family, given }, where);
          const gone = names(body).filter((name) => !names(bytes).includes(name) && !steps.some((step) => step.property === name));
          assert.equal(gone, [], where);
        }
      }
    }
    assert.ok(sum.cards > 100);
    console.log(`${sum.cards} cards, ${sum.conversions} conversions: ${sum.bent} steps bent, ${sum.dropped} dropped, each named`);
  });

test.run();
