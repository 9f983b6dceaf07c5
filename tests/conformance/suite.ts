/*
 * What every agent does, whatever part it stands on and whatever build it is: the contract, call by call.
 *
 * Written with `await` and `for await`, so that an agent behind a wire passes through the same tests.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Agent, AgentOptions, FlashDevice, FormatOptions, Kind, Receipt, StoredSummary } from "../../host/index.js";
import { crc32c } from "./crc32c.js";

type Eventually<T> = T | Promise<T>;
/** The verbs of Agent, each perhaps returning a Promise. `batch` takes a callback either way. */
export type AnyAgent = {
  [Verb in Exclude<keyof Agent, "list" | "changes" | "wire">]: Agent[Verb] extends (...args: infer Arguments) => infer Result
    ? (...args: Arguments) => Eventually<Result>
    : never;
} & { list(kind?: Kind): AnyIterable; changes(afterLsn: bigint): AnyIterable };
type AnyIterable = Iterable<StoredSummary> | AsyncIterable<StoredSummary>;

export interface Subject {
  readonly name: string;
  /** A new blank part. */
  make(): FlashDevice;
  format(flash: FlashDevice, options?: FormatOptions): Promise<void>;
  open(flash: FlashDevice, options?: AgentOptions): Promise<AnyAgent>;
  /** The part is small enough to be filled. */
  readonly fillable?: boolean;
  /** Tells, when asked, how often the part was written to from now on; default: counts the calls of its driver. */
  watch?(flash: FlashDevice): () => number;
  /** The driver is at the other end of a wire: it cannot be made to throw, only the wire can be cut. */
  readonly remote?: boolean;
  /** Bytes of the longest body to try; default 100 000 where the part is not small. */
  readonly longestBytes?: number;
  /** What a device throws arrives as a copy. */
  readonly behindWire?: boolean;
}

const KINDS: readonly Kind[] = ["contact", "event", "todo", "note", "message", "mail", "photo", "vault"];

export function conformance(subject: Subject): void {
  const test = suite(`conformance/${subject.name}`);

  const watch = subject.watch ?? watchWrites;

  /** A formatted part and its agent; `body` may reopen. */
  const withAgent = (body: (agent: AnyAgent, flash: FlashDevice, reopen: () => Promise<AnyAgent>) => Promise<void>) => async () => {
    const flash = subject.make();
    await subject.format(flash);
    let agent = await subject.open(flash);
    await body(agent, flash, async () => {
      await agent.close();
      agent = await subject.open(flash);
      return agent;
    });
  };

  test("a blank part is NOT_FORMATTED, and opening it writes nothing", async () => {
    const flash = subject.make();
    const writes = watch(flash);
    await rejects(() => subject.open(flash), "NOT_FORMATTED");
    assert.is(writes(), 0);
  });

  test(
    "an agent in use locks its device",
    withAgent(async (agent, flash) => {
      await rejects(() => subject.open(flash), "LOCKED");
      await agent.close();
      await (await subject.open(flash)).close();
    }),
  );

  test(
    "formatting a live store needs force, and force leaves it empty",
    withAgent(async (agent, flash) => {
      const { id } = await agent.put("note", "still here");
      await agent.close();
      await rejects(() => subject.format(flash), "BUSY");
      const again = await subject.open(flash);
      assert.is(text((await again.get("note", id))?.body), "still here");
      await again.close();
      await subject.format(flash, { force: true });
      const empty = await subject.open(flash);
      assert.is((await collect(empty.list())).length, 0);
      assert.is(await empty.get("note", id), undefined);
    }),
  );

  test(
    "put returns a receipt; get returns the bytes that were put",
    withAgent(async (agent, _, reopen) => {
      const body = new TextEncoder().encode("BEGIN:VCARD\r\nFN:Žofie 日本 😀\r\nEND:VCARD\r\n");
      const receipt = await agent.put("contact", body);
      assert.match(receipt.id, /^[0-9a-f]{16}$/);
      assert.is(typeof receipt.lsn, "bigint");
      assert.ok(receipt.lsn > 0n);
      assert.is(receipt.crc32c, crc32c(body));
      for await (const reader of nowAndReopened(agent, reopen)) {
        const record = (await reader.get("contact", receipt.id))!;
        assert.equal(record.body, body);
        assert.is(record.kind, "contact");
        assert.is(record.id, receipt.id);
        assert.is(record.lsn, receipt.lsn);
        assert.is(record.bodyBytes, body.length);
      }
    }),
  );

  test(
    "a string is stored as UTF-8",
    withAgent(async (agent) => {
      const { id, crc32c: check } = await agent.put("note", "Grüße, Ђорђе 🎂");
      const { body } = (await agent.get("note", id))!;
      assert.equal(body, new TextEncoder().encode("Grüße, Ђорђе 🎂"));
      assert.is(check, crc32c(body));
    }),
  );

  test(
    "bodies of every awkward length come back",
    withAgent(async (agent, _, reopen) => {
      const longest = subject.longestBytes ?? (subject.fillable ? 9000 : 100_000);
      const lengths = [0, 1, 2, 15, 16, 17, 63, 64, 239, 240, 255, 256, 257, 511, 512, 600, 623, 624, 625, 1247, 1248, 1249];
      lengths.push(2047, 2048, 2049, 4095, 4096, 4097, 8192, longest);
      const ids: [number, string][] = [];
      for (const length of lengths) {
        const { id } = await agent.put("photo", noise(length, length));
        assert.equal((await agent.get("photo", id))!.body, noise(length, length), `${length} bytes`);
        // A small part keeps the last few only.
        if (subject.fillable && ids.length >= 4) await agent.remove("photo", ids.shift()![1]);
        ids.push([length, id]);
      }
      const again = await reopen();
      for (const [length, id] of ids)
        assert.equal((await again.get("photo", id))!.body, noise(length, length), `${length} bytes, reopened`);
    }),
  );

  test(
    "a body over 8 MiB is TOO_BIG and leaves nothing",
    withAgent(async (agent) => {
      await rejects(() => agent.put("photo", new Uint8Array(8 * 1024 * 1024 + 1)), "TOO_BIG");
      assert.is((await collect(agent.list())).length, 0);
      await agent.put("note", "goes on");
    }),
  );

  test(
    "putting an existing key replaces it",
    withAgent(async (agent, _, reopen) => {
      const first = await agent.put("todo", "buy milk", { id: "00000000000000a1" });
      const second = await agent.put("todo", "buy bread and butter", { id: "00000000000000a1" });
      assert.is(second.id, first.id);
      assert.ok(second.lsn > first.lsn);
      for await (const reader of nowAndReopened(agent, reopen)) {
        assert.is(text((await reader.get("todo", first.id))?.body), "buy bread and butter");
        assert.equal(
          (await collect(reader.list("todo"))).map((one) => one.lsn),
          [second.lsn],
        );
      }
    }),
  );

  test(
    "the same id under another kind is another record",
    withAgent(async (agent) => {
      const id = "ffffffffffffffff";
      for (const kind of KINDS) await agent.put(kind, `one ${kind}`, { id });
      for (const kind of KINDS) assert.is(text((await agent.get(kind, id))?.body), `one ${kind}`);
      await agent.remove("mail", id);
      assert.is((await collect(agent.list())).length, KINDS.length - 1);
      assert.is(await agent.get("mail", id), undefined);
      assert.is(text((await agent.get("photo", id))?.body), "one photo");
    }),
  );

  test(
    "ids that are minted differ",
    withAgent(async (agent) => {
      const ids = new Set<string>();
      for (let i = 0; i < 40; i++) ids.add((await agent.put("message", `message ${i}`)).id);
      assert.is(ids.size, 40);
    }),
  );

  test(
    "what is not there is undefined, and cannot be removed",
    withAgent(async (agent) => {
      assert.is(await agent.get("contact", "0123456789abcdef"), undefined);
      assert.is(await agent.receipt("contact", "0123456789abcdef"), undefined);
      await rejects(() => agent.remove("contact", "0123456789abcdef"), "NOT_FOUND");
    }),
  );

  test(
    "an unknown kind or a malformed id is INVALID, and nothing is written",
    withAgent(async (agent) => {
      const fax = "fax" as Kind;
      await rejects(() => agent.put(fax, "x"), "INVALID");
      await rejects(() => agent.get(fax, "0123456789abcdef"), "INVALID");
      for (const id of ["", "12", "0123456789abcdeg", "0123456789abcdef0"]) {
        await rejects(() => agent.put("note", "x", { id }), "INVALID");
        await rejects(() => agent.get("note", id), "INVALID");
        await rejects(() => agent.remove("note", id), "INVALID");
      }
      assert.is((await collect(agent.list())).length, 0);
    }),
  );

  test(
    "a removed record is gone, also after a reopen, and can be put again",
    withAgent(async (agent, _, reopen) => {
      const put = await agent.put("event", "dentist", { id: "00000000000000e1" });
      const removal = await agent.remove("event", put.id);
      assert.is(removal.id, put.id);
      assert.ok(removal.lsn > put.lsn);
      for await (const reader of nowAndReopened(agent, reopen)) {
        assert.is(await reader.get("event", put.id), undefined);
        assert.is(await reader.receipt("event", put.id), undefined);
        assert.is((await collect(reader.list())).length, 0);
        await rejects(() => reader.remove("event", put.id), "NOT_FOUND");
      }
      const again = await reopen();
      await again.put("event", "another dentist", { id: put.id });
      assert.is(text((await again.get("event", put.id))?.body), "another dentist");
    }),
  );

  test(
    "list shows each record once, in a stable order, by kind",
    withAgent(async (agent, _, reopen) => {
      for (let i = 0; i < 24; i++) await agent.put(KINDS[i % 3]!, `body ${i}`, { id: i.toString(16).padStart(16, "0") });
      const first = (await collect(agent.list())).map(keyOf);
      assert.is(first.length, 24);
      assert.is(new Set(first).size, 24);
      assert.equal((await collect(agent.list())).map(keyOf), first);
      assert.equal(
        (await collect(agent.list("event"))).map(keyOf),
        first.filter((key) => key.startsWith("event/")),
      );
      assert.equal((await collect((await reopen()).list())).map(keyOf), first);
    }),
  );

  test(
    "list is safe while writing: what is there throughout comes exactly once",
    withAgent(async (agent) => {
      for (let i = 0; i < 20; i++) await agent.put("note", `note ${i}`, { id: (i * 2 + 2).toString(16).padStart(16, "0") });
      const seen: string[] = [];
      for await (const { id } of agent.list()) {
        seen.push(id);
        const number = Number.parseInt(id, 16);
        if (number % 2 !== 0) continue;
        if (number % 4 === 0) await agent.put("note", "changed", { id });
        if (seen.length < 8) await agent.put("note", "new", { id: (number + 1).toString(16).padStart(16, "0") });
        if (number === 6) await agent.remove("note", "0000000000000004");
      }
      for (let i = 0; i < 20; i++) {
        if (i === 1) continue;
        const id = (i * 2 + 2).toString(16).padStart(16, "0");
        assert.is(seen.filter((one) => one === id).length, 1, id);
      }
    }),
  );

  test(
    "meta comes back with the summary and with the record",
    withAgent(async (agent, _, reopen) => {
      const meta = {
        label: "Anna Žižková",
        phones: ["+420777123456", "112"],
        startMs: 1_255_392_000_000,
        endMs: 1_255_395_600_000,
        dueMs: -5,
        done: true,
        bodyHash: noise(32, 1),
      };
      const { id } = await agent.put("todo", "body", { meta });
      for await (const reader of nowAndReopened(agent, reopen)) {
        assert.equal((await reader.get("todo", id))!.meta, meta);
        assert.equal((await collect(reader.list()))[0]!.meta, meta);
      }
      const plain = await reopen();
      assert.equal((await plain.get("note", (await plain.put("note", "plain")).id))!.meta, {});
    }),
  );

  test(
    "meta that does not fit is TOO_BIG, and nothing is written",
    withAgent(async (agent) => {
      await rejects(() => agent.put("note", "x", { meta: { label: "y".repeat(2000) } }), "TOO_BIG");
      assert.is((await collect(agent.list())).length, 0);
    }),
  );

  test("the host's clock is what a record carries", async () => {
    const flash = subject.make();
    await subject.format(flash);
    let nowMs = 1_255_392_000_123;
    const agent = await subject.open(flash, { wallMs: () => nowMs });
    const { id } = await agent.put("note", "timed");
    nowMs += 60_000;
    assert.is((await agent.get("note", id))!.wallMs, 1_255_392_000_123);
    assert.is((await collect(agent.list()))[0]!.wallMs, 1_255_392_000_123);
  });

  test(
    "the receipt can be asked for again",
    withAgent(async (agent, _, reopen) => {
      const first = await agent.put("mail", "Subject: hello\r\n\r\nHi\r\n");
      await agent.put("mail", "another");
      assert.equal(await agent.receipt("mail", first.id), first);
      assert.equal(await (await reopen()).receipt("mail", first.id), first);
    }),
  );

  test(
    "changes after an LSN come in its order, removals included",
    withAgent(async (agent, _, reopen) => {
      const a = await agent.put("note", "a");
      const b = await agent.put("note", "b");
      const removal = await agent.remove("note", a.id);
      const c = await agent.put("todo", "c");
      const later = await agent.put("note", "b again", { id: b.id });
      for await (const reader of nowAndReopened(agent, reopen)) {
        const all = await collect(reader.changes(0n));
        assert.equal(
          all.map((one) => one.lsn),
          [removal.lsn, c.lsn, later.lsn],
        );
        assert.equal(
          all.map((one) => one.removed === true),
          [true, false, false],
        );
        assert.equal((await collect(reader.changes(c.lsn))).map(keyOf), [`note/${b.id}`]);
        assert.is((await collect(reader.changes(later.lsn))).length, 0);
      }
    }),
  );

  test(
    "a batch commits together, receipts in order",
    withAgent(async (agent, _, reopen) => {
      const old = await agent.put("contact", "old");
      const receipts = await agent.batch((batch) => {
        batch.put("contact", "one", { id: "0000000000000001" });
        batch.put("event", "two", { id: "0000000000000002", meta: { label: "two" } });
        batch.remove("contact", old.id);
        batch.put("note", "four");
      });
      assert.is(receipts.length, 4);
      assert.equal(
        receipts.slice(0, 3).map((receipt) => receipt.id),
        ["0000000000000001", "0000000000000002", old.id],
      );
      assertGrowing([old, ...receipts]);
      for await (const reader of nowAndReopened(agent, reopen)) {
        assert.is(text((await reader.get("contact", "0000000000000001"))?.body), "one");
        assert.is((await reader.get("event", "0000000000000002"))?.meta.label, "two");
        assert.is(await reader.get("contact", old.id), undefined);
        assert.is(text((await reader.get("note", receipts[3]!.id))?.body), "four");
        assert.equal(await reader.receipt("contact", "0000000000000001"), receipts[0]);
      }
    }),
  );

  test(
    "a batch whose callback throws changes nothing, and the exception passes through",
    withAgent(async (agent, _, reopen) => {
      const kept = await agent.put("note", "kept");
      const upset = new Error("changed my mind");
      let caught: unknown;
      try {
        await agent.batch((batch) => {
          batch.put("note", "never", { id: "0000000000000009" });
          batch.remove("note", kept.id);
          throw upset;
        });
      } catch (error) {
        caught = error;
      }
      assert.is(caught, upset);
      for await (const reader of nowAndReopened(agent, reopen)) {
        assert.equal((await collect(reader.list())).map(keyOf), [`note/${kept.id}`]);
        assert.equal(await reader.receipt("note", kept.id), kept);
      }
    }),
  );

  test(
    "a batch that removes what is not there is NOT_FOUND and changes nothing",
    withAgent(async (agent) => {
      const attempt = () =>
        agent.batch((batch) => {
          batch.put("note", "never");
          batch.remove("note", "00000000000000ff");
        });
      await rejects(attempt, "NOT_FOUND");
      assert.is((await collect(agent.list())).length, 0);
    }),
  );

  test(
    "a batch may be empty, and holds at most 256 changes and 64 KiB",
    withAgent(async (agent) => {
      assert.equal(await agent.batch(() => {}), []);
      const many = () =>
        agent.batch((batch) => {
          for (let i = 0; i < 257; i++) batch.put("note", "x");
        });
      await rejects(many, "TOO_BIG");
      const large = () =>
        agent.batch((batch) => {
          for (let i = 0; i < 5; i++) batch.put("note", noise(13_200, i));
        });
      await rejects(large, "TOO_BIG");
      assert.is((await collect(agent.list())).length, 0);
      await agent.put("note", "goes on");
    }),
  );

  if (!subject.fillable) {
    test(
      "a batch of 256 changes commits",
      withAgent(async (agent, _, reopen) => {
        const receipts = await agent.batch((batch) => {
          for (let i = 0; i < 256; i++) batch.put("message", noise(200, i));
        });
        assertGrowing(receipts);
        const again = await reopen();
        assert.is((await collect(again.list())).length, 256);
        assert.equal((await again.get("message", receipts[255]!.id))!.body, noise(200, 255));
      }),
    );
  }

  test(
    "stat counts what is there",
    withAgent(async (agent, flash) => {
      const bodyBytes = [100, 50];
      await agent.put("contact", noise(bodyBytes[0]!, 1));
      await agent.put("event", noise(bodyBytes[1]!, 2));
      const gone = await agent.put("event", "gone");
      await agent.remove("event", gone.id);
      const stat = await agent.stat();
      assert.is(stat.records, 2);
      assert.is(stat.counts.contact, 1);
      assert.is(stat.counts.event, 1);
      assert.is(stat.counts.photo, 0);
      assert.is(stat.damagedUnknown, 0);
      assert.match(stat.formatVersion, /^\d+\.\d+/);
      assert.ok(stat.payloadBytes >= 150, `${stat.payloadBytes} payload bytes`);
      const { blockBytes, blockCount } = flash.geometry;
      assert.ok(stat.flash.bytes > 0 && stat.flash.bytes <= blockBytes * blockCount);
      assert.ok(stat.flash.liveBytes > 0 && stat.flash.freeBytes > 0 && stat.flash.freeBytes < stat.flash.bytes);
      assert.ok(stat.flash.eraseMax >= stat.flash.eraseMean);
      assert.ok(stat.ram.fixedBytes > 0 && stat.ram.capacity > 0);
    }),
  );

  test(
    "verify reads everything back",
    withAgent(async (agent, _, reopen) => {
      for (let i = 0; i < 12; i++) await agent.put("note", noise(100 + i * 90, i));
      const expected = { records: 12, ok: 12, corrected: 0, damaged: [], damagedUnknown: 0 };
      assert.equal(await agent.verify(), expected);
      assert.equal(await (await reopen()).verify(), expected);
    }),
  );

  test(
    "background work comes to an end and changes nothing that is shown",
    withAgent(async (agent) => {
      for (let i = 0; i < 60; i++) await agent.put("note", noise(150, i), { id: (i % 10).toString(16).padStart(16, "0") });
      let left = 1;
      for (let i = 0; i < 2000 && left > 0; i++) left = await agent.tick(4);
      assert.is(left, 0);
      assert.is((await collect(agent.list())).length, 10);
      for (let i = 50; i < 60; i++) assert.equal((await agent.get("note", (i % 10).toString(16).padStart(16, "0")))!.body, noise(150, i));
      assert.type(await agent.tick(), "number");
    }),
  );

  test(
    "a closed agent answers CLOSED",
    withAgent(async (agent, flash) => {
      const { id } = await agent.put("note", "x");
      await agent.close();
      await rejects(() => agent.put("note", "y"), "CLOSED");
      await rejects(() => agent.get("note", id), "CLOSED");
      await rejects(() => agent.remove("note", id), "CLOSED");
      await rejects(() => collect(agent.list()), "CLOSED");
      await rejects(() => agent.batch(() => {}), "CLOSED");
      await rejects(() => agent.stat(), "CLOSED");
      await rejects(() => agent.tick(), "CLOSED");
      const again = await subject.open(flash);
      assert.is(text((await again.get("note", id))?.body), "x");
    }),
  );

  test(
    "a store opened for reading only answers READ_ONLY and writes nothing",
    withAgent(async (agent, flash) => {
      const { id } = await agent.put("note", "x");
      await agent.close();
      const writes = watch(flash);
      const reader = await subject.open(flash, { readOnly: true });
      assert.is(text((await reader.get("note", id))?.body), "x");
      await rejects(() => reader.put("note", "y"), "READ_ONLY");
      await rejects(() => reader.remove("note", id), "READ_ONLY");
      assert.equal((await collect(reader.list())).map(keyOf), [`note/${id}`]);
      await reader.close();
      assert.is(writes(), 0);
    }),
  );

  test(
    "mounting after a clean close programs nothing",
    withAgent(async (agent, flash) => {
      for (let i = 0; i < 20; i++) await agent.put("note", noise(120, i));
      await agent.close();
      const writes = watch(flash);
      const again = await subject.open(flash);
      assert.is((await collect(again.list())).length, 20);
      assert.is(writes(), 0);
    }),
  );

  const interrupted = async () => {
    const flash = subject.make();
    await subject.format(flash);
    const thrown = new Error("the bus is gone");
    const faulty = new Interrupted(flash, thrown);
    const agent = await subject.open(faulty);
    const kept = await agent.put("note", "kept");
    faulty.armed = true;
    const caught = await caughtFrom(() => agent.put("note", "lost or not"));
    if (subject.behindWire) assert.equal([(caught as Error).name, (caught as Error).message], [thrown.name, thrown.message]);
    else assert.is(caught, thrown);
    faulty.armed = false;
    await rejects(() => agent.get("note", kept.id), "CLOSED");
    await rejects(() => agent.put("note", "no"), "CLOSED");
    await rejects(() => agent.close(), "CLOSED");
    const again = await subject.open(new Interrupted(flash, thrown));
    assert.equal(await again.receipt("note", kept.id), kept);
    await again.put("note", "goes on");
  };
  if (!subject.remote)
    test("a driver that throws is a power cut: its exception passes, the agent is CLOSED, the next one recovers", interrupted);

  if (subject.fillable) {
    test(
      "a part filled to the brim is FULL, loses nothing, and can be edited after removing",
      withAgent(async (agent, _, reopen) => {
        const kept = new Map<string, Uint8Array>();
        const refused = await fill(agent, kept);
        assert.ok(kept.size > 20, `${kept.size} records fitted`);
        assert.is(await agent.get("note", refused), undefined);
        let again = await reopen();
        await assertHolds(again, kept);
        const ids = [...kept.keys()];
        for (const id of ids.slice(0, Math.ceil(ids.length / 4))) {
          await again.remove("note", id);
          kept.delete(id);
        }
        for (const id of [...kept.keys()].slice(0, 8)) {
          await again.put("note", noise(400, 7), { id });
          kept.set(id, noise(400, 7));
        }
        again = await reopen();
        await assertHolds(again, kept);
        assert.equal((await again.verify()).damaged, []);
      }),
    );
  }

  test.run();
}

/** The agent as it is, then the one that opens after it was closed. */
async function* nowAndReopened(agent: AnyAgent, reopen: () => Promise<AnyAgent>): AsyncGenerator<AnyAgent> {
  yield agent;
  yield await reopen();
}

/** Puts until FULL; returns the id of the record that was refused. */
async function fill(agent: AnyAgent, kept: Map<string, Uint8Array>): Promise<string> {
  for (let i = 1; ; i++) {
    const id = i.toString(16).padStart(16, "0");
    const body = noise(300 + (i % 200), i);
    try {
      await agent.put("note", body, { id });
    } catch (error) {
      assert.is((error as { code?: string }).code, "FULL", String(error));
      return id;
    }
    kept.set(id, body);
  }
}

async function assertHolds(agent: AnyAgent, kept: ReadonlyMap<string, Uint8Array>): Promise<void> {
  assert.equal((await collect(agent.list())).map((one) => one.id).sort(), [...kept.keys()].sort());
  for (const [id, body] of kept) assert.equal((await agent.get("note", id))!.body, body, id);
}

/** Throws instead of programming while armed. */
class Interrupted implements FlashDevice {
  armed = false;
  readonly geometry;
  private readonly inner: FlashDevice;
  private readonly thrown: Error;

  constructor(inner: FlashDevice, thrown: Error) {
    this.inner = inner;
    this.thrown = thrown;
    this.geometry = inner.geometry;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    return this.inner.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    if (this.armed) throw this.thrown;
    return this.inner.program(block, offset, source);
  }

  erase(block: number): number {
    if (this.armed) throw this.thrown;
    return this.inner.erase(block);
  }

  isBad(block: number): boolean {
    return this.inner.isBad?.(block) ?? false;
  }

  markBad(block: number): number {
    return this.inner.markBad?.(block) ?? -1;
  }

  sync(): number {
    return this.inner.sync?.() ?? 0;
  }
}

/** Counts programs and erases of a device from now on. */
function watchWrites(flash: FlashDevice): () => number {
  let count = 0;
  const { program, erase } = flash;
  flash.program = (...args) => {
    count++;
    return program.apply(flash, args);
  };
  flash.erase = (block) => {
    count++;
    return erase.call(flash, block);
  };
  return () => count;
}

async function caughtFrom(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function rejects(action: () => unknown, code: string): Promise<void> {
  const error = (await caughtFrom(action)) as { code?: string; hint?: string; message?: string } | undefined;
  assert.ok(error !== undefined, `nothing was thrown, ${code} expected`);
  assert.is(error!.code, code, error!.message ?? "");
  assert.ok((error!.hint ?? "").length > 0, `${code} without a hint`);
}

async function collect(records: AnyIterable): Promise<StoredSummary[]> {
  const all: StoredSummary[] = [];
  for await (const record of records) all.push(record);
  return all;
}

function assertGrowing(receipts: readonly Receipt[]): void {
  for (let i = 1; i < receipts.length; i++)
    assert.ok(receipts[i]!.lsn > receipts[i - 1]!.lsn, `lsn ${receipts[i]!.lsn} follows ${receipts[i - 1]!.lsn}`);
}

function keyOf({ kind, id }: StoredSummary): string {
  return `${kind}/${id}`;
}

function text(body: Uint8Array | undefined): string | undefined {
  return body === undefined ? undefined : new TextDecoder().decode(body);
}

function noise(lengthBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let word = (seed * 2654435761 + 12345) | 0;
  for (let i = 0; i < lengthBytes; i++) {
    word = Math.imul(word, 1664525) + 1013904223;
    bytes[i] = word >>> 24;
  }
  return bytes;
}
