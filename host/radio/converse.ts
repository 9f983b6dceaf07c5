/*
 * One conversation of a handset with a relay, over a loopback: until it is over, or until it was silent too often.
 */
import type { Wire, WireOptions, WireState } from "../agent/types.js";
import type { Loopback } from "./loopback.js";
import { Pump } from "./pump.js";

/** Silences in a row after which a conversation is given up. */
const SILENCES_MAX = 40;

export interface RelayEnd {
  receive(message: Uint8Array): Promise<void>;
}

/** `connect` makes the relay's end, given what it sends by. Resolves with how it ended; what a part throws passes through. */
export async function converse(
  wire: Wire,
  loopback: Loopback,
  connect: (send: (message: Uint8Array) => void) => RelayEnd,
  options: WireOptions = {},
): Promise<WireState> {
  loopback.clear();
  const relay = connect((message) => loopback.send("back", message));
  const pump = new Pump(wire, (message) => loopback.send("out", message));
  pump.begin(options);
  for (let silences = 0; !pump.isOver && silences < SILENCES_MAX; ) {
    const delivery = loopback.next();
    if (delivery === undefined) {
      silences++;
      pump.askAgain();
    } else if (delivery.direction === "out") await relay.receive(delivery.message);
    else {
      silences = 0;
      pump.hear(delivery.message);
    }
  }
  return pump.state();
}
