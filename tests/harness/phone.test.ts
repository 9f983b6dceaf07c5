/*
 * One phone: the very build/device.wasm of this process, on an emulated Siemens SX1, bare metal, its battery pulled.
 */
import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wasmBytes } from "../../host/core/wasm-file.js";
import { FileFlash } from "../../host/flash/index.js";
import { encodeFrame } from "../../host/handset/frame.js";
import { PowerLost } from "../../host/handset/line.js";
import { Phone } from "../../host/handset/phone.js";
import { encodeCall, MESSAGES } from "../../host/handset/protocol.js";
import { formatPhone, openSerialAgent, type SerialAgent } from "../../host/handset/serial-agent.js";
import { type HoldfastError, openAgent } from "../../host/index.js";
import { happens } from "../../host/proof/chance.js";
import { openSqliteStore } from "../../host/relay/index.js";
import { chip, firmware, missing, REMEDY, SX1 } from "../support/handset/firmware.js";
import { talk } from "../support/handset/relay.js";
import { storm } from "../support/handset/storm.js";
import { wornChip } from "../support/handset/worn-chip.js";
import { skip } from "../support/skip.js";
import { holdfast } from "../unit/host/cli/command-line.js";

const SEED = Number(process.env.HOLDFAST_STORM_SEED ?? 2009);
const PULLS = 30;
const LETTER = "Dear handset,\r\nyou hold fast.\r\n";

const phones = suite("harness/phone");
const absent = missing();

/** A test that needs a phone. */
function onPhone(name: string, body: () => Promise<void>): void {
  if (absent === "") phones(name, body);
  else skip(phones, `SX1: ${name}`, absent, REMEDY);
}

/** A phone with a formatted chip, and its agent. */
async function bootFormatted(nor0 = firmware()): Promise<{ phone: Phone; agent: SerialAgent; image: string }> {
  const image = chip();
  const phone = await Phone.boot({ firmware: nor0, image });
  await formatPhone(phone.line);
  return { phone, agent: await openSerialAgent(phone.line), image };
}

onPhone("device.wasm in Node and on the phone is one file: the phone says the same hash", async () => {
  const phone = await Phone.boot({ firmware: firmware(), image: chip() });
  const { stackBytes, stackUnusedBytes, capacity, geometry, coreHash } = phone.hello;
  await phone.pull();
  assert.is(coreHash, createHash("sha256").update(wasmBytes("device")).digest("hex"));
  assert.equal(geometry, SX1);
  assert.ok(capacity > 10_000, `${capacity} records`);
  assert.ok(stackUnusedBytes > stackBytes / 2, `${stackUnusedBytes} of ${stackBytes} bytes of stack unused`);
  assert.match(phone.console, new RegExp(`^HOLDFAST sx1\\ndevice.wasm ${coreHash}\\n$`.replaceAll("\\n", "\\r?\\n")));
});

onPhone("the driver programs and erases what it is told, and refuses to set a bit before anything is programmed", async () => {
  const phone = await Phone.boot({ firmware: firmware("examined"), image: chip() });
  await phone.pull();
  assert.match(phone.console, /driver examined/);
});

onPhone("boots bare metal, formats, puts, is killed, boots, gets", async () => {
  const { phone, agent, image } = await bootFormatted();
  const receipt = await agent.put("mail", LETTER, { meta: { label: "a letter" } });
  await phone.pull();
  const thrown = await caughtFrom(agent.get("mail", receipt.id));
  assert.ok(thrown instanceof PowerLost, String(thrown));
  assert.is(((await caughtFrom(agent.stat())) as HoldfastError).code, "CLOSED");

  const again = await Phone.boot({ firmware: firmware(), image });
  const reader = await openSerialAgent(again.line);
  assert.equal(await reader.receipt("mail", receipt.id), receipt);
  const record = await reader.get("mail", receipt.id);
  assert.is(new TextDecoder().decode(record?.body), LETTER);
  assert.is(record?.meta.label, "a letter");
  await again.pull();
});

onPhone("on a noisy line everything is done once: an answer that got lost is given again", async () => {
  let [bytes, bent] = [0, 0];
  const bend = (piece: Uint8Array) =>
    piece.map((byte) => {
      if (!happens(0.002, SEED, 1, ++bytes)) return byte;
      bent++;
      return byte ^ (1 << (bytes & 7));
    });
  const image = chip();
  const quiet = await Phone.boot({ firmware: firmware(), image });
  await formatPhone(quiet.line);
  await quiet.pull();
  const phone = await Phone.boot({ firmware: firmware(), image, noise: { toPhone: bend, fromPhone: bend }, repeatMs: 300 });
  const agent = await openSerialAgent(phone.line);
  const lsns: bigint[] = [];
  for (let i = 0; i < 30; i++) lsns.push((await agent.put("note", `note ${i}`, { id: "00000000000000b1" })).lsn);
  assert.equal(
    lsns.map((lsn) => lsn - lsns[0]!),
    lsns.map((_, i) => BigInt(i)),
    "a change done twice has two numbers",
  );
  assert.is(new TextDecoder().decode((await agent.get("note", "00000000000000b1"))?.body), "note 29");
  assert.ok(bent > 10, `${bent} of ${bytes} bytes were bent`);
  await phone.pull();
});

onPhone("a dump of the dead phone's chip opens on the desk, and shows the same records", async () => {
  const { phone, agent, image } = await bootFormatted();
  const letter = await agent.put("mail", LETTER, { meta: { label: "a letter" } });
  await agent.batch((batch) => {
    for (let i = 0; i < 20; i++) batch.put("contact", `BEGIN:VCARD\r\nFN:Nr. ${i}\r\nEND:VCARD\r\n`, { meta: { label: `Nr. ${i}` } });
  });
  const onThePhone: unknown[] = [];
  for await (const summary of agent.list()) onThePhone.push(summary);
  assert.is((await holdfast(["list", "-i", image])).exitCode, 11, "the image is in the phone, and in use");
  await phone.pull();

  const listed = await holdfast(["list", "-i", image, "--json"]);
  assert.is(listed.json.records.length, 21);
  assert.is((await holdfast(["image", "map", "--preset", "sx1-nor-8m", "-i", image])).exitCode, 0);
  const flash = FileFlash.open(image);
  const desk = await openAgent(flash);
  assert.equal([...desk.list()], onThePhone);
  assert.equal(desk.receipt("mail", letter.id), letter);
  assert.is(desk.verify().ok, 21);
  desk.close();
  flash.close();
});

onPhone("a store that the desk made mounts on the phone, with what is in it", async () => {
  const { bytes, model } = await wornChip(SEED);
  const image = chip(bytes);
  const phone = await Phone.boot({ firmware: firmware(), image });
  const agent = await openSerialAgent(phone.line);
  assert.equal(await agent.verify(), { records: model.held.size, ok: model.held.size, corrected: 0, damaged: [], damagedUnknown: 0 });
  await phone.pull();
});

onPhone("the phone fills a relay, and a new phone is filled by it", async () => {
  const store = await openSqliteStore();
  const { phone, agent } = await bootFormatted();
  for (let i = 0; i < 12; i++) await agent.put("contact", `BEGIN:VCARD\r\nFN:Nr. ${i}\r\nEND:VCARD\r\n`);
  const filled = await talk(agent.wire(), store);
  const before = await bodiesOf(agent);
  await phone.pull();
  assert.equal([filled.phase, filled.pushed, filled.relayRecords], ["equal", 12, 12]);

  const { phone: another, agent: reader } = await bootFormatted();
  const restored = await talk(reader.wire(), store, { joinCode: filled.joinCode });
  assert.equal([restored.phase, restored.pulled, restored.digest], ["equal", 12, filled.digest]);
  assert.equal(await bodiesOf(reader), before);
  await another.pull();
  await store.close();
});

onPhone(`${PULLS} pulls under load: what was acknowledged is there, of what was not at most one change, whole or absent`, async () => {
  const { bytes, model } = await wornChip(SEED);
  const { pulls, acknowledged, whole, absent, torn, erases, violation } = await storm({
    seed: SEED,
    pulls: PULLS,
    firmware: firmware(),
    image: chip(bytes),
    model,
  });
  assert.is(violation, undefined);
  console.log(
    `SX1: ${pulls} kills under load, 0 acknowledged lost: ${acknowledged} acknowledged, ${torn} torn tails seen, ` +
      `of the changes under way ${whole} whole and ${absent} absent, ${erases} erases (seed ${SEED})`,
  );
  assert.ok(acknowledged > PULLS, `only ${acknowledged} acknowledged: this was no load`);
});

onPhone("a driver that answers before it has programmed is found out", async () => {
  const { phone, image } = await bootFormatted(firmware("lazy"));
  await phone.pull();
  const { violation } = await storm({ seed: SEED, pulls: PULLS, firmware: firmware("lazy"), image });
  assert.match(violation ?? "nothing was found", /^G[12] .* replay: HOLDFAST_STORM_SEED=/);
});

onPhone("after a trap the phone says TRAP and its number, and acknowledges nothing more", async () => {
  const { phone: first, image } = await bootFormatted();
  await first.pull();
  let heardBytes = 0;
  const fromPhone = (bytes: Uint8Array) => {
    heardBytes += bytes.length;
    return bytes;
  };
  const phone = await Phone.boot({ firmware: firmware("trapping"), image, noise: { fromPhone } });
  const agent = await openSerialAgent(phone.line);
  const kept: string[] = [];
  let thrown: unknown;
  while (thrown === undefined && kept.length < 100) {
    thrown = await caughtFrom(agent.put("note", `note ${kept.length}`).then(({ id }) => kept.push(id)));
  }
  assert.match(String(thrown), /TRAP 0005/);
  assert.match(phone.console, /\nTRAP 0005\r?\n$/);
  assert.is(((await caughtFrom(agent.put("note", "no"))) as HoldfastError).code, "CLOSED");
  heardBytes = 0;
  phone.send(encodeFrame(Uint8Array.of(9, MESSAGES.HELLO)));
  phone.send(encodeFrame(encodeCall("hf_stat", [], new Uint8Array(0))));
  await new Promise((done) => setTimeout(done, 500)); // it has nothing to say, and time to say it
  await phone.pull();
  assert.is(heardBytes, 0);
  assert.match(phone.console, /\nTRAP 0005\r?\n$/);

  const again = await Phone.boot({ firmware: firmware(), image });
  const reader = await openSerialAgent(again.line);
  assert.ok(kept.length > 0);
  for (const [number, id] of kept.entries()) assert.is(new TextDecoder().decode((await reader.get("note", id))?.body), `note ${number}`);
  const { records } = await reader.stat();
  assert.ok(records === kept.length || records === kept.length + 1, `${records} records of ${kept.length} acknowledged`);
  await again.pull();
});

/** Key and text of every record, in order. */
async function bodiesOf(agent: SerialAgent): Promise<string[]> {
  const all: string[] = [];
  for await (const { kind, id } of agent.list()) all.push(`${kind}/${id} ${new TextDecoder().decode((await agent.get(kind, id))?.body)}`);
  return all.sort();
}

async function caughtFrom(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

phones.run();
