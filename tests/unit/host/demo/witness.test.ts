/*
 * The witness: the model hears of a change before it is begun, and of its end.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Testimony, Witness } from "../../../../host/demo/witness.js";
import { type Agent, type Batch, HoldfastError } from "../../../../host/index.js";
import { Model } from "../../../../host/proof/model.js";

const test = suite("host/demo/witness");

const ID = "00112233445566aa";

function scene(answer: () => void) {
  let lsn = 0n;
  const receipt = (id: string) => {
    answer();
    return { id, lsn: ++lsn, crc32c: 0 };
  };
  const inner = {
    put: (_kind: string, _body: unknown, { id }: { id: string }) => receipt(id),
    remove: (_kind: string, id: string) => receipt(id),
    batch: (write: (batch: Batch) => void) => {
      const receipts: unknown[] = [];
      write({
        put: (_kind: string, _body: unknown, options: { id: string }) => receipts.push({ id: options.id, lsn: ++lsn, crc32c: 0 }),
        remove: (_kind: string, id: string) => receipts.push({ id, lsn: ++lsn, crc32c: 0 }),
      } as unknown as Batch);
      answer();
      return receipts;
    },
  };
  const model = new Model();
  const testimony: Testimony = { acknowledged: 0, violations: [] };
  return { model, testimony, witness: new Witness(inner as unknown as Agent, model, testimony, () => 5) };
}

test("what is acknowledged is held, what is removed is gone", () => {
  const { model, testimony, witness } = scene(() => undefined);
  witness.put("note", "Milk", { id: ID, meta: { label: "list" } });
  const held = model.held.get(`note/${ID}`)!;
  assert.equal([Buffer.from(held.body).toString(), held.label, held.wallMs, held.lsn], ["Milk", "list", 5, 1n]);
  witness.batch((batch) => {
    batch.remove("note", ID);
    batch.put("note", "Bread", { id: "00112233445566bb" });
  });
  assert.equal([...model.held.keys()], ["note/00112233445566bb"]);
  assert.equal([testimony.acknowledged, testimony.violations.length, model.inFlight.length], [3, 0, 0]);
});

test("a pull inside a call leaves the change under way", () => {
  const { model, witness } = scene(() => {
    throw new Error("battery");
  });
  assert.throws(() => witness.put("note", "Milk", { id: ID }), /battery/);
  assert.equal([model.inFlight.length, model.held.size], [1, 0]);
});

test("a refusal by name leaves nothing", () => {
  const { model, witness } = scene(() => {
    throw new HoldfastError("FULL");
  });
  assert.throws(() => witness.put("note", "Milk", { id: ID }), /room/);
  assert.is(model.inFlight.length, 0);
});

test("a body the caller changes afterwards is held as it was", () => {
  const { model, witness } = scene(() => undefined);
  const body = Uint8Array.of(1);
  witness.put("note", body, { id: ID });
  body[0] = 2;
  assert.is(model.held.get(`note/${ID}`)!.body[0], 1);
});

test.run();
