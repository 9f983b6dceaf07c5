/*
 * Holdfast's other end, and the way there: relays, what they keep, and links to them. `import { … } from "holdfast/sync"`.
 *
 *   const outcome = await syncOver(agent, await openSocket("ws://127.0.0.1:4009"));   // on the handset
 *
 *   const store = await openSqliteStore("relay-data");
 *   const end = new Conversation(store, (message) => socket.send(message));   // one for each connection
 */
export type { RadioLink } from "../radio/link.js";
export { LinkDown, openSocket } from "../radio/socket.js";
export { Silence, type SyncOptions, type SyncOutcome, syncOver } from "../radio/sync.js";
export { Conversation } from "./conversation.js";
export { type RelayService, type RelayServiceOptions, serveRelay } from "./service.js";
export { openSqliteStore } from "./sqlite.js";
export type { Enrolment, Identity, RelayRecord, SequencedRecord, SyncStore, Verdict } from "./store.js";
