/*
 * The golden images of the format: small stores as this version writes them, kept for ever.
 *
 *   node --import tsx tests/conformance/golden-store.ts           writes the images that are not there yet
 *   node --import tsx tests/conformance/golden-store.ts --replace writes them anew: only before a format is released
 *
 * images/<format version>-<part>-<end>.zip is a flash snapshot, the .json beside it what it must show. "closed" ended
 * with a close, "pulled" without one, with the last segment open; both hold raw bodies. "packed" is closed and holds packed ones.
 * "worn" is closed, of one part, and one of its blocks was given up. "striped" is closed, of two parts, and has outer parity.
 * "formatted" was never opened, of one part; its last block took no label, so that another one says that the format ended.
 * "checkpoint" is closed, of one part of 256 blocks: its anchor has a switch, and the switch a body.
 * "named" is closed, of one part, and holds every key of meta with its check; "witness" is one whose second format, by force, was cut: no store.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FlashDevice, type FlashGeometry, RamFlash } from "../../host/flash/index.js";
import { packSnapshot } from "../../host/flash/snapshot.js";
import { type Agent, type FormatOptions, formatFlash, KINDS, openAgent } from "../../host/index.js";
import { presetNames, scaled } from "../../host/proof/geometries.js";
import { writePackedBodies } from "./packed-bodies.js";

export const IMAGES = fileURLToPath(new URL("./images/", import.meta.url));
const NAMES = ["Zoë Ångström", "Наталья Иванова", "山田太郎", "محمد", "Χαρά", "😀 smile"];

/** Everything a store shows, as JSON holds it. */
export function shown(agent: Agent): unknown {
  const records = [...agent.list()].map((summary) => {
    const receipt = agent.receipt(summary.kind, summary.id);
    return { ...summary, lsn: Number(summary.lsn), meta: plainMeta(summary.meta), crc32c: receipt?.crc32c };
  });
  const removed = [...agent.changes(0n)].filter((change) => change.removed).map(({ kind, id, lsn }) => ({ kind, id, lsn: Number(lsn) }));
  const { formatVersion, storeId, parityBytes, damagedUnknown } = agent.stat();
  records.sort((a, b) => a.lsn - b.lsn);
  return { formatVersion, storeId, parityBytes, damagedUnknown, records, removed };
}

function plainMeta(meta: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(meta).map(([key, value]) => [key, value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value]),
  );
}

const ENDS = ["closed", "pulled", "packed", "worn", "striped", "formatted", "named", "witness", "checkpoint"] as const;
/** Of one part. */
const ONCE: readonly End[] = ["worn", "formatted", "named", "witness", "checkpoint"];
type End = (typeof ENDS)[number];

/** A store with some of everything: all kinds, edits, removals, a batch, a long body, enough to seal and compact segments. */
async function makeStore(geometry: FlashGeometry, parityBytes: 8 | 16, end: End): Promise<{ flash: RamFlash; shows: unknown }> {
  const flash = new RamFlash(geometry);
  let [draws, wallMs] = [0, Date.UTC(2009, 9, 1)];
  const pack = end === "packed";
  const options = {
    pack,
    checkMeta: end === "named",
    entropy: (target: Uint8Array) => target.fill(++draws),
    wallMs: () => (wallMs += 60_000),
  };
  const device = end === "worn" ? wearing(flash) : end === "formatted" ? endless(flash) : flash;
  await formatFlash(device, { ...options, parityBytes, outerParity: end === "striped" ? outerParityOf(geometry) : 0 });
  if (end === "formatted") return { flash, shows: shown(await openAgent(new RamFlash(geometry, flash.bytes.slice()), options)) };
  let agent = await openAgent(device, options);
  if (end === "named") name(agent);
  else fill(agent);
  agent.close();
  if (end === "named") return { flash, shows: shown(await openAgent(new RamFlash(geometry, flash.bytes.slice()), options)) };
  if (end === "witness") return { flash, shows: await cutFormat(flash, options) };
  agent = await openAgent(device, options);
  edit(agent);
  if (pack) {
    for (const kind of KINDS) agent.put(kind, CARD, { id: "00000000000000dc" });
    agent.put("mail", longMail(), { id: "00000000000000ff" });
  }
  const shows = shown(agent);
  if (end !== "pulled") agent.close();
  return { flash, shows };
}

const STRIPED = { "spi-nor-8m": 48, "slc-nand-64m": 32 } as const;
function outerParityOf({ blockCount }: FlashGeometry): 4 | 8 {
  return blockCount < 48 ? 4 : 8;
}

/** Block 2 takes a label and no records. */
function wearing(flash: RamFlash): FlashDevice {
  return refusing(flash, (block, offset) => block === 2 && offset > 0);
}
/** The last block takes nothing, not even the mark of a bad one. */
function endless(flash: RamFlash): FlashDevice {
  return refusing(flash, (block) => block === flash.geometry.blockCount - 1);
}
function refusing(flash: RamFlash, refuses: (block: number, offset: number) => boolean): FlashDevice {
  return {
    geometry: flash.geometry,
    read: (block, offset, target) => flash.read(block, offset, target),
    program: (block, offset, source) => (refuses(block, offset) ? -1 : flash.program(block, offset, source)),
    erase: (block) => flash.erase(block),
  };
}

function fill(agent: Agent): void {
  KINDS.forEach((kind, number) => {
    for (const [index, name] of NAMES.entries()) {
      const meta = index % 2 ? { label: name, phones: [`+49${number}${index}`], done: index > 2 } : undefined;
      agent.put(kind, `${kind} of ${name}\r\n`.repeat(1 + index * 3), { meta });
    }
  });
  agent.put(
    "photo",
    Uint8Array.from({ length: 9000 }, (_, i) => (i * i) >> 4),
    { id: "00000000000000aa", meta: { bodyHash: Uint8Array.of(1, 2, 3) } },
  );
}

/** Every key of docs/format.md §5, in one meta and each by itself. */
function name(agent: Agent): void {
  const all = {
    ...{ label: "Zoë Ångström", phones: ["+49301234567", "112"], emails: ["zoe@example.org"] },
    ...{ startMs: 1_254_400_000_000, endMs: 1_254_403_600_000, dueMs: -1, repeatsUntilMs: 8_640_000_000_000_000, done: false },
    ...{ bodyHash: Uint8Array.of(1, 2, 3), thumbnail: [20, 4096], colour: "green" },
  };
  agent.put("contact", CARD, { id: "00000000000000a0", meta: all });
  for (const [number, [key, value]] of Object.entries(all).entries())
    agent.put("note", key, { id: `00000000000000b${number.toString(16)}`, meta: { [key]: value } });
  agent.put("note", "without", { id: "00000000000000c0" });
}

/** Formats by force, and pulls the battery when the witness has its mark: its flags are the tenth byte. */
async function cutFormat(flash: RamFlash, options: FormatOptions): Promise<unknown> {
  let isMarked = false;
  const device: FlashDevice = {
    geometry: flash.geometry,
    read: (block, offset, target) => flash.read(block, offset, target),
    program: (block, offset, source) => {
      isMarked ||= offset > 0 && (source[9]! & 16) !== 0;
      return flash.program(block, offset, source);
    },
    erase: (block) => {
      if (isMarked) throw new Error("the battery is out");
      return flash.erase(block);
    },
  };
  await formatFlash(device, { ...options, force: true }).catch(() => {});
  return { formatVersion: "1.2", status: "NOT_FORMATTED" };
}

function edit(agent: Agent): void {
  for (let round = 0; round < 40; round++) agent.put("note", `version ${round} `.repeat(30), { id: "00000000000000bb" });
  agent.batch((batch) => {
    batch.put("event", "BEGIN:VEVENT", { id: "00000000000000cc", meta: { startMs: 1_254_400_000_000, endMs: 1_254_403_600_000 } });
    batch.put("todo", "milk", { id: "00000000000000dd", meta: { dueMs: 1_254_400_000_000, colour: "green" } });
  });
  for (const { kind, id } of [...agent.list("message")].slice(0, 3)) agent.remove(kind, id);
  while (agent.tick(64) > 0);
  agent.put("note", "the last one", { id: "00000000000000ee" });
}

/** Half of it comes from a dictionary, under any kind. */
const CARD =
  "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë\r\nEND:VCARD\r\nBEGIN:VEVENT\r\nSUMMARY:Zoë\r\nEND:VEVENT\r\nSubject: Zoë\r\nContent-Type: text/plain";

/** Longer than a record when packed, so that its beginning lies away from its head. */
function longMail(): string {
  return Array.from({ length: 900 }, (_, i) => `${(i * i * 7919) % 10007} of ${i}`).join("\r\n");
}

async function writeAll(replace: boolean): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  for (const preset of presetNames) {
    for (const end of ENDS) {
      if (ONCE.includes(end) && preset !== "spi-nor-8m") continue;
      const striped = (STRIPED as Record<string, number | undefined>)[preset];
      if (end === "striped" && striped === undefined) continue;
      const parityBytes = preset === "spi-nor-8m" && end === "pulled" ? 8 : 16;
      const blockCount = end === "striped" ? striped! : end === "checkpoint" ? 256 : 24;
      const { flash, shows } = await makeStore(scaled(preset, blockCount), parityBytes, end);
      const name = `${(shows as { formatVersion: string }).formatVersion}-${preset}-${end}`;
      if (existsSync(`${IMAGES}${name}.zip`) && !replace) continue;
      writeFileSync(`${IMAGES}${name}.zip`, packSnapshot(flash));
      writeFileSync(`${IMAGES}${name}.json`, `${JSON.stringify(shows, undefined, 1)}\n`);
      console.log(`${IMAGES}${name}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writePackedBodies();
  await writeAll(process.argv.includes("--replace"));
}
