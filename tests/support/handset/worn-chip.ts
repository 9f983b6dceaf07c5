/*
 * A chip with a life behind it, made on the desk: few blocks blank, every segment seven eighths superseded, so that a phone
 * that goes on with it compacts and erases from its first minutes.
 */
import { NorFlash } from "../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../host/index.js";
import { bytesOf } from "../../../host/proof/chance.js";
import { Model } from "../../../host/proof/model.js";
import { SX1 } from "./firmware.js";

const BLANK_BLOCKS = 4;
const PHOTO_BYTES = 30_000;
const WALL_MS = 1_255_300_000_000;

/** The chip's bytes, and what is on it. The rules of a NOR part are watched while it is made. */
export async function wornChip(seed: number): Promise<{ bytes: Uint8Array; model: Model }> {
  const flash = new NorFlash(SX1);
  const model = new Model();
  const wallMs = () => WALL_MS;
  await formatFlash(flash, { wallMs });
  const agent = await openAgent(flash, { wallMs });
  for (let number = 0; agent.stat().flash.blankBlocks > BLANK_BLOCKS; number++) {
    const id = (0x1000 + number).toString(16).padStart(16, "0");
    const body = bytesOf(seed, number, 0, PHOTO_BYTES, true);
    model.begin([{ key: `photo/${id}`, held: { body, label: "", wallMs: WALL_MS, lsn: 0n } }]);
    model.acknowledge([agent.put("photo", body, { id }).lsn]);
    if (number % 8 === 0) continue;
    model.begin([{ key: `photo/${id}`, held: undefined }]);
    model.acknowledge([agent.remove("photo", id).lsn]);
  }
  agent.close();
  return { bytes: flash.bytes, model };
}
