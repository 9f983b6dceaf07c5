/*
 * The conformance suite on an agent behind a wire, as the page has it, over the flash of a browser.
 */
import { AnsweringAgent } from "../../host/emulator/answering-agent.js";
import { answerOn, Line } from "../../host/emulator/line.js";
import { type AgentVerbs, type Ask, AskingAgent, type RemoteAgent } from "../../host/emulator/remote-agent.js";
import { OpfsFlash } from "../../host/flash/index.js";
import { type AgentOptions, type FlashDevice, formatFlash, openAgent } from "../../host/index.js";
import { scaled } from "../../host/proof/geometries.js";
import { PrivateFile } from "../support/access-handle.js";
import { wire } from "../support/wire.js";
import { conformance } from "./suite.js";

async function openRemote(flash: FlashDevice, options?: AgentOptions): Promise<RemoteAgent> {
  const agent = await openAgent(flash, options);
  const [here, there] = wire();
  answerOn(there, new AnsweringAgent(() => agent));
  return new AskingAgent(new Line<AgentVerbs>(here).ask as Ask);
}

for (const preset of ["spi-nor-8m", "slc-nand-64m"] as const) {
  const geometry = scaled(preset, 24);
  conformance({
    name: `RemoteAgent over OpfsFlash ${preset}, 24 blocks`,
    make: () => OpfsFlash.over(new PrivateFile().handle(), geometry),
    format: formatFlash,
    open: openRemote,
    fillable: true,
    behindWire: true,
  });
}
