// One number edited in every card and one date in every single event of other projects' files, read where they lie: every other line keeps its bytes.
// Absent, they are skipped, loudly; the project's own files are always edited.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importPlan, type PlannedRecord, patched, properties, sourceFiles } from "../../host/text/index.js";

const test = suite("corpora/edit");
const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
const NUMBER = "+1 202 555 0142";
const DAY = "20270203T040500Z";

/** Lines with their ends, one character a byte: told without the code under test. */
const linesOf = (body: Uint8Array) => Buffer.from(body).toString("latin1").match(/[^\r\n]*(?:\r\n|\n|\r|$)/g) ?? [];

/** The lines of `before` that are not in `after` and the other way round, as two spans in the same place. */
function difference(before: Uint8Array, after: Uint8Array): { gone: string[]; fresh: string[] } {
  const [old, now] = [linesOf(before), linesOf(after)];
  let [head, tail] = [0, 0];
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return { gone: old.slice(head, old.length - tail), fresh: now.slice(head, now.length - tail) };
}

/** Edits one property of a record. Returns whether it was there before. */
function edit({ body }: PlannedRecord, property: string, value: string, where: string): boolean {
  const before = properties(body).filter(({ name }) => name === property);
  const after = patched(body, [{ property, value }]);
  const { gone, fresh } = difference(body, after);
  const plain = (lines: string[]) => lines.join("").replaceAll("\0", "");
  const isOne = gone.every((line, i) => i === 0 || /^[ \t]/.test(plain([line])) || /=[\r\n]*$/.test(plain([gone[i - 1]!])));
  assert.ok(isOne && (before.length > 0 || gone.length === 0), `${where}: more than one line is gone: ${plain(gone)}`);
  if (gone.length > 0) assert.match(plain(gone).toUpperCase(), new RegExp(`^[ \\t]*([\\w-]+\\.)?${property}`), where);
  assert.match(plain(fresh).toUpperCase(), new RegExp(`^[ \\t]*([\\w-]+\\.)?${property}`), where);
  assert.ok(properties(after).some((read) => read.name === property && read.value.trim() === value), `${where}: ${plain(fresh)}`);
  assert.is(properties(after).length, properties(body).length + (before.length > 0 ? 0 : 1), where);
  return before.length > 0;
}

async function editAll(folder: string): Promise<{ cards: number; numbers: number; events: number; dates: number }> {
  const sum = { cards: 0, numbers: 0, events: 0, dates: 0 };
  for (const file of await sourceFiles([folder])) {
    if (!/\.(vcf|ics|vcs)$/i.test(file.path)) continue;
    for (const record of importPlan(file.path, await file.read()).records) {
      const where = `${file.path}:${record.line}`;
      const isBinary = (name: string) =>
        properties(record.body).some((each) => each.name === name && /^(b|base64)$/i.test(each.params.get("ENCODING") ?? ""));
      if (record.kind === "contact" && !isBinary("TEL")) {
        sum.cards++;
        if (edit(record, "TEL", NUMBER, where)) sum.numbers++;
      } else if (record.kind === "event" && properties(record.body).every(({ name }) => name !== "RECURRENCE-ID")) {
        sum.events++;
        if (edit(record, "DTSTART", DAY, where)) sum.dates++;
      }
    }
  }
  return sum;
}

test("the project's own cards and events", async () => {
  const sum = await editAll(fixtures);
  assert.ok(sum.numbers > 5 && sum.dates > 5, JSON.stringify(sum));
});

if (existsSync(corpora))
  test("every card and every single event of the corpora", async () => {
    const sum = await editAll(corpora);
    console.log(`${sum.numbers} numbers in ${sum.cards} cards, ${sum.dates} dates in ${sum.events} events: every other line has its bytes`);
    assert.ok(sum.cards > 110 && sum.events > 1600, JSON.stringify(sum));
  });
else console.log(`skipped: ${corpora} is absent, so no real files were edited`);

test.run();
