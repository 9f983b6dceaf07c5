/*
 * The relay loses its data, in every way October 2009 and since have shown: nothing is deleted on a handset, it says
 * what it met, and one re-seed makes the relay whole.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSqliteStore } from "../../host/relay/sqlite.js";
import type { SyncStore } from "../../host/relay/store.js";
import { AirHandset, missingAmong } from "../support/air.js";

const STEPS = 60;
const test = suite("harness/relay-loss");
const folder = mkdtempSync(join(tmpdir(), "holdfast-relay-"));
let count = 0;

const newFolder = () => join(folder, String(count++));

/** Two handsets that both have everything, and the folder of their relay. */
async function household(seed: number, between?: (path: string) => void) {
  const path = newFolder();
  let store = await openSqliteStore(path);
  const handsets = [await new AirHandset("a", 2 * seed).make(), await new AirHandset("b", 2 * seed + 1).make()];
  const joinCode = (await handsets[0].sync(store, 0))?.joinCode;
  for (let step = 0; step < STEPS; step++) {
    await handsets[step % 2].change(step, 40);
    if (step % 8 === 0) await handsets[step % 2].sync(store, step, {}, { joinCode });
    if (step === STEPS / 2 && between !== undefined) {
      await store.close();
      between(path);
      store = await openSqliteStore(path);
    }
  }
  for (const handset of [...handsets, ...handsets]) await handset.sync(store, STEPS, {}, { joinCode });
  await store.close();
  return { path, handsets, joinCode };
}

/** Same records on both, same digest at the relay, nothing owed is missing. */
async function assertWhole(handsets: AirHandset[], store: SyncStore) {
  assert.equal(missingAmong(handsets), []);
  const { digest } = await store.identity();
  for (const handset of handsets) {
    const state = await handset.sync(store, 900);
    assert.is(state?.phase, "equal");
    assert.is(BigInt(`0x${state?.digest}`), digest);
  }
}

test("an emptied relay: guard on both handsets, nothing deleted, whole again after a re-seed", async () => {
  const { handsets } = await household(1);
  const before = handsets.map((handset) => handset.values());
  const store = await openSqliteStore(newFolder());
  const state = await handsets[0].sync(store, 1);
  assert.is(state?.phase, "guard");
  assert.is(state?.detail, 1);
  assert.equal(handsets[0].values(), before[0]);
  assert.is((await handsets[0].sync(store, 2, {}, { reseed: true }))?.phase, "equal");
  const second = await handsets[1].sync(store, 1);
  assert.is(second?.phase, "guard");
  assert.equal(handsets[1].values(), before[1]);
  assert.is((await handsets[1].sync(store, 2, {}, { reseed: true }))?.phase, "equal");
  assert.equal(
    handsets.map((handset) => handset.values()),
    before,
  );
  await assertWhole(handsets, store);
  await store.close();
});

test("a relay rolled back to an older copy: guard, nothing deleted, whole again after a re-seed", async () => {
  const copy = newFolder();
  const { path, handsets } = await household(2, (live) => cpSync(live, copy, { recursive: true }));
  rmSync(path, { recursive: true });
  cpSync(copy, path, { recursive: true });
  const before = handsets.map((handset) => handset.values());
  const store = await openSqliteStore(path);
  const state = await handsets[0].sync(store, 1);
  assert.is(state?.phase, "guard");
  assert.is(state?.detail, 2);
  assert.is((await handsets[0].sync(store, 2, {}, { reseed: true }))?.phase, "equal");
  await handsets[1].sync(store, 2, {}, { reseed: true });
  assert.equal(
    handsets.map((handset) => handset.values()),
    before,
  );
  await assertWhole(handsets, store);
  await store.close();
});

test("a relay rolled back behind our back, its sequence advanced by the other handset: the digest tells, both are made whole", async () => {
  const copy = newFolder();
  const { path, handsets } = await household(3, (live) => cpSync(live, copy, { recursive: true }));
  rmSync(path, { recursive: true });
  cpSync(copy, path, { recursive: true });
  const before = handsets[1].values();
  const store = await openSqliteStore(path);
  await handsets[0].sync(store, 1, {}, { reseed: true });
  for (let step = 200; step < 240; step++) await handsets[0].change(step, 40);
  await handsets[0].sync(store, 2);
  const state = await handsets[1].sync(store, 3);
  assert.is(state?.phase, "equal");
  assert.ok(state?.comparedAll || (state?.pulled ?? 0) > 0);
  for (const value of before) if (!handsets[0].seen.has(value)) assert.ok(handsets[1].values().has(value), `lost ${value}`);
  await handsets[0].sync(store, 4);
  await assertWhole(handsets, store);
  await store.close();
});

test("a relay that deletes more than a person would: guard before the rest, and by the owner's word only", async () => {
  const { handsets, path, joinCode } = await household(4);
  const store = await openSqliteStore(path);
  for (let step = 300; step < 420; step++) await handsets[0].change(step, 400);
  for (const handset of handsets) await handset.sync(store, 5, {}, { joinCode });
  const held = handsets[1].values().size;
  const everything = [...handsets[0].agent.list()];
  for (const { kind, id } of everything) handsets[0].agent.remove(kind, id);
  await handsets[0].sync(store, 6);
  const state = await handsets[1].sync(store, 7);
  assert.is(state?.phase, "guard");
  assert.is(state?.detail, 3);
  assert.ok(held - handsets[1].values().size <= Math.max(20, held / 20), `${handsets[1].values().size} of ${held} left`);
  assert.is((await handsets[1].sync(store, 8, {}, { acceptDeletions: true }))?.phase, "equal");
  assert.is(handsets[1].values().size, 0);
  await store.close();
});

test("a new handset gets everything from the relay", async () => {
  const { handsets, path, joinCode } = await household(5);
  const store = await openSqliteStore(path);
  const third = await new AirHandset("c", 99).make();
  assert.is((await third.sync(store, 1))?.phase, "refused"); // without the code
  assert.is((await third.sync(store, 2, { lost: 0.1 }, { joinCode }))?.phase, "equal");
  assert.equal(third.values(), handsets[0].values());
  await store.close();
});

test("an older copy of the flash put back is refused, and nothing is changed on either side", async () => {
  const { handsets, path, joinCode } = await household(6);
  const [a] = handsets;
  const store = await openSqliteStore(path);
  a.agent.close();
  const copy = a.power.inner.bytes.slice();
  await a.boot();
  for (let step = 500; step < 510; step++) await a.change(step, 40);
  assert.is((await a.sync(store, 10, {}, { joinCode }))?.phase, "equal");
  const { digest } = await store.identity();
  const older = await AirHandset.over(copy, a);
  const before = older.values();
  const state = await older.sync(store, 11, {}, { joinCode });
  assert.equal([state?.phase, state?.detail], ["refused", 6]);
  assert.equal(older.values(), before);
  assert.is((await store.identity()).digest, digest);
  await store.close();
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
