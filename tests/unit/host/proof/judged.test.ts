/* An image is judged once for each model, and again where more is to be tried from it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Judged } from "../../../../host/proof/judged.js";
import { type Held, Model } from "../../../../host/proof/model.js";

const test = suite("host/proof/judged");
const held = (text: string): Held => ({ body: new TextEncoder().encode(text), label: "", wallMs: 1, lsn: 0n });

function put(model: Model, key: string, text: string): void {
  model.begin([{ key, held: held(text) }]);
  model.acknowledge([model.lastLsn + 1n]);
}

test("judged with no further cuts does not count as judged with some", () => {
  const judged = new Judged();
  judged.add("a", 0);
  assert.ok(judged.has("a", 0));
  assert.not.ok(judged.has("a", 1));
  judged.add("a", 2);
  judged.add("a", 0);
  assert.ok(judged.has("a", 2));
  assert.not.ok(judged.has("b", 0));
});

test("equal images under models that differ in anything a boot is held against have other keys", () => {
  const model = new Model();
  put(model, "note/1", "one");
  put(model, "note/2", "two");
  const key = Judged.keyOf(7n, model);
  assert.is(Judged.keyOf(7n, model.clone()), key);
  assert.is.not(Judged.keyOf(8n, model), key);
  const others: ((copy: Model) => void)[] = [
    (copy) => put(copy, "note/1", "three"),
    (copy) => copy.begin([{ key: "note/1", held: undefined }]),
    (copy) => copy.begin([{ key: "note/1", held: held("other") }]),
    (copy) => copy.wipe(),
    (copy) => {
      copy.formatting = true;
    },
    (copy) => {
      copy.formatted = !copy.formatted;
    },
  ];
  const keys = others.map((change) => {
    const copy = model.clone();
    change(copy);
    return Judged.keyOf(7n, copy);
  });
  assert.is(new Set([key, ...keys]).size, others.length + 1);
});

test("what is held is what counts, not how it came about", () => {
  const [one, other] = [new Model(), new Model()];
  for (const model of [one, other]) put(model, "note/1", "x");
  one.begin([{ key: "note/2", held: held("y") }]);
  one.refuse();
  assert.is(Judged.keyOf(1n, one), Judged.keyOf(1n, other));
});

test.run();
