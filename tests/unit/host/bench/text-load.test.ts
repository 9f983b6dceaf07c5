import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Doors, holdfastDoors } from "../../../../host/bench/doors.js";
import { loadTexts } from "../../../../host/bench/text-load.js";
import { presets } from "../../../../host/flash/index.js";
import { toyDoors } from "./toy-store.js";

const load = suite("host/bench/text-load");
const geometry = { ...presets["spi-nor-8m"], blockCount: 64 };
const setup = { seed: 1, retention: "default" as const };

function card(name: string) {
  return {
    file: `${name[0]}.vcf`,
    kind: "contact" as const,
    body: new TextEncoder().encode(`BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nEND:VCARD\r\n`),
  };
}

/** The toy, telling how many records each batch had. */
function counting(sizes: number[]): Doors {
  return {
    ...toyDoors,
    async open(flash, how) {
      const agent = await toyDoors.open(flash, how);
      return {
        ...agent,
        batch(write) {
          const receipts = agent.batch(write);
          sizes.push(receipts.length);
          return receipts;
        },
      };
    },
  };
}

load("a file is a batch; what one cannot take goes into the next", async () => {
  const sizes: number[] = [];
  const long = { ...card("d"), body: new Uint8Array(40_000) };
  const texts = [card("a1"), card("a2"), card("b"), ...Array.from({ length: 300 }, () => card("c")), long, long];
  const figures = await loadTexts(texts, { ...geometry, blockCount: 256 }, setup, counting(sizes));
  assert.equal(sizes.slice(0, sizes.length / 2), [2, 1, 256, 44, 1, 1]);
  assert.equal([figures.batches, figures.records], [6, 305]);
});

load("programmed bytes are counted for a byte of text as it was given", async () => {
  const texts = [card("a1"), card("a2")];
  const { textBytes, programmedPerByte, packedShare } = await loadTexts(texts, geometry, setup, toyDoors);
  assert.is(textBytes, 2 * texts[0].body.length);
  assert.is(programmedPerByte, Number(((textBytes + 2 * 13) / textBytes).toFixed(3)));
  assert.is(packedShare, 1);
});

load("packed, less is programmed; meta costs", async () => {
  const texts = Array.from({ length: 40 }, (_, i) => card(`Ada ${i}`));
  const raw = await loadTexts(texts, geometry, setup, holdfastDoors);
  const packed = await loadTexts(texts, geometry, { ...setup, pack: true }, holdfastDoors);
  assert.ok(packed.packedShare < 0.6 && packed.programmedPerByte < raw.programmedPerByte - 0.3, JSON.stringify({ raw, packed }));
  assert.ok(packed.withMeta > packed.programmedPerByte);
});

load.run();
