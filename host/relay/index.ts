/*
 * Holdfast's other end: relays and what they keep. `import { … } from "holdfast/sync"`.
 *
 *   const store = await openSqliteStore("relay-data");
 *   const end = new Conversation(store, (message) => socket.send(message));   // one for each connection
 */
export { Conversation } from "./conversation.js";
export { type RelayService, type RelayServiceOptions, serveRelay } from "./service.js";
export { openSqliteStore } from "./sqlite.js";
export type { Enrolment, Identity, RelayRecord, SequencedRecord, SyncStore, Verdict } from "./store.js";
