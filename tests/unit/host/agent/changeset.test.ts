/* What a batch collects before anything is written. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Change, ChangeSet } from "../../../../host/agent/changeset.js";
import { formatId } from "../../../../host/agent/ids.js";

const test = suite("host/agent/changeset");

function change(low: number, bytes: number | undefined, kind = 3): Change {
  const receipt = { id: formatId(0, low), lsn: 0n, crc32c: 0 };
  const body = bytes === undefined ? undefined : new Uint8Array(bytes);
  return { kind, id: { high: 0, low }, meta: new Uint8Array(0), body, codec: 0, originalBytes: bytes ?? 0, wallMs: undefined, receipt };
}

test("256 changes and 64 KiB of bodies fit, one more does not", () => {
  const many = new ChangeSet();
  for (let i = 0; i < 256; i++) many.add(change(i, 256));
  assert.throws(
    () => many.add(change(256, undefined)),
    (error: Error & { code?: string }) => error.code === "TOO_BIG",
  );
  assert.is(many.receipts.length, 256);

  const large = new ChangeSet();
  large.add(change(1, 65535));
  assert.throws(
    () => large.add(change(2, 2)),
    (error: Error & { code?: string }) => error.code === "TOO_BIG",
  );
  large.add(change(3, 1));
  assert.is(large.receipts.length, 2);
});

test("of several changes to one record the last counts, and all their receipts speak of it", () => {
  const set = new ChangeSet();
  set.add(change(1, 10));
  set.add(change(2, 20));
  set.add(change(1, 30));
  const steps = [...set.effective()];
  assert.equal(
    steps.map((step) => [step.change.id.low, step.change.body?.length, step.receipts.length]),
    [
      [1, 30, 2],
      [2, 20, 1],
    ],
  );
  assert.is(set.receipts.length, 3);
});

test("it knows what will be there", () => {
  const set = new ChangeSet();
  assert.is(set.has(3, { high: 0, low: 1 }), undefined);
  set.add(change(1, 10));
  assert.is(set.has(3, { high: 0, low: 1 }), true);
  assert.is(set.has(2, { high: 0, low: 1 }), undefined);
  set.add(change(1, undefined));
  assert.is(set.has(3, { high: 0, low: 1 }), false);
});

test.run();
