import { chip, firmware } from "./support/handset/firmware.js";
import { storm } from "./support/handset/storm.js";
import { wornChip } from "./support/handset/worn-chip.js";

let t = performance.now();
const lap = (s: string) => {
  console.log(s, (performance.now() - t).toFixed(0));
  t = performance.now();
};
firmware();
lap("fw");
const { bytes, model } = await wornChip(2009);
lap("worn");
console.log(model.held.size);
const r = await storm({ seed: Number(process.argv[2] ?? 1), pulls: 30, firmware: firmware(), image: chip(bytes), model });
lap("storm");
console.log(r);
