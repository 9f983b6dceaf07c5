import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addition, bodyBytes, describe, notFound, originalLength, removal, tellsLength } from "../../../../host/agent/record.js";
import type { CoreResult } from "../../../../host/core/doorstep.js";

const test = suite("host/agent/record");
const CARD = new TextEncoder().encode("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ng;Zoe\r\nFN:Zoe Ng\r\nEND:VCARD\r\n");
const id = { high: 1, low: 2 };

function result(changed: Partial<CoreResult> = {}): CoreResult {
  const numbers = {
    idHigh: 1,
    idLow: 2,
    kind: 0,
    codec: 0,
    metaBytes: 0,
    extBytes: 0,
    bodyBytes: 90,
    flags: 0,
    session: 1,
    bodyHeadBytes: 0,
  };
  return { lsn: 7n, wallMs: 5, cursorHigh: 0, cursorLow: 0, ...numbers, ...changed };
}

test("an addition is packed where that is shorter, and its receipt speaks of the original", () => {
  const packed = addition("contact", id, CARD, new Uint8Array(0), true);
  const plain = addition("contact", id, CARD, new Uint8Array(0), false);
  assert.ok(packed.codec === 1 && packed.body!.length < CARD.length);
  assert.equal([plain.codec, plain.body], [0, CARD]);
  for (const { receipt, originalBytes } of [packed, plain])
    assert.equal([receipt.id, receipt.lsn, receipt.crc32c, originalBytes], ["0000000100000002", 0n, plain.receipt.crc32c, CARD.length]);
});

test("a removal has no body; one of what is not there is NOT_FOUND by name", () => {
  const change = removal("note", "00000001000000AB");
  assert.equal([change.kind, change.body, change.receipt], [3, undefined, { id: "00000001000000ab", lsn: 0n, crc32c: 0 }]);
  assert.equal([notFound(change).code, notFound(change).message.includes("note 00000001000000ab")], ["NOT_FOUND", true]);
});

test("a body is well-formed text or bytes", () => {
  assert.equal(bodyBytes("note", "ž"), Uint8Array.of(0xc5, 0xbe));
  assert.throws(() => bodyBytes("note", "\ud800"), /well-formed/);
  assert.throws(() => bodyBytes("note", 5 as never), /a body is text or a Uint8Array/);
});

test("the length told is the original's, whatever the codec; bytes that say none are damage", () => {
  const { body } = addition("contact", id, CARD, new Uint8Array(0), true);
  const packed = result({ codec: 1, bodyBytes: body!.length });
  assert.equal([tellsLength(result()), tellsLength(packed), tellsLength(result({ codec: 1, flags: 2 }))], [true, false, true]);
  assert.is(originalLength(packed, body!.subarray(0, 4)), CARD.length);
  assert.is(originalLength(result({ codec: 5 }), body!), 90, "a newer codec: as long as it is stored");
  assert.is(originalLength(packed, Uint8Array.of(0xff, 0xff, 0xff, 0xff)), undefined);
  assert.is(describe(packed, new Uint8Array(0), undefined).damaged, true);
  assert.is(describe(packed, new Uint8Array(0), 123).bodyBytes, 123);
  assert.is(describe(packed, Uint8Array.of(0xff), 123).damaged, true, "meta that is none");
  assert.is(describe(result({ flags: 1 }), new Uint8Array(0), 0).removed, true);
});

test.run();
