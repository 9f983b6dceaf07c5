/* What a mount does after power was lost: everything acknowledged is there, whatever the last program left behind. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openWorkbench } from "../../../../host/core/workbench.js";
import { FaultFlash, type PhysicsFlash, PowerCut, TEAR_KINDS } from "../../../../host/flash/index.js";
import { failingCopy } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { newPart, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/journal/recover");
type Geometry = (typeof parts)[keyof typeof parts];
type Model = Map<number, Uint8Array>;

function assertHolds(store: Store, model: Model, ids: number, what: string): void {
  for (let id = 0; id < ids; id++) assert.equal(store.get(id), model.get(id) ?? status("NOT_FOUND"), `${what}, record ${id}`);
  assert.is(store.list().length, model.size, what);
}

test("a battery pull between two operations costs nothing, however often", () => {
  for (const geometry of Object.values(parts)) {
    const store = Store.make(geometry);
    const chance = new Chance(geometry.blockBytes);
    const model: Model = new Map();
    for (let round = 0; round < 15; round++) {
      for (let i = chance.below(12); i > 0; i--) {
        const id = chance.below(30);
        const body = chance.bytes(chance.below(8) === 0 ? 2500 : chance.below(200));
        if (chance.below(4) === 0 && model.has(id)) {
          store.must(store.remove(id));
          model.delete(id);
        } else {
          store.must(store.put(id, body));
          model.set(id, body);
        }
      }
      assert.is(store.pull(), 0);
      assertHolds(store, model, 30, `round ${round}`);
      assert.is(store.stat().damagedUnknown, 0);
    }
  }
});

test("what was recovered stays recovered, though nothing is written between the pulls", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(90)));
  for (let pull = 0; pull < 40; pull++) {
    assert.is(store.pull(), 0, `pull ${pull}`);
    assert.is(store.list().length, 40);
  }
});

test("a batch that was not committed is not there; one that was is there whole", () => {
  for (const geometry of [parts.nor, parts.nand]) {
    for (const commit of [false, true]) {
      const store = Store.make(geometry);
      store.must(store.put(0, "before"));
      store.must(store.probe.call.hf_batch_begin!(30, 3000));
      for (let id = 1; id <= 29; id++) store.must(store.put(id, new Uint8Array(100)));
      store.must(store.remove(0));
      if (commit) store.must(store.probe.call.hf_batch_commit!());
      store.must(store.pull());
      assert.is(store.list().length, commit ? 29 : 1);
      assert.is(store.text(0), commit ? status("NOT_FOUND") : "before");
    }
  }
});

test("of a batch that the last program of a tail ends nothing is proven", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 3; id++) store.must(store.put(id, "before"));
  const { call } = store.probe;
  store.must(call.hf_batch_begin!(12, 2400));
  for (let id = 10; id < 22; id++) store.must(store.put(id, new Uint8Array(160)));
  store.must(call.hf_batch_commit!());
  const block = call.streamBlock!(0);
  const entries = store.probe.scan(block);
  const [first] = entries.filter(({ idLow }) => Number(idLow) === 10);
  judged(store);
  assert.is(call.provenEnd!(block), Number(first!.offset));
  const last = entries.at(-1)!;
  assert.is(call.readOnlyEnd!(block), Number(last.offset) + call.recordBytes!(Number(last.dataBytes)));
});

test("any read of a mount that voids a batch over several segments may fail: the recovery is made anew, and is the same", () => {
  const origin = Store.make(parts.nor);
  for (let id = 0; id < 20; id++) origin.must(origin.put(id, new Chance(id).bytes(90)));
  origin.must(origin.probe.call.hf_batch_begin!(100, 20_000));
  for (let id = 100; id < 170; id++) origin.must(origin.put(id, new Uint8Array(120)));
  assert.ok(origin.probe.blocksIn("STATE_SEALED").length > 1, "the batch began in a segment before");
  for (const readOnly of [false, true]) {
    const whole = failingCopy(origin);
    whole.store.must(whole.store.mount(readOnly));
    const reads = whole.store.flash.readCalls;
    const { length } = whole.store.list();
    assert.is(length, 20);
    for (let at = 0; at < reads; at++) {
      const { store, flash } = failingCopy(origin);
      flash.failAt("read", at);
      const answer = store.mount(readOnly);
      flash.heal();
      assert.ok(answer === 0 || (readOnly && answer === status("IO")), `read ${at} failed: ${answer}`);
      if (answer < 0) store.must(store.mount(readOnly));
      for (let id = 0; id < 20; id++) assert.equal(store.get(id), new Chance(id).bytes(90), `record ${id} when read ${at} failed`);
      assert.is(store.list().length, length, `${readOnly ? "only reading, " : ""}read ${at} failed`);
    }
  }
});

test("LSNs go on behind everything that was ever acknowledged, and sessions count up", () => {
  const store = Store.make(parts.nor);
  let [lsn, session] = [0n, 0];
  for (let pull = 0; pull < 10; pull++) {
    for (let id = 0; id < 5; id++) {
      store.must(store.put(id, "x"));
      assert.ok(store.result().lsn > lsn);
      lsn = store.result().lsn;
    }
    assert.ok(store.stat().session > session);
    session = store.stat().session;
    store.must(store.pull());
  }
});

/** Runs a script once for every operation it makes, cut there with `tear`; then power comes back, and is lost once more. */
function everyCut(geometry: Geometry, seed: number, count: number): number {
  let cuts = 0;
  for (let op = 0; ; op++) {
    const tear = TEAR_KINDS[op % TEAR_KINDS.length]!;
    let fault = new FaultFlash(newPart(geometry));
    const store = new Store(geometry, { wrap: (part) => (fault = new FaultFlash(part, { seed: seed + op })) });
    store.must(store.format());
    fault.reboot({ op, tear });
    const chance = new Chance(seed);
    const model: Model = new Map();
    let flying: [number, Uint8Array | undefined] | undefined;
    try {
      store.must(store.pull());
      for (let i = 0; i < count; i++) {
        const id = chance.below(6);
        const body = chance.below(5) === 0 && model.has(id) ? undefined : chance.bytes(chance.below(7) === 0 ? 2400 : chance.below(700));
        flying = [id, body];
        store.must(body === undefined ? store.remove(id) : store.put(id, body));
        if (body === undefined) model.delete(id);
        else model.set(id, body);
      }
      return cuts;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      cuts++;
    }
    const what = `seed ${seed}, operation ${op}, tear ${tear}`;
    fault.reboot({ op: chance.below(6), tear: chance.pick(TEAR_KINDS) });
    for (let boots = 0; ; boots++) {
      assert.ok(boots < 5, `${what}: does not boot`);
      try {
        assert.is(store.pull(), 0, what);
        break;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        fault.reboot();
      }
    }
    const [id, body] = flying ?? [0, undefined];
    const got = store.get(id);
    const same = (a: Uint8Array | undefined): boolean =>
      a === undefined ? got === status("NOT_FOUND") : typeof got !== "number" && Buffer.compare(a, got) === 0;
    if (flying && !same(model.get(id))) {
      assert.ok(same(body), `${what}: record ${id} is neither as before nor as after`);
      if (body === undefined) model.delete(id);
      else model.set(id, body);
    }
    assertHolds(store, model, 6, what);
    fault.reboot();
    assert.is(store.pull(), 0, what);
    assertHolds(store, model, 6, `${what}, next boot`);
  }
}

for (const [name, geometry] of Object.entries({ words: { ...parts.words, blockBytes: 4096 }, once: parts.once, nand: parts.nand })) {
  test(`on part "${name}" every operation may be torn: what was acknowledged is there, what was under way is there or is not`, () => {
    assert.ok(everyCut(geometry as Geometry, 3, 16) > 14);
  });
}

/** A part whose newest root still lists a block erased since, with a long hot tail and a longer cold one of a put that was cut. */
function twoTails(): { store: Store; model: Model; cold: number } {
  const geometry = { ...parts.nor, blockBytes: 16384, blockCount: 16 };
  const store = new Store(geometry);
  store.must(store.format());
  store.must(store.mount());
  const model: Model = new Map();
  const put = (id: number): void => {
    const body = new Chance(id + model.size).bytes(150);
    store.must(store.put(id, body));
    model.set(id, body);
  };
  for (let id = 0; id < 70; id++) put(id);
  store.must(store.pull());
  const { call } = store.probe;
  const adopted = Array.from({ length: geometry.blockCount }, (_, block) => block).filter((block) => call.adoptedEnd!(block) > 0);
  assert.ok(adopted.length > 0, "the tail was adopted");
  while (adopted.every((block) => call.adoptedEnd!(block) > 0)) {
    for (let id = 0; id < 70; id++) put(id);
    store.must(call.hf_tick!(20));
  }
  while (call.streamOffset!(0) < 9500 || call.streamOffset!(0) > 11_000) put(100);
  put(101); // the hot tail's last program: acknowledged, and nowhere else
  store.must(call.hf_put_begin!(3, 0, 999, 0, 0, 0, 60_000, 0));
  while (call.streamOffset!(1) < 11_500 || call.streamOffset!(1) > 14_000) store.must(call.hf_put_write!(512));
  return { store, model, cold: call.streamBlock!(1) };
}

test("a recovery whose reads change from one to the next begins anew and loses nothing", () => {
  const { store, model, cold } = twoTails();
  const whole = store.part.clone();
  for (let noisy = 0; noisy < 90; noisy++) {
    let reads = 0;
    const shaky = new Store(store.part.geometry, {
      part: whole.clone(),
      wrap: (part) => ({
        geometry: part.geometry,
        read: (block, offset, target) => {
          part.read(block, offset, target);
          if (block === cold && offset > 64 && reads++ === noisy) target.fill(0x5a);
          return 0;
        },
        program: (block, offset, source) => part.program(block, offset, source),
        erase: (block) => part.erase(block),
      }),
    });
    assert.is(shaky.mount(), 0, `read ${noisy} of the cold tail`);
    for (const [id, body] of model) assert.equal(shaky.get(id), body, `read ${noisy} of the cold tail, record ${id}`);
    if (reads < noisy) break;
  }
});

for (const closed of [false, true])
  test(`a block that is neither blank nor a segment is erased before anything is programmed, after a ${closed ? "close" : "pull"}`, () =>
    assertDoubtfulErased(closed));

function assertDoubtfulErased(closed: boolean): void {
  const ops: string[] = [];
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => {
        if (offset > 0) ops.push(`program ${block}`);
        return part.program(block, offset, source);
      },
      erase: (block) => {
        ops.push(`erase ${block}`);
        return part.erase(block);
      },
    }),
  });
  for (let id = 0; id < 20; id++) store.must(store.put(id, new Uint8Array(90)));
  if (closed) store.must(store.close());
  const blank = store.probe.blocksIn("STATE_BLANK").at(-2)!;
  store.damage(blank, 10, 30); // the label, as an erase that was cut may leave it
  ops.length = 0;
  store.must(store.pull());
  assert.is(ops.length > 0, !closed, "a mount after a close programs nothing");
  store.must(store.put(20, "x"));
  assert.ok(ops.includes(`erase ${blank}`), "its erase may not have finished");
  assert.ok(ops.indexOf(`erase ${blank}`) < ops.findIndex((op) => op.startsWith("program")), ops.join(", "));
  assert.is(store.list().length, 21);
}

test("an open segment whose header has rotted beyond mending is counted, record by record", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 10; id++) store.must(store.put(id, new Uint8Array(90)));
  const [open] = store.probe.blocksIn("STATE_OPEN");
  store.damage(open!, store.probe.call.headerOffset!(), 20);
  store.must(store.pull());
  assert.is(store.list().length, 0);
  assert.is(store.stat().damagedUnknown, 10);
});

test("rot in an open segment before its last program is counted, on this mount and on the next", () => {
  for (const index of [0, 3, 8]) {
    const store = Store.make(parts.nor);
    for (let id = 0; id < 10; id++) store.must(store.put(id, new Uint8Array(90)));
    const [open] = store.probe.blocksIn("STATE_OPEN");
    store.damage(open!, Number(store.probe.scan(open!)[index]!.offset), 40);
    for (let pull = 0; pull < 2; pull++) {
      store.must(store.pull());
      assert.is(store.list().length, 9, `record ${index}`);
      assert.is(store.stat().damagedUnknown, 1, `record ${index}, pull ${pull}`);
    }
  }
});

test("rot in a tail of which nothing else lives is counted: its record is in no other place", () => {
  for (const geometry of [parts.nor, parts.once]) {
    const store = Store.make(geometry);
    store.must(store.put(1, "first, and long enough to be found in the flash"));
    store.must(store.put(2, "second"));
    store.must(store.put(3, "the last program before the pull"));
    const at = Buffer.from(store.part.bytes).indexOf("first, and long");
    store.damage(Math.floor(at / geometry.blockBytes), at % geometry.blockBytes, 40);
    const second = Buffer.from(store.part.bytes).indexOf("second");
    store.damage(Math.floor(second / geometry.blockBytes), (second % geometry.blockBytes) - 12, 30);
    store.must(store.pull());
    assert.is(store.text(3), "the last program before the pull");
    assert.is(store.get(1), status("NOT_FOUND"));
    assert.ok(store.stat().damagedUnknown > 0);
  }
});

/** As a mount goes on with what is on the part, up to where a recovery would begin. */
function judged(store: Store): Store {
  store.restart();
  store.must(store.mount(true)); // sets up all else, and programs nothing
  store.must(store.probe.call.survey!());
  store.probe.call.judgeTail!();
  return store;
}
/** What becomes of a read: it may be changed, and answered otherwise. */
type Change = (block: number, offset: number, target: Uint8Array) => number | undefined;

/** A store on a part whose reads a test may change. */
function shaky(geometry: Geometry): { store: Store; set: (change?: Change) => void } {
  const asItIs: Change = () => undefined;
  let change = asItIs;
  const store = Store.make(geometry, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => {
        const answer = part.read(block, offset, target);
        return change(block, offset, target) ?? answer;
      },
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  return {
    store,
    set: (other = asItIs) => {
      change = other;
    },
  };
}

test("a header that read well in the survey and then does not is judged by its LSN: void before the root, never the root's own block", () => {
  const { store, set } = shaky(parts.nor);
  const fill = (): void => {
    for (let id = 0; id < 12; id++) store.must(store.put(id, new Uint8Array(90)));
  };
  const header = store.probe.call.headerOffset!();
  fill();
  const old = store.probe.blocksIn("STATE_OPEN")[0]!;
  store.must(store.pull());
  fill();
  const rooted = store.probe.signed("rootBlock");
  assert.is.not(old, rooted);
  store.restart();
  store.must(store.probe.call.survey!());
  assert.is(store.probe.call.stateOf!(old), store.probe.value("STATE_ADOPTED"));
  set((block, offset, target) => {
    if ((block === old || block === rooted) && offset === header && target.length > 24) target.fill(0);
    return undefined;
  });
  store.probe.call.forgetFacts!();
  store.probe.call.judgeTail!();
  assert.is(store.probe.signed("rootBlock"), rooted);
  assert.is(store.probe.call.stateOf!(old), store.probe.value("STATE_DIRTY"));
  assert.is(store.probe.call.stateOf!(rooted), store.probe.value("STATE_ADOPTED"));
});

test("where no root is left, a header that read well in the survey and then does not makes nothing void", () => {
  const { store, set } = shaky(parts.nor);
  for (let id = 0; id < 40; id++) store.must(store.put(id, new Uint8Array(90)));
  const open = store.probe.blocksIn("STATE_OPEN")[0]!;
  const header = store.probe.call.headerOffset!();
  const rooted = store.probe.signed("rootBlock");
  assert.is.not(open, rooted);
  store.part.erase(rooted);
  store.restart();
  store.must(store.probe.call.survey!());
  set((block, offset, target) => {
    if (block === open && offset === header && target.length > 24) target.fill(0);
    return undefined;
  });
  store.probe.call.forgetFacts!();
  store.probe.call.judgeTail!();
  assert.is(store.probe.signed("rootBlock"), -1);
  assert.is(store.probe.call.stateOf!(open), store.probe.value("STATE_ADOPTED"));
});

/** Spoils what is read of `block` until its label is asked for the second time; or lets all behind its label look blank until then. */
function hidden(block: number, looksBlank: boolean): Change {
  let looks = 0;
  return (at, offset, target) => {
    if (at !== block) return undefined;
    if (offset === 0) looks++;
    if (looks >= 2) return undefined;
    if (looksBlank) target.fill(255, offset === 0 ? 64 : 0);
    else for (let i = 0; i < target.length; i++) target[i]! ^= 0xa5;
    return undefined;
  };
}

test("a segment that the survey took for nothing is seen at the second look, before it is erased as doubtful; the mount is made anew", () => {
  for (const geometry of [parts.nor, parts.words, parts.nand]) {
    const { store, set } = shaky(geometry);
    for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(150)));
    const sealed = store.probe.blocksIn("STATE_SEALED").at(-1)!;
    const open = store.probe.blocksIn("STATE_OPEN")[0]!;
    for (const [block, looksBlank] of [
      [sealed, false],
      [open, false],
      [sealed, true],
      [store.probe.signed("newestHot"), true],
    ] as const) {
      set(hidden(block, looksBlank));
      store.must(store.pull());
      set();
      for (let id = 0; id < 60; id++) assert.equal(store.get(id), new Chance(id).bytes(150), `record ${id}, block ${block}`);
      assert.is(store.stat().damagedUnknown, 0);
    }
  }
});

test("a segment whose torn header did not read in the survey, and does before its erase, is judged anew: it must not count at a later boot only", () => {
  const { store, set } = shaky(parts.nor);
  for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(150)));
  const open = store.probe.blocksIn("STATE_OPEN")[0]!;
  const header = store.probe.call.headerOffset!();
  let looks = 0;
  set((block, offset, target) => {
    if (block !== open || offset !== header) return undefined;
    if (++looks < 3) target.fill(0xa5);
    return undefined;
  });
  store.must(store.pull());
  set();
  assert.ok(looks > 3);
  const before = store.list().length;
  assert.is(before, 60);
  store.must(store.pull());
  assert.is(store.list().length, before);
});

test("a segment that reads as one only with the erase count that its block was given for want of another is no segment, and is left alone", () => {
  const { store, set } = shaky(parts.nor);
  for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(150)));
  const sealed = store.probe.blocksIn("STATE_SEALED")[0]!;
  const header = store.probe.call.headerOffset!();
  let looks = 0;
  set((block, offset, target) => {
    if (block !== sealed) return undefined;
    if (offset === header) looks++;
    if (offset === 0) target.fill(0xa5, 0, 64);
    else if (looks < 3) target.fill(0xa5);
    return undefined;
  });
  store.must(store.pull());
  set();
  assert.ok(looks > 2);
  store.must(store.pull());
  for (let id = 0; id < 60; id++) assert.equal(store.get(id), new Chance(id).bytes(150), `record ${id}`);
});

test("at the second look for another block, too, a segment of a guessed erase count is left alone", () => {
  const { store, set } = shaky(parts.nor);
  for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(150)));
  const [torn, guessed] = store.probe.blocksIn("STATE_SEALED");
  const header = store.probe.call.headerOffset!();
  let [mounts, looksAtTorn, looksAtGuessed] = [0, 0, 0];
  set((block, offset, target) => {
    if (block === 0 && offset === 0) [mounts, looksAtGuessed] = [mounts + 1, 0];
    if (block === torn && offset === header && ++looksAtTorn < 3) target.fill(0xa5);
    if (block === torn && offset > header && looksAtTorn < 3) target.fill(0xa5);
    if (block !== guessed) return undefined;
    if (offset === header) looksAtGuessed++;
    if (offset === 0) target.fill(0xa5, 0, 64);
    else if (looksAtGuessed < 3) target.fill(0xa5);
    return undefined;
  });
  store.must(store.pull());
  set();
  assert.ok(mounts > 1 && looksAtTorn > 2 && looksAtGuessed > 2);
  store.must(store.pull());
  for (let id = 0; id < 60; id++) assert.equal(store.get(id), new Chance(id).bytes(150), `record ${id}`);
});

for (const geometry of [parts.nor, parts.nand])
  test(`a second tail that reads otherwise while it is copied is judged anew behind the first, which was programmed, with nothing erased for it; on ${geometry.kind}, where that would cost a page, with the first`, () => {
    const { store, set } = shaky(geometry);
    for (let id = 0; id < 200; id++) store.must(store.put(id % 37, new Chance(id).bytes(150)));
    for (let i = 0; i < 60 && store.probe.call.streamBlock!(1) < 0; i++) store.must(store.probe.call.compactStep!(700));
    store.must(store.put(100, new Chance(100).bytes(900)));
    const hot = store.probe.call.streamBlock!(0);
    const cold = store.probe.call.streamBlock!(1);
    judged(store);
    const begun = store.probe.value("highestSession");
    const first = store.probe.call.firstRecordOffset!();
    const sizes = (): number[] => [hot, cold].map((block) => store.probe.scan(block).reduce((sum, e) => sum + Number(e.dataBytes), 0));
    const [, later] = sizes()[0]! < sizes()[1]! ? [hot, cold] : [cold, hot];
    let walks = 0;
    set((block, offset, target) => {
      if (block === later && offset === first && target.length === 16) walks++;
      if (block === later && [3, 5, 7].includes(walks) && offset > first) target.fill(0); // the copies; a survey comes before each
      return undefined;
    });
    const mark = store.flash.mark();
    assert.is(store.probe.call.recover!(0n), 0);
    set();
    const anew = geometry.kind === "nand";
    assert.equal([walks > 8, store.probe.value("session") - begun - 1 > 0], [true, anew]);
    assert.is(store.flash.since(mark).erases > 1, anew, "of the suspect, and of each attempt");
    store.must(store.pull());
    assert.is(store.stat().damagedUnknown, 0);
    for (let id = 163; id < 200; id++) assert.equal(store.get(id % 37), new Chance(id).bytes(150), `record ${id % 37}`);
    assert.equal(store.get(100), new Chance(100).bytes(900));
  });

/** From now on `spoil` may change what is read of `block` behind its header, told how many walks over it were begun. Returns how many there were. */
function watchWalks(
  store: Store,
  set: (change?: Change) => void,
  watched: number,
  spoil: (walks: number, offset: number, target: Uint8Array) => void,
): () => number {
  const first = store.probe.call.firstRecordOffset!();
  let walks = 0;
  set((block, offset, target) => {
    if (block !== watched || offset < first) return undefined;
    if (offset === first && target.length === 16) walks++;
    spoil(walks, offset, target);
    return undefined;
  });
  return () => walks;
}

/** A hot tail that ends with what `last` writes, judged; and the tail's block, of which `spoil` may change what is read, told how many walks over it were begun. */
function walkedTail(geometry: Geometry, last: (store: Store) => void, spoil: (walks: number, offset: number, target: Uint8Array) => void) {
  const { store, set } = shaky(geometry);
  for (let id = 0; id < 20; id++) store.must(store.put(id, new Chance(id).bytes(100)));
  last(store);
  const tail = store.probe.call.streamBlock!(0);
  judged(store);
  return { store, set, tail, walked: watchWalks(store, set, tail, spoil) };
}

test("a tail of which no copy reads like the look before it is given up after 32 looks, and nothing is lost", () => {
  const last = (store: Store): void => void store.must(store.put(30, new Chance(30).bytes(200)));
  const { store, set, walked } = walkedTail(parts.nor, last, (walks, _offset, target) => {
    if (walks > 2 && walks % 2 === 1 && target.length > 48) target.fill(0);
  });
  assert.is(store.probe.call.recover!(0n), status("WORN_OUT"));
  assert.ok(walked() > 50, `${walked()}`);
  set();
  store.must(store.pull());
  for (let id = 0; id < 20; id++) assert.equal(store.get(id), new Chance(id).bytes(100));
  assert.equal(store.get(30), new Chance(30).bytes(200));
});

test("rot in front of what is proven that shows itself only when a tail is looked at again is told all the same", () => {
  const hurt = new Map<number, number>();
  const last = (store: Store): void => {
    const { offset, dataBytes } = store.probe.scan(store.probe.call.streamBlock!(0))[3]!;
    const block = store.probe.call.streamBlock!(0);
    for (let at = Number(offset) + 20; at < Number(offset) + Number(dataBytes); at++) hurt.set(at, store.part.bytes[block * 4096 + at]!);
    store.damage(block, Number(offset) + 20, Number(dataBytes) - 20);
  };
  const { store, set } = walkedTail(parts.nor, last, (walks, offset, target) => {
    for (let i = 0; i < target.length && walks < 4; i++) target[i] = hurt.get(offset + i) ?? target[i]!;
    if (walks === 3 && offset > 2000) target.fill(0); // the copy
  });
  assert.is(store.probe.call.recover!(0n), 0);
  store.must(store.probe.call.rebuildIndex!());
  store.probe.call.countLost!();
  set();
  assert.is(store.stat().damagedUnknown, 1);
});

test("a batch whose end reads well when it is judged, and badly when it is copied and ever after, is void, in the segments before it too", () => {
  for (const sizes of [[150], [150, 900, 900], [1500, 1500, 1500]]) {
    let from = 0;
    const last = (store: Store): void => {
      store.must(store.put(30, "before it"));
      store.must(store.batch([...sizes.map((bytes, i) => [40 + i, new Chance(40 + i).bytes(bytes)] as const), [50, "its end"]]));
      from = store.probe.call.streamOffset!(0);
    };
    const { store, set } = walkedTail(parts.nor, last, (walks, offset, target) => {
      if (walks > 2 && offset + target.length > from - 60) target.fill(0, Math.max(0, from - 60 - offset));
    });
    assert.is(store.probe.call.recover!(0n), 0);
    store.must(store.probe.call.rebuildIndex!());
    set();
    store.must(store.pull());
    assert.is(store.text(30), "before it", `${sizes}`);
    for (const id of [40, 41, 42, 50]) assert.is(store.get(id), status("NOT_FOUND"), `${sizes}: ${id}`);
    assert.is(store.stat().damagedUnknown, 0);
  }
});

test("what reads otherwise after a part of its tail was programmed again is copied anew from the first record that was not", () => {
  const { store, set } = shaky(parts.nor);
  for (let id = 0; id < 200; id++) store.must(store.put(id % 37, new Chance(id).bytes(150)));
  for (let i = 0; i < 60 && (store.probe.call.streamBlock!(1) < 0 || store.probe.call.streamOffset!(1) < 1500); i++)
    store.must(store.probe.call.compactStep!(700)); // copies in the cold segment
  store.must(store.put(100, new Chance(100).bytes(500))); // and a shorter one in the hot segment
  const cold = store.probe.call.streamBlock!(1);
  judged(store);
  const begun = store.probe.value("highestSession");
  let [walks, spoiled] = [0, 0];
  const first = store.probe.call.firstRecordOffset!();
  set((block, offset, target) => {
    if (block === cold && offset === first && target.length === 16) walks++;
    // The third walk copies; a later record has pushed out what those before it left in the group.
    if (block !== cold || walks !== 3 || offset < 1300 || spoiled > 9) return undefined;
    spoiled++;
    target.fill(0);
    return undefined;
  });
  const mark = store.flash.mark();
  assert.is(store.probe.call.recover!(0n), 0);
  set();
  assert.ok(spoiled > 0);
  assert.is(store.probe.value("session"), begun + 1);
  assert.is(store.flash.since(mark).erases, 1, "the suspect");
  store.must(store.pull());
  for (let id = 163; id < 200; id++) assert.equal(store.get(id % 37), new Chance(id).bytes(150), `record ${id % 37}`);
  assert.equal(store.get(100), new Chance(100).bytes(500));
});

test("a session whose first program did not read is above none that comes after it: what it wrote stays void when it reads well again", () => {
  const { store, set } = shaky({ ...parts.nor, blockCount: 256 });
  store.must(store.put(1, "stays"));
  store.must(store.put(2, "stays"));
  store.must(store.reopen());
  store.must(store.remove(1)); // erases the anchor, and opens a segment with its first program
  const [torn] = store.probe.blocksIn("STATE_OPEN");
  set((block, offset, target) => {
    if (block === torn && offset >= 64) target.fill(0x55);
    return undefined;
  });
  store.must(store.pull());
  assert.is(store.text(1), "stays");
  store.must(store.put(3, "new"));
  set();
  for (let pulled = 0; pulled < 2; pulled++) {
    store.must(store.pull());
    assert.equal(
      [1, 2, 3].map((id) => store.text(id)),
      ["stays", "stays", "new"],
      `pull ${pulled}`,
    );
  }
});

test("what a boot that came to no root has labelled, may have torn, or would have opened, is erased again before a recovery", () => {
  const { store, set } = shaky(parts.nor);
  for (let id = 0; id < 12; id++) store.must(store.put(id, new Uint8Array(90)));
  judged(store);
  const announced = store.probe.signed("suspect");
  store.probe.call.setBlankSession!(store.probe.value("highestSession") + 1);
  store.must(store.probe.call.makeBlank!(announced)); // a recovery that was cut before its first program
  judged(store);
  assert.is(store.probe.call.begunUnseen!(), 1);
  const blanks = store.probe.blocksIn("STATE_BLANK");
  const [dead, unread] = blanks.slice(-3);
  const wear = (): number[] => blanks.map((block) => store.probe.call.eraseCountOf!(block));
  const before = wear();
  set((block, offset, target) => {
    if (block === unread && offset === 0) target.fill(0);
    return block === dead && offset === 0 && target.length === 64 ? -1 : undefined;
  });
  store.probe.call.setSession!(store.probe.value("highestSession") + 1);
  store.probe.call.setBlankSession!(store.probe.value("highestSession") + 2);
  store.probe.call.eraseUnsure!(0);
  set();
  const suspect = store.probe.signed("suspect");
  const labelled = blanks.filter((_, i) => before[i]! > 1); // by this session or the one before, since the format
  assert.ok(labelled.includes(announced) && labelled.length < 4);
  const erased = [...labelled, dead, unread, suspect];
  erased.push(blanks.find((block) => !erased.includes(block))!); // what the boot before would have opened
  assert.equal(
    wear().map((count, i) => count - before[i]!),
    blanks.map((block) => Number(erased.includes(block))),
  );
});

/** Many sealed segments and a tail, as a recovery finds them with `adopted` of the segments in the newest root's list. */
function adopting(adopted: number, tail: (store: Store) => void): { store: Store; block: number; listed: number[] } {
  const store = Store.make({ ...parts.nor, blockCount: 100 } as unknown as Geometry);
  for (let id = 0; store.probe.blocksIn("STATE_SEALED").length < 64; id++) store.must(store.put(id, new Chance(id).bytes(900)));
  tail(store);
  const block = store.probe.call.streamBlock!(0);
  judged(store);
  const { call } = store.probe;
  const listed = store.probe.blocksIn("STATE_SEALED").filter((sealed) => call.isTail!(sealed) === 0);
  for (const sealed of listed.slice(0, adopted)) {
    const last = store.probe.scan(sealed).at(-1)!;
    assert.is(call.adopt!(sealed, Number(last.offset) + call.recordBytes!(Number(last.dataBytes))), 1);
  }
  return { store, block, listed: listed.slice(0, adopted) };
}
const ADOPT_MAX = 60;

test("a tail that is copied whole is listed up to nothing and erased, for the list to be short; where the list is nearly full it is not listed", () => {
  for (const [adopted, state] of [
    [ADOPT_MAX - 3, "STATE_BLANK"],
    [ADOPT_MAX - 2, "STATE_DIRTY"],
  ] as const) {
    const { store, block, listed } = adopting(adopted, (store) => {
      while (store.probe.call.streamOffset!(0) > 1000) store.must(store.put(999, new Uint8Array(700)));
      for (let id = 1000; id < 1004; id++) store.must(store.put(id, `tail ${id}`));
    });
    const { call } = store.probe;
    assert.is(call.recover!(0n), 0);
    assert.is(call.stateOf!(block), store.probe.value(state));
    assert.is(store.probe.value("adoptedCount"), adopted);
    for (const sealed of listed) assert.is(call.stateOf!(sealed), store.probe.value("STATE_ADOPTED"));
    store.must(store.pull());
    for (let id = 1000; id < 1004; id++) assert.is(store.text(id), `tail ${id}`);
    for (const { idLow } of store.list()) if (idLow < 999) assert.equal(store.get(idLow), new Chance(idLow).bytes(900));
    assert.is(store.stat().damagedUnknown, 0);
  }
});

test("what has to be listed and finds the list full ends the recovery: FULL, and the tail is as before", () => {
  const seal = (store: Store): void => {
    store.must(store.put(1000, "in the segment that was sealed last"));
    store.must(store.probe.call.streamSeal!(0, 0));
  };
  const batch = (store: Store): void => {
    const { call } = store.probe;
    store.must(call.hf_batch_begin!(100, 100 * 150));
    const first = call.streamBlock!(0);
    for (let id = 2000; call.streamBlock!(0) === first || call.streamOffset!(0) < 1500; id++)
      store.must(store.put(id, new Uint8Array(150)));
  };
  for (const [what, tail] of Object.entries({ "a sealed tail": seal, "a batch over several segments": batch })) {
    const { store } = adopting(ADOPT_MAX, tail);
    const image = store.part.bytes.slice();
    const tails = store.probe.blocksIn("STATE_ADOPTED");
    assert.is(store.probe.call.recover!(0n), status("FULL"), what);
    for (const block of tails)
      assert.equal(store.part.bytes.slice(block * 4096, block * 4096 + 4096), image.slice(block * 4096, block * 4096 + 4096), what);
    store.must(store.pull());
    assert.is(store.get(2000), status("NOT_FOUND"), what);
    if (tail === seal) assert.is(store.text(1000), "in the segment that was sealed last");
  }
});

test("a tail that reads as nothing while it is judged, and a moment later well, is judged anew and kept", () => {
  // In the second walk alone it has less than when it was listed; in the first, too, it is looked at again for the batch it may be the end of.
  for (const spoiled of [[2], [1, 2]]) {
    const { store, set } = shaky(parts.nor);
    let id = 0;
    const sealed = (): number => store.probe.blocksIn("STATE_SEALED").length;
    for (const before = sealed(); sealed() === before; id++) store.must(store.put(id, new Chance(id).bytes(300)));
    const tail = store.probe.call.streamBlock!(0);
    assert.is(store.probe.scan(tail).length, 1, "one record, in the program that opened the segment");
    judged(store);
    const walked = watchWalks(store, set, tail, (walks, _offset, target) => {
      if (spoiled.includes(walks)) target.fill(0);
    });
    const begun = store.probe.value("highestSession");
    assert.is(store.probe.call.recover!(0n), 0);
    set();
    assert.ok(walked() > 3, `walked over ${walked()} times`);
    assert.is(store.probe.value("session"), begun + 1, "the second attempt goes on in the segment of the first, which has its header only");
    store.must(store.pull());
    for (let i = 0; i < id; i++) assert.equal(store.get(i), new Chance(i).bytes(300), `record ${i}`);
  }
});

/** Two recoveries in a row that nobody wrote after, with no block left for a third but what they call void. */
function cornered(store = Store.make(parts.nor)): { store: Store; void: { block: number; session: number }[]; ordinary: number } {
  while (store.probe.blocksIn("STATE_SEALED").length === 0) store.must(store.put(9, new Uint8Array(200)));
  for (let id = 0; id < 6; id++) store.must(store.put(id, `text ${id}`)); // the second segment of the first session: an ordinary one
  for (let pull = 0; pull < 3; pull++) store.must(store.pull());
  judged(store);
  const { call } = store.probe;
  const found: { block: number; session: number }[] = [];
  for (const block of [...store.probe.blocksIn("STATE_BLANK"), ...store.probe.blocksIn("STATE_DIRTY")]) {
    if (store.probe.long.openLsnOf!(block) !== 0n && call.readFacts!(block) >= 0)
      found.push({ block, session: store.probe.value("factsSession") });
    else call.setState!(block, store.probe.value("STATE_BAD"));
  }
  return { store, void: found.sort((a, b) => a.session - b.session), ordinary: store.probe.value("ordinarySession") };
}

test("with no other block left a recovery takes what lies between the first unproven root and the last, the oldest first; never what the last proven session wrote", () => {
  const { store, void: left, ordinary } = cornered();
  const { call } = store.probe;
  assert.equal(
    left.map(({ session }) => session - ordinary),
    [0, 1, 2],
  );
  const [proven, first, second] = left.map(({ block }) => block) as [number, number, number];
  const wear = [proven, second].map((block) => call.eraseCountOf!(block));
  assert.is(call.recover!(0n), 0);
  assert.is(call.streamBlock!(0), first);
  assert.equal(
    [proven, second].map((block) => call.eraseCountOf!(block)),
    wear,
  );
  for (const block of [proven, second]) assert.is(call.stateOf!(block), store.probe.value("STATE_DIRTY"), "void for good, now");
  store.must(store.pull());
  for (let id = 0; id < 6; id++) assert.is(store.text(id), `text ${id}`);
});

test("with nothing left but what the last proven session wrote there is no recovery: FULL, and it is not erased", () => {
  const { store, void: left } = cornered();
  const { call } = store.probe;
  const [proven, ...others] = left.map(({ block }) => block) as [number, ...number[]];
  for (const block of others) call.setState!(block, store.probe.value("STATE_BAD"));
  const wear = call.eraseCountOf!(proven);
  assert.is(call.recover!(0n), status("FULL"));
  assert.is(call.eraseCountOf!(proven), wear);
  store.must(store.pull());
  for (let id = 0; id < 6; id++) assert.is(store.text(id), `text ${id}`);
});

test("what the last proven session wrote is taken for a recovery when no record reads in it, at two looks, and no damage", () => {
  for (const [words, answer, spoil] of [
    ["a record", "FULL", () => {}],
    ["nothing", "OK", (bytes: Uint8Array) => bytes.fill(255, 108)],
    ["damage", "FULL", (bytes: Uint8Array) => bytes.fill(0x55, 108, 400)],
  ] as const) {
    const { store, void: left } = cornered();
    const [proven, ...others] = left.map(({ block }) => block) as [number, ...number[]];
    for (const block of others) store.probe.call.setState!(block, store.probe.value("STATE_BAD"));
    spoil(store.part.bytes.subarray(proven * 4096, (proven + 1) * 4096));
    assert.is(store.probe.call.recover!(0n), answer === "OK" ? 0 : status(answer), words);
    if (answer === "OK") assert.is(store.probe.call.streamBlock!(0), proven);
  }
});

test("a segment of the last proven session that cannot be asked is not taken for a recovery", () => {
  const { store, set } = shaky(parts.nor);
  const { void: left } = cornered(store);
  const [proven, ...others] = left.map(({ block }) => block) as [number, ...number[]];
  for (const block of others) store.probe.call.setState!(block, store.probe.value("STATE_BAD"));
  set((block, offset) => (block === proven && offset >= 108 ? -1 : undefined));
  const wear = store.probe.call.eraseCountOf!(proven);
  assert.ok(store.probe.call.recover!(0n) < 0);
  assert.is(store.probe.call.eraseCountOf!(proven), wear);
});

test("all of a tail is proven with a root behind it, and without one what lies before its last program", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 8; id++) store.must(store.put(id, new Chance(id).bytes(150)));
  const ends = (): number[] => {
    judged(store);
    const tail = [...Array(parts.nor.blockCount).keys()].find((block) => store.probe.call.isTail!(block) === 1)!;
    const last = store.probe.scan(tail).at(-1)!;
    return [
      Number(last.offset),
      Number(last.offset) + store.probe.call.recordBytes!(Number(last.dataBytes)),
      store.probe.call.provenEnd!(tail),
    ];
  };
  const [before, , proven] = ends();
  assert.is(proven, before);
  store.must(store.pull());
  const begin = store.probe.call.streamOffset!(0);
  store.must(store.probe.call.hf_batch_begin!(4, 2000));
  for (let id = 20; id < 23; id++) store.must(store.put(id, new Uint8Array(500)));
  assert.ok(store.probe.call.streamOffset!(0) > begin, "a part of the batch is programmed, and it has no end");
  assert.is(ends()[2], begin);
  store.must(store.pull());
  const [, behind, rooted] = ends();
  assert.is(rooted, behind);
  store.must(store.pull());
  store.must(store.put(100, "behind the root"));
  const [again, , later] = ends();
  assert.is(later, again);
});

test("where no block is blank a segment that the newest root calls void is made so, and none else", () => {
  const store = Store.make(parts.nor);
  const { value } = store.probe;
  for (let id = 0; id < 20; id++) store.must(store.put(id % 3, "x".repeat(200)));
  assert.is(store.pull(), 0);
  for (let id = 0; id < 6; id++) store.must(store.put(id % 3, "y"));
  assert.is(store.pull(), 0);
  const { call } = store.probe;
  const blocks = Array.from({ length: parts.nor.blockCount }, (_, block) => block);
  const isVoid = (block: number) => call.adoptedEnd!(block) !== 0 && call.stateOf!(block) === store.probe.value("STATE_DIRTY");
  const before = store.flash.erases;
  call.blankVoid!();
  assert.is(store.flash.erases, before, "there are blank ones");
  assert.ok(blocks.some(isVoid), "a tail was copied whole");
  for (const block of blocks)
    if (call.stateOf!(block) === store.probe.value("STATE_BLANK")) call.setState!(block, store.probe.value("STATE_DIRTY"));
  call.blankVoid!();
  assert.equal([store.flash.erases - before, call.blankCount!()], [1, 1]);
  for (const block of blocks)
    if (call.stateOf!(block) === store.probe.value("STATE_BLANK")) call.setState!(block, store.probe.value("STATE_DIRTY"));
  while (blocks.some(isVoid)) call.setState!(blocks.find(isVoid)!, value.call(store.probe, "STATE_SEALED"));
  call.blankVoid!();
  assert.is(call.blankCount!(), 0, "nothing else is void");
});

test("a root whose length has rotted is no record that was lost", () => {
  for (const marker of [1, 2]) {
    const store = Store.make(parts.nor);
    for (let id = 0; id < 6; id++) store.must(store.put(id, "before the pull"));
    assert.is(store.pull(), 0);
    store.must(store.put(7, "after it"));
    const at = Buffer.from(store.part.bytes).lastIndexOf(Buffer.of(0xc0, marker));
    assert.ok(at > 0);
    store.part.bytes[at + 2]! ^= 0x40;
    store.part.bytes[at + 3]! ^= 0x80;
    assert.is(store.pull(), 0);
    assert.equal([store.stat().damagedUnknown, store.list().length], [0, 7], `marker ${marker}`);
  }
});

test("nor is an interim summary", () => {
  const store = Store.make(parts.large);
  const workbench = openWorkbench(parts.large);
  const interim = () => {
    const block = store.probe.word.streamBlock!(0);
    const first = block * parts.large.blockBytes;
    const { lines } = workbench.describe(block, store.part.bytes.slice(first, first + parts.large.blockBytes));
    const line = lines.find(({ what, detail }) => what === "summary" && detail.startsWith("interim"));
    return line && first + line.offset;
  };
  let count = 0;
  while (interim() === undefined) for (let i = 0; i < 40; i++) store.must(store.put(count++, "z".repeat(30)));
  store.must(store.put(count++, "behind it"));
  store.part.bytes[interim()! + 3]! ^= 0x80;
  assert.is(store.pull(), 0);
  assert.equal([store.stat().damagedUnknown, store.list().length], [0, count]);
});

test("a record whose length has rotted is found in front of a seal that was torn", () => {
  let found = 0;
  for (let size = 60; size < 120; size++) {
    let torn!: FaultFlash;
    const store = Store.make(parts.nor, { wrap: (part) => (torn = new FaultFlash(part)) });
    const heads: number[] = [];
    const seal = (() => {
      for (let id = 0; ; id++) {
        const [programs, block] = [torn.opCount, store.probe.word.streamBlock!(0)];
        store.must(store.put(id, new Uint8Array(size).fill(7)));
        if (store.probe.word.streamBlock!(0) !== block) return programs;
        heads.push(id);
      }
    })();
    const again = Store.make(parts.nor, {
      wrap: (part) => (torn = new FaultFlash(part, { cut: { op: seal, tear: "prefix" }, seed: size })),
    });
    assert.throws(
      () => {
        for (let id = 0; ; id++) again.must(again.put(id, new Uint8Array(size).fill(7)));
      },
      (error: unknown) => error instanceof PowerCut,
    );
    torn.reboot();
    const last = heads.at(-1)!;
    const id = Buffer.alloc(4);
    id.writeUInt32LE(last);
    const at = Buffer.from(again.part.bytes).lastIndexOf(id) - 4;
    again.part.bytes[at + 2]! ^= 0x10;
    again.part.bytes[at + 3]! ^= 0x02;
    assert.is(again.pull(), 0);
    if (again.list().length > last) found++;
    else assert.ok(again.stat().damagedUnknown > 0 || again.list().length === last, `size ${size}`);
  }
  assert.ok(found > 20, `${found} of 60: where a gap is in front of the seal`);
});

test("a batch torn so that no two reads of it agree is there as a whole or not at all, and the recovery comes to its end", () => {
  const changes = Array.from({ length: 14 }, (_, id) => [100 + id, new Uint8Array(90 + 7 * id).fill(id + 1)] as const);
  const outcomes = new Set<number>();
  for (let filled = 0; filled < 12; filled++) {
    const fill = (wrap: (part: PhysicsFlash) => FaultFlash) => {
      const store = Store.make(parts.nor, { wrap });
      for (let id = 0; id < filled; id++) store.must(store.put(id, new Uint8Array(300).fill(id)));
      return store;
    };
    let whole!: FaultFlash;
    const first = fill((part) => (whole = new FaultFlash(part))).flash && whole.opCount;
    for (let seed = 0; seed < 24; seed++) {
      let torn!: FaultFlash;
      const at = first + ((seed >> 2) % 3);
      const fault = { id: "P4", at, tau: 0.99, delta: [0.006, 0.009, 0.012][seed % 3]!, steadiness: 0.5, goodReads: seed % 4 } as const;
      const store = fill((part) => (torn = new FaultFlash(part, { seed, faults: [fault] })));
      try {
        store.must(store.batch(changes));
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      for (let boot = 0; boot < 2; boot++) {
        torn.reboot();
        assert.is(store.pull(), 0, `filled ${filled}, seed ${seed}, boot ${boot}`);
        const left = store.list().length - filled;
        outcomes.add(left);
        assert.ok(left === 0 || left === changes.length, `filled ${filled}, seed ${seed}, boot ${boot}: ${left} of the batch`);
        assert.is(store.stat().damagedUnknown, 0);
        store.must(store.put(50, "goes on"));
        store.must(store.remove(50));
      }
    }
  }
  assert.equal([...outcomes].sort(), [0, changes.length]);
});

test.run();
