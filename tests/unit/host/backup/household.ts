/*
 * A small store of every kind a backup has to do with: for the tests of this folder.
 */
import { type FlashGeometry, RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, type LocalAgent, openAgent } from "../../../../host/index.js";

export const SMALL: FlashGeometry = { kind: "nor", blockBytes: 4096, blockCount: 64, pageBytes: 256, programBytes: 1 };
export const OTHER: FlashGeometry = { kind: "nand", blockBytes: 16384, blockCount: 64, pageBytes: 512, programBytes: 512 };
const BEGAN = Date.UTC(2026, 0, 1);

export async function emptyStore(geometry = SMALL): Promise<LocalAgent> {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  return openAgent(flash);
}

export const idOf = (n: number): string => n.toString(16).padStart(16, "0");

/** Ten contacts, four events, three notes, a picture. */
export async function household(): Promise<LocalAgent> {
  const agent = await emptyStore();
  const put = (kind: Parameters<LocalAgent["put"]>[0], n: number, body: string | Uint8Array, label?: string) =>
    agent.put(kind, body, { id: idOf(n), wallMs: BEGAN + n * 86_400_000, meta: label === undefined ? {} : { label } });
  for (let i = 1; i <= 10; i++)
    put("contact", i, `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person ${i}\r\nTEL:+1202555${1000 + i}\r\nEND:VCARD\r\n`, `Person ${i}`);
  for (let i = 1; i <= 4; i++)
    put("event", i, `BEGIN:VEVENT\r\nUID:e${i}\r\nSUMMARY:Day ${i}\r\nDTSTART:2026010${i}\r\nEND:VEVENT\r\n`, `Day ${i}`);
  for (let i = 1; i <= 3; i++) put("note", i, `Note ${i}: bread, milk`);
  put(
    "photo",
    1,
    Uint8Array.from({ length: 9000 }, (_, i) => (i * i * 31) & 255),
    "beach.jpg",
  );
  return agent;
}

/** Everything an agent shows, in one order. */
export function shown(agent: LocalAgent): string[] {
  const all: string[] = [];
  for (const { kind, id } of agent.list()) {
    const { body, wallMs, meta } = agent.get(kind, id)!;
    all.push(`${kind} ${id} ${wallMs} ${meta.label ?? ""} ${Buffer.from(body).toString("latin1")}`);
  }
  return all.sort();
}
