/* How much may live on a part, and what is kept back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/space");
const PHOTO = 6;

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" the longest record fits a segment, and a chunk fits a record`, () => {
    const store = Store.make(geometry);
    const { probe } = store;
    const limit = probe.value("recordLimitData");
    assert.ok(limit > 0 && limit <= probe.value("RECORD_DATA_MAX"));
    assert.ok(probe.word.recordBytes!(limit) <= geometry.blockBytes - probe.call.firstRecordOffset!());
    assert.ok(probe.value("chunkBytes") > 0 && probe.value("chunkBytes") < limit);
    for (const length of [limit - 100, limit - 48, limit, 2 * limit, 5 * limit]) {
      const body = new Chance(length).bytes(length);
      store.must(store.put(length, body));
      assert.equal(store.get(length), body, `${length} bytes`);
    }
  });

  test(`on part "${name}" FULL comes before the part is, and what was promised until then is there`, () => {
    const store = Store.make(geometry);
    const body = new Uint8Array(geometry.blockBytes > 60_000 ? 1500 : 200).fill(7);
    let count = 0;
    let answer = 0;
    for (; answer === 0; count++) answer = store.put(count, body);
    assert.is(answer, status("FULL"));
    assert.is(store.list().length, count - 1);
    assert.ok(store.stat().liveBytes <= Number(store.probe.long.liveLimit!()));
    const used = ((count - 1) * body.length) / (geometry.blockBytes * geometry.blockCount);
    assert.ok(used > (geometry.blockCount < 20 ? 0.25 : 0.45), `${used} of the part is payload`);
    store.must(store.pull());
    assert.is(store.list().length, count - 1);
  });

  test(`on part "${name}" a full part can be emptied, and filled again`, () => {
    const store = Store.make(geometry);
    const body = new Uint8Array(geometry.blockBytes > 60_000 ? 1500 : 200);
    let count = 0;
    while (store.put(count, body) === 0) count++;
    for (let id = 0; id < count; id++) assert.is(store.remove(id), 0, `removal ${id} of ${count}`);
    assert.is(store.list().length, 0);
    for (let id = 0; id < count / 2; id++) assert.is(store.put(1000 + id, body), 0, `put ${id} of ${count / 2}`);
  });
}

test("the longest header, meta and ext fit a record on the smallest blocks served, whatever parity is asked for", () => {
  const smallest = [
    { kind: "nor", blockBytes: 2048, blockCount: 64, pageBytes: 32, programBytes: 32 },
    { kind: "nor", blockBytes: 2048, blockCount: 64, pageBytes: 64, programBytes: 1 },
    { kind: "nand", blockBytes: 8192, blockCount: 64, pageBytes: 512, programBytes: 512 },
  ] as const;
  const ext = new Uint8Array(64).fill(1);
  const meta = new Uint8Array(480).fill(2);
  for (const geometry of smallest)
    for (const parityBytes of [8, 16])
      for (const outerParity of [0, 8] as const) {
        const store = Store.make(geometry, { parityBytes, outerParity });
        assert.ok(store.probe.value("recordLimitData") >= 48 + 480 + 64, JSON.stringify(geometry));
        store.must(store.put(1, "x", { meta, ext }));
        store.must(store.put(2, new Uint8Array(3000), { meta, ext }));
        store.must(store.pull());
        assert.is(store.text(1), "x");
        assert.equal(store.get(2), new Uint8Array(3000));
      }
});

test("meta and ext that would leave no room in a head are TOO_BIG", () => {
  const store = Store.make(parts.nor);
  const meta = store.probe.value("META_MAX_BYTES");
  const ext = store.probe.value("EXT_MAX_BYTES");
  assert.is(store.put(1, "x", { meta: new Uint8Array(meta), ext: new Uint8Array(ext) }), 0);
  assert.is(store.put(2, "x", { meta: new Uint8Array(meta + 1) }), status("TOO_BIG"));
  assert.is(store.put(2, "x", { ext: new Uint8Array(ext + 1) }), status("TOO_BIG"));
});

test("free bytes go down by what is put and come back with what is removed", () => {
  const store = Store.make(parts.nor);
  const free = (): number => store.stat().freeBytes;
  const before = free();
  store.must(store.put(1, new Uint8Array(1000)));
  const after = free();
  assert.ok(before - after >= 1000 && before - after < 1200);
  store.must(store.remove(1));
  assert.ok(free() > after + 900);
});

for (const name of ["nor", "deep", "words", "nand", "large"] as const) {
  test(`on part "${name}" pictures take three quarters and no more; everything else finds the last quarter free`, () => {
    const store = Store.make(parts[name]);
    const { call, word, doorstep } = store.probe;
    const picture = new Chance(6).bytes(4 * store.probe.value("chunkBytes"));
    let count = 0;
    while (store.put(count, picture, { kind: PHOTO }) === 0) count++;
    const limit = Number(store.probe.long.liveLimit!());
    assert.equal([doorstep.fault().status, doorstep.fault().detail], [status("FULL"), 7]);
    assert.is(word.chunksOf!(PHOTO), 4 * count);
    assert.ok(store.stat().liveBytes <= (limit * 3) / 4 + 128 * count, "beside the heads");
    assert.ok(store.stat().liveBytes > (limit * 3) / 4 - 2 * picture.length - limit / 8, `${store.stat().liveBytes} of ${limit}`);
    assert.is(store.put(900, picture.subarray(0, 1), { kind: PHOTO }), 0, "a small one");
    let others = 0;
    while (store.put(1000 + others, picture.subarray(0, 300)) === 0) others++;
    assert.ok(others * 300 > limit / 8, `${others} notes`);
    assert.equal([doorstep.fault().status, doorstep.fault().detail], [status("FULL"), 0]);
    assert.is(call.hf_put_begin!(PHOTO, 0, 901, 0, 0, 0, 9 << 20, 1), status("TOO_BIG"));
    store.must(store.pull());
    assert.is(store.list(PHOTO).length, count + 1);
    assert.is(store.probe.word.chunksOf!(PHOTO), 4 * count, "counted again by a mount");
    store.must(store.remove(0, PHOTO));
    store.must(store.remove(1, PHOTO));
    assert.is(store.probe.word.chunksOf!(PHOTO), 4 * (count - 2));
    store.must(store.remove(1000));
    assert.is(store.put(902, picture, { kind: PHOTO }), 0, "one goes, one comes");
  });
}

test("in a batch the first picture beyond the share is refused and nothing was staged; one behind something else is taken", () => {
  const store = Store.make(parts.deep);
  const { call, doorstep } = store.probe;
  const picture = new Chance(6).bytes(20_000);
  for (let id = 0; store.put(id, picture, { kind: PHOTO }) === 0; id++);
  const stage = (id: number, kind: number, bytes: number) => {
    const begun = call.hf_put_begin!(kind, 0, id, 0, 0, 0, bytes, 1);
    if (begun < 0) return begun;
    for (let at = 0; at < bytes; at += doorstep.windowBytes) store.must(call.hf_put_write!(Math.min(doorstep.windowBytes, bytes - at)));
    return call.hf_put_commit!();
  };
  store.must(call.hf_batch_begin!(2, 40_000));
  assert.is(stage(900, PHOTO, 20_000), status("FULL"));
  assert.is(call.hf_batch_abandon!(), 0);
  store.must(call.hf_batch_begin!(2, 21_000));
  assert.is(stage(901, 3, 100), 0);
  assert.is(stage(902, PHOTO, 20_000), 0);
  assert.is(call.hf_batch_commit!(), 0);
  assert.is(
    store.list(PHOTO).some(({ idLow }) => idLow === 902),
    true,
  );
});

test("while a long body is coming in, the next LSN told is the one it took", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "x"));
  const { nextLsn } = store.stat();
  store.must(store.probe.call.hf_put_begin!(3, 0, 2, 0, 0, 0, 5000, 1));
  assert.is(store.stat().nextLsn, nextLsn);
  store.must(store.probe.call.hf_put_abandon!());
  store.must(store.probe.call.hf_put_begin!(3, 0, 2, 0, 0, 0, 10, 1));
  assert.ok(store.stat().nextLsn > nextLsn);
});

test.run();
