/*
 * A phone in conversation with a relay in this process, nothing lost on the air.
 */
import type { WireOptions, WireState } from "../../../host/agent/types.js";
import type { RemoteWire } from "../../../host/handset/remote-wire.js";
import { framesOf } from "../../../host/radio/framing.js";
import { Conversation } from "../../../host/relay/conversation.js";
import type { SyncStore } from "../../../host/relay/store.js";

const UNDER_WAY: ReadonlySet<string> = new Set(["greeting", "pulling", "pushing", "parting"]);

/** Until it is over. Throws when both ends wait. */
export async function talk(wire: RemoteWire, store: SyncStore, options: WireOptions = {}): Promise<WireState> {
  const answers: Uint8Array[] = [];
  const relay = new Conversation(store, (message) => answers.push(message.slice()));
  await wire.begin(options);
  for (;;) {
    for (let frame = await wire.next(); frame !== undefined; frame = await wire.next()) await relay.receive(frame);
    const state = await wire.state();
    if (!UNDER_WAY.has(state.phase)) return state;
    if (answers.length === 0) throw new Error(`both ends wait: ${JSON.stringify(state)}`);
    for (const message of answers.splice(0)) for (const frame of framesOf(message)) await wire.receive(frame);
  }
}
