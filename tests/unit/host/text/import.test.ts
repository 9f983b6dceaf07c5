import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ImportAgent, Importer } from "../../../../host/text/import.js";

const test = suite("host/text/import");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const card = (...lines: string[]) => ["BEGIN:VCARD", ...lines, "END:VCARD", ""].join("\n");

class Coded extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A store in a Map that answers as the agent does; `room` records fit. */
class MapAgent implements ImportAgent {
  readonly records = new Map<string, Uint8Array>();
  readonly damaged = new Set<string>();
  readonly batches: number[] = [];
  room = Number.POSITIVE_INFINITY;
  puts = 0;

  put(kind: string, body: Uint8Array, { id }: { id: string }): void {
    if (this.records.size >= this.room && !this.records.has(`${kind}/${id}`)) throw new Coded("FULL");
    this.records.set(`${kind}/${id}`, body.slice());
    this.puts++;
  }
  get(kind: string, id: string): { body: Uint8Array } | undefined {
    if (this.damaged.has(`${kind}/${id}`)) throw new Coded("CORRUPT");
    const body = this.records.get(`${kind}/${id}`);
    return body && { body };
  }
  *list(kind: string) {
    for (const [key, body] of this.records) {
      const [k = "", id = ""] = key.split("/");
      if (k === kind) yield { kind: k, id, bodyBytes: body.length };
    }
  }
  batch(write: (batch: Pick<ImportAgent, "put">) => void): void {
    const staged: [string, Uint8Array][] = [];
    write({ put: (kind, body, { id }) => staged.push([`${kind}/${id}`, body.slice()]) });
    const bodyBytes = staged.reduce((sum, [, body]) => sum + body.length, 0);
    if (staged.length > 256 || bodyBytes > 65536) throw new Coded("TOO_BIG");
    if (this.records.size + staged.length > this.room) throw new Coded("FULL");
    for (const [key, body] of staged) this.records.set(key, body);
    this.batches.push(staged.length);
    this.puts += staged.length;
  }
}

async function run(agent: ImportAgent, files: [string, string][], options = {}): Promise<string> {
  const importer = new Importer(agent, options);
  for (const [name, text] of files) await importer.add(name, bytes(text));
  const { added, replaced, unchanged, refused } = await importer.finish();
  return `${added} ${replaced} ${unchanged} ${refused.length}`;
}

test("the same file twice is found, a changed card replaces, nothing doubles", async () => {
  const agent = new MapAgent();
  const file = card("UID:a", "FN:A") + card("FN:B");
  assert.is(await run(agent, [["a.vcf", file]]), "2 0 0 0");
  assert.is(await run(agent, [["copy.vcf", file]]), "0 0 2 0");
  assert.is(await run(agent, [["a.vcf", card("UID:a", "FN:C") + card("FN:B")]]), "0 1 1 0");
  assert.is(agent.records.size, 2);
});

test("copies across files of one run are found while they wait in the batch", async () => {
  const agent = new MapAgent();
  assert.is(
    await run(agent, [
      ["a.vcf", card("FN:A")],
      ["b.vcf", card("FN:A")],
      ["c.vcf", card("UID:x", "FN:1")],
      ["d.vcf", card("UID:x", "FN:2")],
    ]),
    "2 1 1 0",
  );
  assert.is(agent.records.size, 2);
});

test("the same bytes under a minted id are found", async () => {
  const agent = new MapAgent();
  agent.put("contact", bytes(card("UID:a", "FN:A")), { id: "00000000000000aa" });
  assert.is(await run(agent, [["a.vcf", card("UID:a", "FN:A")]]), "0 0 1 0");
});

test("a damaged record is replaced by the good copy", async () => {
  const agent = new MapAgent();
  await run(agent, [["a.vcf", card("UID:a")]]);
  for (const key of agent.records.keys()) agent.damaged.add(key);
  assert.is(await run(agent, [["a.vcf", card("UID:a")]]), "0 1 0 0");
});

test("many small records go in batches that fit, a large one alone", async () => {
  const agent = new MapAgent();
  const cards = Array.from({ length: 300 }, (_, i) => card(`FN:${i}`)).join("");
  assert.is(
    await run(agent, [
      ["a.vcf", cards],
      ["b.txt", "x".repeat(100_000)],
    ]),
    "301 0 0 0",
  );
  assert.ok(agent.batches.length >= 3 && Math.max(...agent.batches) <= 256);
});

test("a full part keeps what fits, then says so; the report stays true", async () => {
  const agent = new MapAgent();
  agent.room = 5;
  const importer = new Importer(agent);
  await importer.add("a.vcf", bytes(Array.from({ length: 9 }, (_, i) => card(`FN:${i}`)).join("")));
  try {
    await importer.finish();
    assert.unreachable();
  } catch (error) {
    assert.is((error as Coded).code, "FULL");
  }
  assert.equal([importer.report.added, agent.records.size], [5, 5]);
});

test("a power cut passes through", async () => {
  const agent = new MapAgent();
  agent.batch = () => {
    throw new Error("power");
  };
  try {
    await run(agent, [["a.vcf", card("FN:A") + card("FN:B")]]);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "power");
  }
});

test("an agent that answers with promises serves as well", async () => {
  const inner = new MapAgent();
  const agent: ImportAgent = {
    put: async (kind, body, options) => inner.put(kind, body, options),
    get: async (kind, id) => inner.get(kind, id),
    list: async function* (kind) {
      yield* inner.list(kind);
    },
    batch: async (write) => inner.batch(write),
  };
  assert.is(await run(agent, [["a.vcf", card("FN:A") + card("FN:B")]]), "2 0 0 0");
  assert.is(await run(agent, [["a.vcf", card("FN:A")]]), "0 0 1 0");
});

test("a dry run counts and writes nothing", async () => {
  const agent = new MapAgent();
  assert.is(
    await run(
      agent,
      [
        ["a.vcf", card("UID:a") + card("UID:b")],
        ["b.vcf", card("UID:a", "FN:x")],
      ],
      { dryRun: true },
    ),
    "2 1 0 0",
  );
  assert.is(agent.puts, 0);
});

test("overrides in a file of their own join their master", async () => {
  const event = (...lines: string[]) => ["BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT", ""].join("\n");
  const [master, moved] = [event("SUMMARY:A"), event("RECURRENCE-ID:1")];
  for (const files of [
    [master, moved],
    [moved, master],
  ]) {
    const agent = new MapAgent();
    await run(
      agent,
      files.map((text, i) => [`${i}.ics`, text] as [string, string]),
    );
    assert.equal(
      [...agent.records.values()].map((body) => Buffer.from(body).toString()),
      [master + moved],
    );
  }
});

test("refused parts are gathered, and progress is told", async () => {
  const seen: string[] = [];
  const onProgress = (_: unknown, file: string) => seen.push(file);
  assert.is(
    await run(
      new MapAgent(),
      [
        ["a.vcf", `${card("FN:A")}END:VCARD\n`],
        ["b.vcf", ""],
      ],
      { onProgress },
    ),
    "1 0 0 2",
  );
  assert.equal(seen, ["a.vcf", "b.vcf", "a.vcf"]);
});

test.run();
