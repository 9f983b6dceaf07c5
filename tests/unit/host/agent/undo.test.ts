/* Earlier versions and removed records, and taking a change back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presets, RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, type HoldfastError, type LocalAgent, openAgent } from "../../../../host/index.js";

const test = suite("host/agent/undo");
const text = (body: Uint8Array | undefined) => new TextDecoder().decode(body);

async function withAgent(work: (agent: LocalAgent, reopen: () => Promise<LocalAgent>) => Promise<void> | void): Promise<void> {
  const flash = new RamFlash(presets["spi-nor-8m"]);
  await formatFlash(flash);
  let agent = await openAgent(flash);
  const reopen = async () => {
    agent.close();
    agent = await openAgent(flash);
    return agent;
  };
  await work(agent, reopen);
  agent.close();
}
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as HoldfastError).code;
  }
  return "";
};

test("history tells versions newest first, with what each was; version gives its bytes", () =>
  withAgent(async (agent, reopen) => {
    const long = "A long note. ".repeat(900);
    const { id, lsn: first } = agent.put("note", "one", { meta: { label: "One" }, wallMs: 1_255_000_000_000 });
    const { lsn: second } = agent.put("note", long, { id });
    const { lsn: third } = agent.remove("note", id);
    for (const isReopened of [false, true]) {
      const one = isReopened ? await reopen() : agent;
      const told = [...one.history("note", id)];
      assert.equal(
        told.map(({ lsn, bodyBytes, removed = false }) => [lsn, bodyBytes, removed]),
        [
          [third, 0, true],
          [second, long.length, false],
          [first, 3, false],
        ],
      );
      assert.equal([told[2]!.meta.label, told[2]!.wallMs], ["One", 1_255_000_000_000]);
      assert.is(text(one.version(second)?.body), long);
      assert.is(one.version(third)?.removed, true);
      assert.is(one.version(9999n), undefined);
      assert.equal([...one.history("note", "0123456789abcdef")], []);
    }
  }));

test("undo takes a put, a removal and an undo back, each as a change of its own", () =>
  withAgent((agent) => {
    const { id } = agent.put("contact", "first", { meta: { label: "A" }, wallMs: 1000 });
    const { lsn: edit } = agent.put("contact", "second", { id });
    const { lsn: back } = agent.undo(edit);
    const there = agent.get("contact", id)!;
    assert.equal([text(there.body), there.meta.label, there.wallMs], ["first", "A", 1000]);
    agent.undo(back);
    assert.is(text(agent.get("contact", id)?.body), "second");
    const { lsn: removal } = agent.remove("contact", id);
    const { lsn: again } = agent.undo(removal);
    assert.is(text(agent.get("contact", id)?.body), "second");
    agent.undo(again);
    assert.is(agent.get("contact", id), undefined);
  }));

test("what cannot be undone is refused in words, and nothing is changed", () =>
  withAgent((agent) => {
    const { id, lsn: first } = agent.put("note", "one");
    assert.is(
      codeOf(() => agent.undo(first)),
      "NOT_FOUND",
    );
    const { lsn: second } = agent.put("note", "two", { id });
    assert.is(
      codeOf(() => agent.undo(first)),
      "INVALID",
    );
    assert.is(
      codeOf(() => agent.undo(77n)),
      "NOT_FOUND",
    );
    assert.is(
      codeOf(() => agent.undo(-1n)),
      "INVALID",
    );
    assert.equal([agent.newestLsn(), text(agent.get("note", id)?.body)], [second, "two"]);
    const plan = agent.undoPlan(second);
    assert.equal([plan.kind, plan.id, text(plan.earlier?.body)], ["note", id, "one"]);
    assert.is(agent.newestLsn(), second);
  }));

test("a long body whose chunks are gone is told no more", () =>
  withAgent((agent) => {
    const { id } = agent.put(
      "photo",
      new Uint8Array(300_000).map((_, i) => (i * 7919) >> 3),
    );
    agent.put("photo", new Uint8Array(10), { id });
    for (let round = 0; round < 60; round++)
      agent.put(
        "photo",
        new Uint8Array(300_000).map((_, i) => (i * (round + 3)) >> 2),
        { id: "00000000000000aa" },
      );
    const told = [...agent.history("photo", id)];
    for (const { lsn, bodyBytes } of told) assert.is(agent.version(lsn)?.body.length, bodyBytes);
    assert.ok(told.length >= 1);
  }));

test.run();
