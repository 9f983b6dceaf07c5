import { suite } from "uvu";
import * as assert from "uvu/assert";
import { properties } from "../../../../host/text/property.js";
import { type Component, hasMaster, overrideOf, seriesOf, uidOf } from "../../../../host/text/series.js";

const test = suite("host/text/series");

function component(kind: string, ...lines: string[]): Component {
  const bytes = new Uint8Array(Buffer.from(["BEGIN:X", ...lines, "END:X", ""].join("\n")));
  return { kind, bytes, properties: properties(bytes), line: 1 };
}
const shape = (components: Component[]) =>
  seriesOf(components).series.map((series) => `${series.kind} ${series.uid ?? "-"} ${series.components.length} ${series.first}`);

test("a UID is one series per kind", () => {
  assert.equal(shape([component("event", "UID:a"), component("todo", "UID:a"), component("event", "UID:a", "RECURRENCE-ID:1")]), [
    "event a 2 true",
    "todo a 1 true",
  ]);
});

test("overrides go with the nearest master before them", () => {
  const parts = [component("event", "UID:a"), component("event", "UID:a", "SEQUENCE:1"), component("event", "UID:a", "RECURRENCE-ID:1")];
  assert.equal(shape(parts), ["event a 1 true", "event a 2 false"]);
});

test("without UID nothing is joined, and copies are counted", () => {
  const { series, repeated } = seriesOf([component("contact", "FN:a"), component("contact", "FN:b"), component("contact", "FN:a")]);
  assert.equal([series.length, repeated], [2, 1]);
});

test("cards have no overrides", () => {
  const card = component("contact", "UID:a", "RECURRENCE-ID:1");
  assert.equal([uidOf(card), overrideOf(card)], ["a", undefined]);
  assert.ok(hasMaster({ kind: "contact", components: [card], first: true }));
});

test.run();
