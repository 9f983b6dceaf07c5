import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BatchAgent, Batches, type BatchItem } from "../../../../host/text/batches.js";

const test = suite("host/text/batches");
const item = (id: number, bytes: number): BatchItem => ({
  kind: "note",
  id: String(id),
  body: new Uint8Array(bytes),
  meta: {},
  wallMs: id,
});

interface Told {
  done: string[];
  refused: string[];
  batches: number[];
  times: unknown[];
}

/** Counts batches; refuses single records longer than `most`, and batches that hold one. */
async function written(items: BatchItem[], most: number, dryRun = false): Promise<Told> {
  const told: Told = { done: [], refused: [], batches: [], times: [] };
  const put = (_kind: string, body: Uint8Array, { wallMs }: { wallMs?: number }) => {
    if (body.length > most) throw Object.assign(new Error("full"), { code: "FULL" });
    told.times.push(wallMs);
  };
  const agent: BatchAgent<BatchItem> = {
    put,
    batch(write) {
      let count = 0;
      write({ put: (...args) => [put(...args), count++] });
      told.batches.push(count);
    },
  };
  const batches = new Batches(agent, { written: ({ id }) => told.done.push(id), refused: ({ id }) => told.refused.push(id), dryRun });
  for (const one of items) await batches.add(one);
  await batches.flush();
  assert.is(batches.find("note", items[0]!.id), dryRun ? items[0] : undefined);
  return told;
}

test("128 records or 56 KiB make a batch, and each is told once", async () => {
  const small = Array.from({ length: 300 }, (_, i) => item(i, 10));
  const { batches, done } = await written(small, 100);
  assert.ok(Math.max(...batches) <= 128);
  assert.is(done.length, 300);
  const large = await written([item(1, 30_000), item(2, 30_000)], 1e6);
  assert.equal([large.batches, large.done], [[], ["1", "2"]]);
});

test("what does not fit together is tried alone, and only what does not fit alone is refused; times go along", async () => {
  const { done, refused, times } = await written([item(1, 10), item(2, 500), item(3, 10)], 100);
  assert.equal([done, refused, times.slice(-2)], [["1", "3"], ["2"], [1, 3]]);
});

test("a dry run writes nothing and finds what it would have written", async () => {
  const { done, times } = await written([item(1, 10), item(2, 500)], 100, true);
  assert.equal([done, times], [["1", "2"], []]);
});

test("any other failure passes through", async () => {
  const agent: BatchAgent<BatchItem> = {
    put() {
      throw new Error("power");
    },
    batch(write) {
      write(this);
    },
  };
  const batches = new Batches(agent, { written: () => {}, refused: () => {} });
  await batches.add(item(1, 1));
  try {
    await batches.flush();
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "power");
  }
});

test.run();
