/*
 * The judge itself: what it accepts, what it calls a violation of which promise.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Change, type Held, Model, type Shown } from "../../host/proof/model.js";

const test = suite("harness/model");

const held = (text: string, lsn = 0n): Held => ({ body: new TextEncoder().encode(text), label: "", wallMs: 5, lsn });
const put = (key: string, text: string): Change => ({ key, held: held(text) });
const shown = (entries: Record<string, [string, bigint]>): Map<string, Shown> =>
  new Map(Object.entries(entries).map(([key, [text, lsn]]) => [key, held(text, lsn)]));

function modelWith(entries: Record<string, string>): Model {
  const model = new Model();
  for (const [key, text] of Object.entries(entries)) {
    model.begin([put(key, text)]);
    assert.equal(model.acknowledge([model.lastLsn + 1n]), []);
  }
  return model;
}

function promises(model: Model, state: Map<string, Shown>): string[] {
  return model.judge(state).map((violation) => violation.promise);
}

test("what was acknowledged must be shown as it was", () => {
  const model = modelWith({ a: "one", b: "two" });
  assert.equal(promises(model, shown({ a: ["one", 1n], b: ["two", 2n] })), []);
  assert.equal(promises(model, shown({ a: ["one", 1n] })), ["G1"]);
  assert.equal(promises(model, shown({ a: ["one", 1n], b: ["tWo", 2n] })), ["G1"]);
  assert.equal(promises(model, shown({ a: ["one", 1n], b: ["two", 3n] })), ["G1"]);
  assert.equal(promises(model, shown({ a: ["one", 1n], b: ["two", 2n], c: ["three", 3n] })), ["G3"]);
});

test("the change under way is there or not, and stays as the first boot showed it", () => {
  for (const happened of [false, true]) {
    const model = modelWith({ a: "one" });
    model.begin([put("a", "new")]);
    const before = shown({ a: ["one", 1n] });
    const after = shown({ a: ["new", 2n] });
    assert.equal(promises(model, happened ? after : before), []);
    assert.equal(promises(model, happened ? after : before), []);
    assert.equal(promises(model, happened ? before : after), ["G1"]);
  }
});

test("a batch is all or nothing", () => {
  const model = modelWith({ a: "one" });
  const batch = [put("b", "two"), put("c", "three"), { key: "a", held: undefined }];
  model.begin(batch);
  assert.equal(promises(model.clone(), shown({ a: ["one", 1n] })), []);
  assert.equal(promises(model.clone(), shown({ b: ["two", 2n], c: ["three", 3n] })), []);
  assert.ok(promises(model.clone(), shown({ a: ["one", 1n], b: ["two", 2n], c: ["three", 3n] })).includes("G2"));
  assert.ok(promises(model.clone(), shown({ b: ["two", 2n] })).includes("G2"));
});

test("what was refused or removed must not be seen again", () => {
  const model = modelWith({ a: "one" });
  model.begin([put("b", "two")]);
  model.refuse();
  assert.equal(promises(model, shown({ a: ["one", 1n], b: ["two", 2n] })), ["G3"]);
  model.begin([{ key: "a", held: undefined }]);
  model.acknowledge([2n]);
  assert.equal(promises(model, shown({ a: ["one", 1n] })), ["G1"]);
});

test("receipts must grow", () => {
  const model = modelWith({ a: "one" });
  model.begin([put("a", "two")]);
  assert.is(model.acknowledge([1n]).length, 1);
});

test.run();
