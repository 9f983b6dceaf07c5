/*
 * Bodies as they were packed with each set of dictionaries, kept for ever: whatever the packer of a later version makes of a body, these unpack.
 *
 * packed/<codec>.json: array of {kind, body, packed}, both as hex. `npm run golden` writes those that are not there yet.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KINDS } from "../../host/index.js";
import { CODEC_PACKED, pack } from "../../host/pack/index.js";

export const PACKED = fileURLToPath(new URL("./packed/", import.meta.url));

export interface PackedBody {
  kind: string;
  body: string;
  packed: string;
}

const CARD = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Ångström;Zoë\r\nTEL;CELL:+46701234567\r\nX-UNKNOWN;A=B:kept\r\nEND:VCARD\r\n";
const EVENT = "BEGIN:VEVENT\nUID:1@example.org\nDTSTART;TZID=Europe/Berlin:20091001T080000\nSUMMARY:Наталья\nEND:VEVENT\n";
const MAIL = "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n";

/** Short and long, of one block and of several, with each way deflate has to store a block, text and not. */
function bodies(): Uint8Array[] {
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i * i} of ${(i * 7919) % 1000}\r\n`).join("");
  const spread = Uint8Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? (i * i) >> 3 : 0x20));
  return [
    utf8(CARD),
    utf8(EVENT),
    utf8(MAIL),
    utf8(CARD + EVENT + MAIL),
    utf8(lines),
    spread,
    new Uint8Array(40_000),
    Buffer.from(CARD, "utf16le"),
  ];
}

export function writePackedBodies(): void {
  const path = `${PACKED}${CODEC_PACKED}.json`;
  if (existsSync(path)) return;
  const all: PackedBody[] = KINDS.filter((kind) => kind !== "photo").flatMap((kind) =>
    bodies().map((body) => {
      const { codec, bytes } = pack(kind, body);
      if (codec !== CODEC_PACKED) throw new Error(`a ${kind} of ${body.length} bytes does not pack`);
      return { kind, body: Buffer.from(body).toString("hex"), packed: Buffer.from(bytes).toString("hex") };
    }),
  );
  mkdirSync(PACKED, { recursive: true });
  writeFileSync(path, `${JSON.stringify(all, undefined, 1)}\n`);
  console.log(path);
}
