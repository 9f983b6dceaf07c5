/* The device door: numbers in, a status or an answer out, whatever the numbers are. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../support/probe.js";
import { Chance } from "../../support/probe-chance.js";
import { parts, Store, status } from "../../support/probe-store.js";

const test = suite("assembly/index");

test("configure answers how many records fit, and more memory holds more", () => {
  let before = 0;
  for (const memoryBytes of [65536, 131072, 393216, 1048576]) {
    const capacity = new Probe(undefined, memoryBytes).configure(parts.nor);
    assert.ok(capacity > before, `${capacity} in ${memoryBytes} bytes`);
    before = capacity;
  }
  assert.ok(new Probe(undefined, 393216).configure({ ...parts.nor, blockCount: 2048 }) >= 20_000);
});

test("too little memory is INDEX_FULL, for every number of blocks; it never traps", () => {
  const answers = new Set<string>();
  for (let blockCount = 12; blockCount < 6000; blockCount += 11) {
    const capacity = new Probe(undefined, 65536).configure({ ...parts.nor, blockBytes: 2048, blockCount });
    answers.add(capacity > 0 ? "fits" : capacity === status("INDEX_FULL") ? "INDEX_FULL" : `${capacity}`);
  }
  assert.equal([...answers].sort(), ["INDEX_FULL", "fits"]);
});

test("a geometry that is not served is WRONG_GEOMETRY, and the fault tells the rule", () => {
  const probe = new Probe();
  assert.is(probe.configure({ ...parts.nor, blockCount: 3 }), status("WRONG_GEOMETRY"));
  assert.equal([probe.doorstep.fault().status, probe.doorstep.fault().detail], [status("WRONG_GEOMETRY"), 2]);
});

test("random calls with random numbers never trap, never break a rule of the part, and never harm what is stored", () => {
  for (const geometry of [parts.nor, parts.nand]) {
    const store = Store.make(geometry);
    for (let id = 0; id < 20; id++) store.must(store.put(id, `note ${id}`, { idHigh: 0x77777777 }));
    const chance = new Chance(geometry.blockCount + geometry.blockBytes);
    const odd = (): number => chance.pick([0, 1, 2, 7, 8, 64, 480, 4096, 4097, 65536, 0x7fffffff, 0x80000000, 0xffffffff, chance.u32()]);
    const small = (): number => chance.below(9);
    const { call } = store.probe;
    const calls: (() => number)[] = [
      () => call.hf_put_begin!(small(), odd(), odd(), chance.below(9), odd(), odd(), odd(), odd()),
      () => call.hf_put_begin!(3, small(), small(), 0, chance.below(481), chance.below(65), chance.below(6000), odd()),
      () => call.hf_put_write!(odd()),
      () => call.hf_put_write!(chance.below(4097)),
      () => call.hf_put_commit!(),
      () => call.hf_put_abandon!(),
      () => call.hf_remove!(small(), small(), small(), odd()),
      () => call.hf_batch_begin!(small(), odd()),
      () => call.hf_batch_commit!(),
      () => call.hf_batch_abandon!(),
      () => call.hf_get!(odd(), odd(), odd()),
      () => call.hf_read!(odd(), odd()),
      () => call.hf_list_next!(chance.below(12) - 2, odd(), odd()),
      () => call.hf_changes_next!(odd(), odd(), odd(), odd()),
      () => call.hf_verify_next!(odd(), odd()),
      () => call.hf_scrub_next!(odd(), odd()),
      () => call.hf_tick!(small()),
      () => call.hf_stat!(),
    ];
    for (let round = 0; round < 4000; round++) assert.ok(Number.isInteger(chance.pick(calls)()), `round ${round}`);
    store.must(store.pull());
    for (let id = 0; id < 20; id++) {
      const body = store.get(id, 3, 0x77777777);
      assert.is(typeof body === "number" ? body : new TextDecoder().decode(body), `note ${id}`);
    }
    assert.equal(store.part.violations, []);
  }
});

test("an image of which any bytes are noise is mounted or refused; it never traps and breaks no rule of the part", () => {
  const whole = Store.make(parts.nor);
  for (let id = 0; id < 150; id++) whole.must(whole.put(id, new Chance(id).bytes(id % 30 ? 70 : 2500)));
  const chance = new Chance(12);
  for (let round = 0; round < 70; round++) {
    const part = whole.part.clone();
    for (let spots = chance.between(1, 30); spots > 0; spots--) {
      const length = chance.between(1, round % 2 ? 40 : 2000);
      part.bytes.set(chance.bytes(length), chance.below(part.bytes.length - length));
    }
    const store = new Store(parts.nor, { part });
    const answer = store.mount(true);
    if (answer < 0) continue;
    for (const one of store.list()) store.get(one.idLow, one.kind, one.idHigh);
    store.verify();
    store.changes();
  }
});

test.run();
