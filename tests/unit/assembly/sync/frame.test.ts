/* Every byte on the air: the handset's codec against the relay's. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeFrame, encodeFrame } from "../../../../host/relay/frame.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/sync/frame");
const probe = new Probe();
probe.configure();
const WINDOW = probe.call.hf_window!();

test("what one end writes the other reads, field by field", () => {
  const chance = new Chance(3);
  for (let i = 0; i < 200; i++) {
    const payload = chance.bytes(chance.below(300));
    probe.write(WINDOW + 28, payload);
    const length = probe.call.sealFrame!(i % 12, i % 8, 0xfedcba98, 0x0123456789abcdefn, 0xfedcba9876543210n, 0x89abcdef, payload.length);
    const bytes = probe.bytes(WINDOW, length).slice();
    const fields = {
      type: i % 12,
      kind: i % 8,
      message: 0xfedcba98,
      id: 0x0123456789abcdefn,
      version: 0xfedcba9876543210n,
      place: 0x89abcdef,
    };
    assert.equal(decodeFrame(bytes), { ...fields, payload });
    assert.equal(encodeFrame({ ...fields, payload }), bytes);
    assert.is(probe.call.isFrame!(length), 1);
  }
});

test("every flipped bit, and every other length, is no frame", () => {
  const bytes = encodeFrame({ type: 3, kind: 1, message: 5, payload: new Uint8Array(40).fill(9) });
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    probe.write(WINDOW, flipped);
    assert.is(probe.call.isFrame!(flipped.length), 0, `bit ${bit}`);
    assert.is(decodeFrame(flipped), undefined);
  }
  for (const length of [0, 1, 31, bytes.length - 1, bytes.length + 1, 4097, 0xffffffff]) {
    probe.write(WINDOW, bytes);
    assert.is(probe.call.isFrame!(length), 0);
  }
});

test.run();
