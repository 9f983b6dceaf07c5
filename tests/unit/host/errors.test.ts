/* What a negative status becomes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HoldfastError, raise, STATUSES, statusName } from "../../../host/errors.js";

const test = suite("host/errors");

test("an answer passes through", () => {
  assert.is(raise(0, "anything"), 0);
  assert.is(raise(41, "anything"), 41);
});

test("every status is thrown under its name, with what was being done and what to do", () => {
  for (const [name, row] of Object.entries(STATUSES)) {
    try {
      raise(row.number, "storing a note");
      assert.unreachable();
    } catch (error) {
      assert.instance(error, HoldfastError);
      assert.is((error as HoldfastError).code, name);
      assert.match((error as HoldfastError).message, /^storing a note: /);
      assert.is((error as HoldfastError).hint, row.hint);
    }
  }
});

test("a status nobody knows is not passed off as a known one", () => {
  assert.is(statusName(-3), undefined);
  assert.throws(() => raise(-3, "listing"), /unknown status -3/);
});

test.run();
