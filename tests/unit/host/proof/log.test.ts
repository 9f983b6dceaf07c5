/* The hash of a run differs with anything that differs. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunLog } from "../../../../host/proof/log.js";

const test = suite("host/proof/log");

function digest(work: (log: RunLog) => void): string {
  const log = new RunLog();
  work(log);
  return log.digest;
}

function noted(...texts: string[]): string {
  return digest((log) => {
    for (const text of texts) log.note(text);
  });
}

test("equal runs have equal hashes; each word of an entry changes it", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const same = () => digest((log) => log.flash("read", 1, 2, bytes, 0));
  assert.is(same(), same());
  const others = [
    digest((log) => log.flash("program", 1, 2, bytes, 0)),
    digest((log) => log.flash("read", 2, 2, bytes, 0)),
    digest((log) => log.flash("read", 1, 3, bytes, 0)),
    digest((log) => log.flash("read", 1, 2, Uint8Array.of(1, 2, 4), 0)),
    digest((log) => log.flash("read", 1, 2, bytes, -1)),
    digest((log) => log.note("open")),
    digest(() => {}),
  ];
  assert.is(new Set([same(), ...others]).size, others.length + 1);
});

test("asking for the hash does not end the log, and order counts", () => {
  const log = new RunLog();
  log.note("a");
  const half = log.digest;
  log.note("b");
  assert.is(log.entries, 2);
  assert.is.not(log.digest, half);
  assert.is(log.digest, noted("a", "b"));
  assert.is.not(log.digest, noted("b", "a"));
});

test.run();
