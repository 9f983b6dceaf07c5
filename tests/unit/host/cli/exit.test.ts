/*
 * Failures: whatever is thrown ends with what happened, to what, what to do next, and an exit code of the contract.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asFailure, EXIT, EXIT_WORDS } from "../../../../host/cli/exit.js";
import { HoldfastError, STATUSES, type StatusName } from "../../../../host/errors.js";

const test = suite("host/cli/exit");

test("the codes of the contract", () => {
  assert.equal(Object.values(EXIT), [0, 1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 24, 25, 42, 130]);
  assert.equal(
    EXIT_WORDS.map(([code]) => code),
    Object.values(EXIT),
  );
});

test("every status has an exit code and a next step", () => {
  for (const name of Object.keys(STATUSES) as StatusName[]) {
    const failure = asFailure(new HoldfastError(name), "handset.flash");
    assert.ok(failure.exitCode > 0, name);
    assert.is(failure.code, name);
    assert.is(failure.message, STATUSES[name].words);
    assert.is(failure.subject, "handset.flash");
    assert.ok(failure.next.length > 10, name);
    assert.not.match(failure.next, /memoryBytes|readOnly/, "words of the API, not of the command line");
  }
  const codes = {
    NOT_FORMATTED: 10,
    LOCKED: 11,
    WRONG_KEY: 12,
    SEALED: 13,
    CORRUPT: 21,
    FULL: 24,
    INDEX_FULL: 24,
    NEWER_FORMAT: 25,
    NOT_FOUND: 4,
  };
  for (const [name, exitCode] of Object.entries(codes))
    assert.is(asFailure(new HoldfastError(name as StatusName)).exitCode, exitCode, name);
});

test("a hint made for the case goes before the general one", () => {
  assert.is(asFailure(new HoldfastError("LOCKED", "in use by process 7", "end process 7")).next, "end process 7");
});

test("a driver that throws: its own words, exit 1, no stack", () => {
  const failure = asFailure(new Error("the bus hangs"), "handset.flash");
  assert.is(failure.exitCode, 1);
  assert.match(failure.message, "the bus hangs");
  assert.is(asFailure("just a text").message, "just a text");
  assert.is(asFailure(undefined).exitCode, 1);
});

test("what the disk refuses, in words", () => {
  const missing = asFailure(Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", path: "a.vcf" }));
  assert.is(missing.exitCode, 4);
  assert.is(missing.subject, "a.vcf");
  assert.is(asFailure(Object.assign(new Error("?"), { code: "ENOSPC" })).exitCode, 1);
});

test.run();
