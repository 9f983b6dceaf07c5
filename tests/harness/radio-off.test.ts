/*
 * A year without radio: a phone that is used every day and never hears of a relay. Every read and write works, and nothing waits for anybody.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash, TraceFlash } from "../../host/flash/index.js";
import { formatFlash, type Kind, openAgent } from "../../host/index.js";
import { Agenda, Directory } from "../../host/text/index.js";
import { Chance } from "../support/probe-chance.js";

const test = suite("harness/radio-off");
const DAYS = 365;
const DAY_MS = 86_400_000;
const KINDS: Kind[] = ["contact", "event", "todo", "note", "message", "mail", "photo"];

test("a simulated year with the radio off: every read and every write works, and every record is there", async () => {
  const part = new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 96, pageBytes: 256, programBytes: 1 });
  await formatFlash(part);
  const chance = new Chance(2009);
  const model = new Map<string, string>();
  let now = Date.UTC(2009, 9, 2);
  let calls = 0;
  for (let day = 0; day < DAYS; day++, now += DAY_MS) {
    const agent = await openAgent(new TraceFlash(part), { wallMs: () => now });
    for (let i = 0; i < 8; i++, calls++) {
      const kind = KINDS[chance.below(KINDS.length)]!;
      const id = (chance.below(20) + 1).toString(16).padStart(16, "0");
      const key = `${kind} ${id}`;
      if (model.has(key) && chance.below(4) === 0) {
        agent.remove(kind, id);
        model.delete(key);
        continue;
      }
      const body = `${kind} of day ${day}, ${"x".repeat(chance.below(300))}`;
      agent.put(kind, body, { id, meta: { label: body.slice(0, 20), startMs: now } });
      model.set(key, body);
    }
    assert.is([...agent.list()].length, model.size, `day ${day}`);
    const [key, body] = [...model][chance.below(model.size)]!;
    const [kind, id] = key.split(" ") as [Kind, string];
    assert.is(Buffer.from(agent.get(kind, id)!.body).toString(), body, `day ${day}`);
    if (day % 30 === 0) {
      assert.ok((await new Directory(agent).find("contact")).length > 0);
      await new Agenda(agent).between(now, now + DAY_MS);
      assert.equal(agent.verify().damaged, []);
    }
    while (agent.tick() > 0);
    if (day % 3 > 0) agent.close(); // every third day the battery is pulled
  }
  const agent = await openAgent(new TraceFlash(part));
  for (const [key, body] of model) {
    const [kind, id] = key.split(" ") as [Kind, string];
    assert.is(Buffer.from(agent.get(kind, id)!.body).toString(), body);
  }
  assert.is(agent.stat().damagedUnknown, 0);
  console.log(`${DAYS} days, ${calls} changes, ${model.size} records at the end`);
});

test.run();
