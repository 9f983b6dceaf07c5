/* Assertions of the core. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";

const test = suite("assembly/base/check");
const { call } = new Probe();

test("what holds passes", () => {
  call.check!(1);
});

test("what does not hold traps: to the host that is a power cut", () => {
  assert.throws(
    () => call.check!(0),
    (error: unknown) => error instanceof WebAssembly.RuntimeError,
  );
});

test.run();
