/* The stripe descriptor. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { parts } from "../../../support/probe-store.js";

const test = suite("assembly/format/stripe");
const probe = new Probe();
const { call, long } = probe;
probe.configure(parts.nor);
call.configureUnits!(16, 1n);
const at = probe.value("UNIT");

const members = [
  { type: 1, block: 5, eraseCount: 7, openLsn: 100n },
  { type: 2, block: 65533, eraseCount: 0xfffffe, openLsn: (1n << 40n) - 1n },
  { type: 1, block: 0, eraseCount: 1, openLsn: 1n },
];

test("members are told as they were added, and what is left over is zero", () => {
  call.encodeDescriptor!(at, 8);
  for (const { type, block, eraseCount, openLsn } of members) call.addMember!(at, type, block, eraseCount, openLsn);
  assert.is(call.memberCount!(at), 3);
  for (const [i, { type, block, eraseCount, openLsn }] of members.entries()) {
    assert.equal([call.memberType!(at, i), call.memberBlock!(at, i), call.memberEraseCount!(at, i)], [type, block, eraseCount]);
    assert.is(long.memberOpenLsn!(at, i), openLsn);
  }
  assert.is(call.descriptorData!(8), 92);
  assert.ok(probe.bytes(at + 4 + 3 * 11, 92 - 4 - 3 * 11).every((byte) => byte === 0));
});

test("another mark, no member, or more than the store has to a stripe: no descriptor", () => {
  call.encodeDescriptor!(at, 4);
  assert.not(call.isDescriptor!(at, 4));
  for (let i = 0; i < 4; i++) call.addMember!(at, 1, i, 1, 1n);
  assert.ok(call.isDescriptor!(at, 4));
  probe.bytes(at, 2)[1] = 5;
  assert.not(call.isDescriptor!(at, 4));
  probe.bytes(at, 2).set([0x15, 4]);
  assert.not(call.isDescriptor!(at, 4));
});

test("its place is a program unit of every block, however few its bytes are", () => {
  for (const [part, bytes] of [
    [parts.nor, 112],
    [parts.once, 128],
    [parts.nand, 512],
    [parts.pages, 4096],
  ] as const) {
    probe.configure(part);
    assert.is(call.descriptorBytes!(8), bytes);
  }
});

test("on a large part it is rounded up to where a unit may begin, for the descriptor begins one", () => {
  probe.configure({ kind: "nor", blockBytes: 131072, blockCount: 8192, pageBytes: 64, programBytes: 1 });
  assert.is(probe.value("addressUnit"), 128);
  assert.is(call.descriptorBytes!(8), 128);
  assert.is(call.descriptorBytes!(4), 128);
});

test.run();
