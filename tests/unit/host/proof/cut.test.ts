/* A life after a cut holds what the map of invariants says it holds: each is broken here once. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Agent } from "../../../../host/index.js";
import { mountBounds } from "../../../../host/proof/bounds.js";
import { explore } from "../../../../host/proof/explore.js";
import { scaled } from "../../../../host/proof/geometries.js";
import { invariantOf } from "../../../../host/proof/invariants.js";
import { makeScript, WEIGHTS } from "../../../../host/proof/script.js";
import type { Store } from "../../../../host/proof/store.js";
import { toyStore } from "../../../harness/toy.js";

const test = suite("host/proof/cut");
const geometry = scaled("spi-nor-8m", 12);
const toy = toyStore();
const script = { seed: 3, weights: 1, fill: 0.06, partFulls: 0.1 };

/** The first violation, as "invariant: text", of a toy whose agents `change` alters. */
async function firstOf(change: (agent: Agent, boot: number) => object, before?: Store["open"]): Promise<string> {
  let boots = 0;
  const store: Store = {
    ...toy,
    async open(flash, options) {
      await before?.(flash, options);
      const agent = await toy.open(flash, options);
      return Object.assign(agent, change(agent, boots++));
    },
  };
  const plan = { store, geometry, seed: 3, weights: WEIGHTS[1]!, steps: makeScript(geometry, script), shard: { index: 0, of: 1 } };
  const { tally } = await explore({ ...plan, share: 0.6, nested1: 0, nested2: 0, stopAfter: 1 });
  const violation = tally.findings[0]?.violations[0];
  return violation === undefined ? "none" : `${invariantOf(violation)}: ${violation.text}`;
}

test("nothing is found where nothing is changed", async () => {
  assert.is(await firstOf(() => ({})), "none");
});

test("I7: a mount that reads more than is promised", async () => {
  const { reads } = mountBounds(geometry);
  const byte = new Uint8Array(1);
  const greedy: Store["open"] = (flash, options) => {
    for (let i = 0; i <= reads; i++) flash.read(0, 0, byte);
    return toy.open(flash, options);
  };
  assert.match(await firstOf(() => ({}), greedy), /^I7: a mount asked for \d+ reads/);
});

test("I7: memory that grows from boot to boot", async () => {
  const stat = (agent: Agent) => agent.stat.bind(agent);
  const found = await firstOf((agent, boot) => {
    const told = stat(agent);
    return { stat: () => ({ ...told(), ram: { fixedBytes: 100 + boot } }) };
  });
  assert.match(found, /^I7: the agent's memory is/);
});

test("I8: background work that has no end, and I12: something to correct where nothing rotted", async () => {
  assert.match(await firstOf(() => ({ tick: () => 1 })), /^I8: Unusable: background work does not end/);
  const found = await firstOf((agent) => {
    const verify = agent.verify.bind(agent);
    return { verify: () => ({ ...verify(), corrected: 1 }) };
  });
  assert.match(found, /^I12: verify corrects 1 records/);
});

test("I4: a boot that shows other than the one before, nothing having been changed", async () => {
  const found = await firstOf((agent, boot) => {
    const list = agent.list.bind(agent);
    return boot % 2 === 0 ? {} : { list: () => [...list()].slice(1) };
  });
  assert.match(found, /^I[14]: |^I6: not listed, but get finds it/);
});

test.run();
