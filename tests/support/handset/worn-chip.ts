/*
 * A chip with a life behind it, made on the desk: few blocks left blank, so that a phone that goes on with it compacts and
 * erases from its first minutes.
 */
import { NorFlash } from "../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../host/index.js";
import { bytesOf } from "../../../host/proof/chance.js";
import { Model } from "../../../host/proof/model.js";
import { SX1 } from "./firmware.js";

const BLANK_BLOCKS = 4;
const KEPT = 24;
const PHOTO_BYTES = 60_000;

/** The chip's bytes, and what is on it. The rules of a NOR part are watched while it is made. */
export async function wornChip(seed: number): Promise<{ bytes: Uint8Array; model: Model }> {
  const flash = new NorFlash(SX1);
  const model = new Model();
  const wallMs = () => 1_255_300_000_000;
  await formatFlash(flash, { wallMs });
  const agent = await openAgent(flash, { wallMs });
  for (let round = 0; agent.stat().flash.blankBlocks > BLANK_BLOCKS; round++) {
    const id = (0x100 + (round % KEPT)).toString(16).padStart(16, "0");
    // Few keep their photo: the others are superseded by something short at once.
    const body = bytesOf(seed, round, 0, round % KEPT < 3 ? 900 : PHOTO_BYTES, true);
    for (const one of [body, body.subarray(0, 300)]) {
      model.begin([{ key: `photo/${id}`, held: { body: one, label: "", wallMs: wallMs(), lsn: 0n } }]);
      model.acknowledge([agent.put("photo", one, { id }).lsn]);
    }
  }
  agent.close();
  return { bytes: flash.bytes, model };
}
