import { suite } from "uvu";
import * as assert from "uvu/assert";
import { instantMs } from "../../../../host/text/date-time.js";

const test = suite("host/text/date-time");

test("UTC, local without zone, whole days and dashes", () => {
  assert.is(instantMs("20091002T080910Z"), Date.UTC(2009, 9, 2, 8, 9, 10));
  assert.is(instantMs("20091002T080910"), Date.UTC(2009, 9, 2, 8, 9, 10));
  assert.is(instantMs("20091002"), Date.UTC(2009, 9, 2));
  assert.is(instantMs("2009-10-02T08:09:10Z"), Date.UTC(2009, 9, 2, 8, 9, 10));
});

test("a zone everyone knows moves it, on both sides of the clock change", () => {
  assert.is(instantMs("20091024T120000", "Europe/Paris"), Date.UTC(2009, 9, 24, 10));
  assert.is(instantMs("20091026T120000", "Europe/Paris"), Date.UTC(2009, 9, 26, 11));
  assert.is(instantMs("20091025T040000", "Europe/Paris"), Date.UTC(2009, 9, 25, 3));
});

test("a zone of the file's own making does not", () => {
  assert.is(instantMs("20091002T080000", "Port Holdfast"), Date.UTC(2009, 9, 2, 8));
});

test("what is no date is left out", () => {
  for (const value of ["", "soon", "20091302", "00000000", "20090101T250000", "P1D"]) assert.is(instantMs(value), undefined, value);
});

test.run();
