/* Join codes in letters, and the wire's words. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codeText, parseCode } from "../../../../host/agent/wire.js";
import { AirHandset } from "../../../support/air.js";

const test = suite("host/agent/wire");

test("a code comes back however it is typed", () => {
  for (const code of [1n, 77n, (1n << 40n) - 1n, 0x123456789an]) {
    const text = codeText(code);
    assert.match(text, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    assert.is(parseCode(text), code);
    assert.is(parseCode(` ${text.toLowerCase().replace("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `), code);
  }
  assert.is(codeText(0n), "");
  assert.is(parseCode(""), 0n);
});

test("what is no code is refused by name", () => {
  for (const text of ["7K3M", "7K3M-9QXW1", "7K3M-9QXU", "@@@@-@@@@"]) assert.throws(() => parseCode(text), /is not a join code/);
});

test("a wire says hello, stays where it is without an answer, and refuses noise", async () => {
  const { agent } = await new AirHandset("a", 1).make();
  const wire = agent.wire();
  wire.begin();
  assert.is(wire.next()?.length, 96);
  assert.is(wire.next(), undefined);
  assert.is(wire.next(true)?.length, 96);
  assert.is(wire.receive(new Uint8Array(40)), false);
  assert.is(wire.receive(new Uint8Array(5000)), false);
  assert.is(wire.state().phase, "greeting");
  agent.close();
  assert.throws(() => wire.next(), /closed/);
});

test.run();
