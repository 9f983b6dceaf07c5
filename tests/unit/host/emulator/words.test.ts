import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PullReport } from "../../../../host/emulator/session.js";
import * as words from "../../../../host/emulator/words.js";
import { HoldfastError } from "../../../../host/errors.js";
import { TEAR_KINDS } from "../../../../host/flash/index.js";

const test = suite("host/emulator/words");

test("a pull and the boot after it, with exact counts", () => {
  const sentence = `${words.pulledSentence({ operation: "program", tear: "bits" })} ${words.bootedSentence({ records: 25, lost: 0 })}`;
  assert.is(sentence, "Battery pulled in the middle of a program. Booted: 25 records, 0 lost.");
  assert.is(words.pulledSentence({ operation: "erase", tear: "erase-b" }), "Battery pulled in the middle of an erase.");
  assert.is(words.pulledSentence({ operation: "program", tear: "none" }), "Battery pulled as a program began.");
  assert.is(words.pulledSentence({ operation: "program", tear: "all" }), "Battery pulled as a program ended.");
  assert.is(words.bootedSentence({ records: 1, lost: 2 }), "Booted: 1 record, 2 lost.");
});

test("every tear has words, and what became of the change under way is said", () => {
  const draft = { kind: "note" as const, id: "1", acknowledged: 1, body: undefined, underWay: undefined };
  for (const tear of TEAR_KINDS) {
    const pull: PullReport = { op: 4, operation: "program", tear, block: 7, offset: 64, draft };
    assert.match(
      words.cutDetail(pull, true),
      /^Operation 5, block 7, offset 64: [a-z].*\. Acknowledged before it: 1 version of the draft\./,
    );
    assert.match(words.cutDetail(pull, true), "is whole.");
    assert.match(words.cutDetail(pull, false), "is absent.");
  }
});

test("a page that opens says nothing of losses where it cannot know", () => {
  const boot = { records: 3, lost: 0, isNew: false } as Parameters<typeof words.openedSentence>[0];
  assert.not.match(words.openedSentence(boot, false), "lost");
  assert.match(words.openedSentence(boot, true), "Booted: 3 records, 0 lost.");
  assert.match(words.openedSentence({ ...boot, lost: 1 }, false), "1 lost");
  assert.match(words.openedSentence({ ...boot, isNew: true, records: 0 }, false), "blank");
});

test("what went wrong, and what to do about it", () => {
  assert.match(words.failureSentence(new HoldfastError("LOCKED")), /^Another tab .* Close that tab, then try again\.$/);
  assert.is(
    words.failureSentence(new HoldfastError("FULL", "storing note 1: no room")),
    "Storing note 1: no room. Remove something first: removing still works.",
  );
  assert.is(words.failureSentence(new Error("it broke")), "It broke.");
  assert.is(words.failureSentence("odd"), "Odd.");
});

test("imports and verification are counted", () => {
  const report = { added: 1, replaced: 2, unchanged: 3, refused: [{ file: "a.vcf", line: 7, reason: "BEGIN:VCARD without END:VCARD" }] };
  assert.match(
    words.importedSentence("a.vcf", report),
    "1 added, 2 replaced, 3 there already, 1 not taken. First: line 7, BEGIN:VCARD without END:VCARD.",
  );
  const verified = words.verifiedSentence({ records: 5, ok: 4, corrected: 1, damaged: [{ kind: "note", id: "1" }], damagedUnknown: 1 });
  assert.is(verified, "Read back 5 records: 4 whole, 1 of these mended, 2 damaged.");
});

test("states of blocks, sizes", () => {
  assert.is(words.stateInWords("hot"), "records, sealed");
  assert.is(words.stateInWords("open hot"), "records, open");
  assert.is(words.stateInWords("something new"), "something new");
  assert.equal([12, 2048, 3 << 20].map(words.bytesInWords), ["12 B", "2.0 KiB", "3.0 MiB"]);
});

test.run();
