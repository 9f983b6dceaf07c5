/* A change is asked for again where a block failed under it, and not for ever. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mayAskAgain, TRIES_MAX } from "../../../../host/agent/again.js";
import { HoldfastError } from "../../../../host/errors.js";
import { type FlashDevice, NorFlash } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";

const test = suite("host/agent/again");

test("only IO of a store that goes on is asked again, a few times", () => {
  const io = new HoldfastError("IO");
  assert.ok(mayAskAgain(io, 1, true));
  assert.not(mayAskAgain(io, 1, false));
  assert.not(mayAskAgain(io, TRIES_MAX, true));
  assert.not(mayAskAgain(new HoldfastError("FULL"), 1, true));
  assert.not(mayAskAgain(new Error("power"), 1, true));
});

/** A part in which the next `failing` programs fail. The failed one may be there all the same: `applied`. */
async function open(applied: boolean) {
  const part = new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 24, pageBytes: 256, programBytes: 1 });
  const state = { failing: 0 };
  const flash: FlashDevice = {
    geometry: part.geometry,
    read: (block, offset, target) => part.read(block, offset, target),
    erase: (block) => part.erase(block),
    program(block, offset, source) {
      if (state.failing-- <= 0) return part.program(block, offset, source);
      if (applied) part.program(block, offset, source);
      else part.markProgrammed(block, offset, source.length);
      return -1;
    },
  };
  await formatFlash(flash);
  return { agent: await openAgent(flash), state };
}

for (const applied of [false, true]) {
  test(`put, replace, remove and batch go through a failing block${applied ? ", also when what failed is there all the same" : ""}`, async () => {
    const { agent, state } = await open(applied);
    for (let round = 0; round < 4; round++) {
      state.failing = 1;
      const first = agent.put("note", `note ${round}`);
      assert.equal(agent.receipt("note", first.id), first);
      state.failing = 1;
      const second = agent.put("note", "replaced", { id: first.id });
      assert.ok(second.lsn > first.lsn);
      state.failing = 1;
      const removed = agent.remove("note", first.id);
      assert.ok(removed.lsn > second.lsn);
      assert.is(agent.get("note", first.id), undefined);
      state.failing = 1;
      const receipts = agent.batch((batch) => {
        batch.put("note", `a ${round}`);
        batch.put("contact", "y".repeat(6000), { id: "00000000000000aa" });
      });
      assert.equal(agent.receipt("contact", "00000000000000aa"), receipts[1]);
    }
    assert.is(agent.stat().records, 5);
    assert.ok(agent.stat().flash.badBlocks > 0);
  });
}

test("a part that takes nothing any more is told: IO, then WORN_OUT, and it can be read", async () => {
  const { agent, state } = await open(false);
  const { id } = agent.put("note", "kept");
  state.failing = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3; tries++) {
    try {
      agent.put("note", "more");
      assert.unreachable();
    } catch (thrown) {
      assert.is((thrown as HoldfastError).code, "WORN_OUT");
    }
  }
  assert.is(new TextDecoder().decode(agent.get("note", id)!.body), "kept");
});

test.run();
