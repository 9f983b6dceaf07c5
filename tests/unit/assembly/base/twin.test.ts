/* The switch of the broken twins; what they break, tests/harness/twins.test.ts shows. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";

const test = suite("assembly/base/twin");

test("an instance plays no twin unless it is told to", () => {
  const { call } = new Probe();
  for (let which = 1; which < 64; which++) assert.is(call.twin!(which), 0);
});

test("it plays one at a time, and none again", () => {
  const { call } = new Probe();
  call.playTwin!(3);
  assert.equal([call.twin!(2), call.twin!(3), call.twin!(4)], [0, 1, 0]);
  call.playTwin!(4);
  assert.equal([call.twin!(3), call.twin!(4)], [0, 1]);
  call.playTwin!(0);
  assert.equal([call.twin!(3), call.twin!(4)], [0, 0]);
});

test("another instance is not concerned", () => {
  new Probe().call.playTwin!(5);
  assert.is(new Probe().call.twin!(5), 0);
});

test.run();
