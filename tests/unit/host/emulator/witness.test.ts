/*
 * The witness is believed on the page, so each thing it must find is shown to it once.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import type { StoredSummary } from "../../../../host/agent/types.js";
import type { RemoteAgent } from "../../../../host/emulator/remote-agent.js";
import { Witness } from "../../../../host/emulator/witness.js";
import { HoldfastError } from "../../../../host/errors.js";
import { PowerCut } from "../../../../host/flash/index.js";

const test = suite("host/emulator/witness");

interface Stored {
  body: Uint8Array;
  lsn: bigint;
  label: string;
}

/** A store in a Map that can be made to cut, to refuse, and to forget. */
class Toy {
  readonly records = new Map<string, Stored>();
  next: "cut before" | "cut after" | "refuse" | undefined;
  #lsn = 0n;

  readonly agent = {
    put: async (kind: string, body: Uint8Array, { id, meta }: { id: string; meta?: { label?: string } }) => {
      if (this.next === "refuse") throw new HoldfastError("FULL");
      if (this.next === "cut before") throw new PowerCut(0, "program", "none", 1, 0);
      this.records.set(`${kind}/${id}`, { body, lsn: ++this.#lsn, label: meta?.label ?? "" });
      if (this.next === "cut after") throw new PowerCut(0, "program", "all", 1, 0);
      return { id, lsn: this.#lsn, crc32c: crc32c(body) };
    },
    remove: async (kind: string, id: string) => {
      this.records.delete(`${kind}/${id}`);
      return { id, lsn: ++this.#lsn, crc32c: 0 };
    },
    get: async (kind: string, id: string) => {
      const found = this.records.get(`${kind}/${id}`);
      if (found?.body.length === 0) throw new HoldfastError("CORRUPT");
      return found;
    },
    async *list() {},
  } as unknown as RemoteAgent;

  constructor() {
    this.agent.list = async function* (this: Toy) {
      for (const [key, { lsn, label }] of this.records) {
        const [kind, id] = key.split("/");
        yield { kind, id, lsn, meta: { label } } as StoredSummary;
      }
    }.bind(this);
  }
}

const ID = "0000000000000001";
const booted = async () => "booted";

async function withOne(): Promise<{ toy: Toy; witness: Witness }> {
  const toy = new Toy();
  const witness = new Witness(toy.agent);
  await witness.put("note", "one", { id: ID, meta: { label: "first" } });
  return { toy, witness };
}

test("what is as it was acknowledged is no loss", async () => {
  const { witness } = await withOne();
  await witness.put("note", "two");
  await witness.remove("note", ID);
  const { records, lost, boot } = await witness.judged(booted);
  assert.equal([records, lost, boot], [1, 0, "booted"]);
});

test("missing, other bytes, another label, an older LSN, damaged, never put, removed yet shown: each is a loss", async () => {
  const spoil: ((toy: Toy, there: Stored) => void)[] = [
    ({ records }) => records.clear(),
    ({ records }, there) => records.set(`note/${ID}`, { ...there, body: Uint8Array.of(1) }),
    ({ records }, there) => records.set(`note/${ID}`, { ...there, label: "" }),
    ({ records }, there) => records.set(`note/${ID}`, { ...there, lsn: 0n }),
    ({ records }, there) => records.set(`note/${ID}`, { ...there, body: new Uint8Array() }),
    ({ records }, there) => records.set("note/0000000000000002", there),
  ];
  for (const [i, damage] of spoil.entries()) {
    const { toy, witness } = await withOne();
    damage(toy, toy.records.get(`note/${ID}`) as Stored);
    assert.is((await witness.judged(booted)).lost, 1, `spoil ${i}`);
  }
  const { toy, witness } = await withOne();
  const there = toy.records.get(`note/${ID}`) as Stored;
  await witness.remove("note", ID);
  toy.records.set(`note/${ID}`, there);
  assert.is((await witness.judged(booted)).lost, 1);
});

test("the change under way when power went may be there or not, but not in between", async () => {
  for (const [next, body, lost] of [
    ["cut before", "one", 0],
    ["cut after", "two", 0],
    ["cut after", "tw", 1],
  ] as const) {
    const { toy, witness } = await withOne();
    toy.next = next;
    const thrown = await witness.put("note", "two", { id: ID, meta: { label: "first" } }).catch((error) => error);
    assert.is(witness.cut, thrown);
    toy.next = undefined;
    const there = toy.records.get(`note/${ID}`) as Stored;
    toy.records.set(`note/${ID}`, { ...there, body: new TextEncoder().encode(body) });
    assert.is((await witness.judged(booted)).lost, lost, `${next}, ${body}`);
    assert.is((await witness.judged(booted)).lost, lost, "what one boot showed, the next must show");
    assert.is(witness.cut, undefined);
  }
});

test("after the cut nothing more is sent until the boot, so the change under way stays the one it was", async () => {
  const { toy, witness } = await withOne();
  toy.next = "cut after";
  const [first, second] = await Promise.allSettled([witness.put("note", "two", { id: ID }), witness.put("note", "three", { id: ID })]);
  assert.is(first.status === "rejected" && first.reason.name, "PowerCut");
  assert.is(second.status === "rejected" && second.reason.code, "CLOSED");
  assert.is((await witness.judged(booted)).lost, 0);
});

test("a refused change leaves no trace", async () => {
  const { toy, witness } = await withOne();
  toy.next = "refuse";
  assert.is(await witness.put("note", "two", { id: ID }).catch(({ code }) => code), "FULL");
  assert.is(witness.cut, undefined);
  assert.is((await witness.judged(booted)).lost, 0);
});

test("a page that opens takes what is there; damage is told, and so is what an earlier page remembers otherwise", async () => {
  const { toy } = await withOne();
  const opened = new Witness(toy.agent);
  assert.equal((await opened.adopted(booted)).lost, 0);
  toy.records.clear();
  assert.equal((await opened.judged(booted)).lost, 1);

  const { toy: other } = await withOne();
  const remembered = { [`note/${ID}`]: ["1", crc32c(new TextEncoder().encode("one"))] as [string, number] };
  assert.is((await new Witness(other.agent).adopted(booted, remembered)).lost, 0);
  (other.records.get(`note/${ID}`) as Stored).body = new Uint8Array();
  assert.is((await new Witness(other.agent).adopted(booted, remembered)).lost, 1);
  other.records.clear();
  assert.is((await new Witness(other.agent).adopted(booted, remembered)).lost, 1);
});

test("a body that the caller goes on using is compared as it was put", async () => {
  const { witness } = await withOne();
  const body = Uint8Array.of(1, 2, 3);
  await witness.put("note", body);
  body.fill(9);
  assert.is((await witness.judged(booted)).lost, 0);
});

test.run();
