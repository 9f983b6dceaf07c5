/* Wall time passed to the core. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wallClock } from "../../../../host/agent/clock.js";

const test = suite("host/agent/clock");

test("a clock of one's own is asked at every reading", () => {
  let now = 41;
  const clock = wallClock(() => ++now);
  assert.equal([clock(), clock()], [42, 43]);
});

test("without one it is the platform's", () => {
  const before = Date.now();
  const told = wallClock()();
  assert.ok(told >= before && told <= Date.now());
});

test("what is no time is refused", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e16, "12" as unknown as number]) {
    assert.throws(
      wallClock(() => bad),
      (error: Error & { code?: string }) => error.code === "INVALID",
    );
  }
});

test.run();
