/*
 * `holdfast serve`: a relay in this process, over SQLite, until Ctrl-C.
 */

import { codeText } from "../agent/wire.js";
import { openSqliteStore, type RelayService, type SyncStore, serveRelay } from "../relay/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, Failure } from "./exit.js";
import { asPortFailure, untilStopped } from "./serving.js";
import { asCount, jsonText, plural } from "./words.js";

const DEFAULT_PORT = 4009;
const DEFAULT_FOLDER = "./holdfast-relay";

export const serve: Command = {
  name: "serve",
  group: "radio",
  summary: "a relay that handsets sync with, until Ctrl-C",
  usage: "[--port N] [--data DIR]",
  example: "holdfast serve --port 4009 --data ./holdfast-relay",
  details:
    "Listens on this computer only and keeps everything in one SQLite file in DIR; what it acknowledged survives a power cut. The first handset enrols itself; later ones need the code that `holdfast sync` of the first one prints. Records are stored as the handset sends them: not sealed yet, so whoever holds DIR can read them. Ctrl-C ends it (exit 130).",
  keys: {
    url: "address for `holdfast sync`; the object is printed when it is served, not at the end",
    port: "its port",
    data: "the folder",
    records: "records held",
    handsets: "handsets enrolled",
    joinCode: "lets another handset join; empty before the first one",
  },
  options: {
    port: { type: "string", value: "N", words: `port on 127.0.0.1, 0 for any that is free (default: ${DEFAULT_PORT})` },
    data: { type: "string", value: "DIR", words: `folder of the relay (default: ${DEFAULT_FOLDER})` },
  },
  arity: [0, 0],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const port = asCount(call.text("port") ?? String(DEFAULT_PORT), "--port", 0, 65535);
  const folder = call.text("data") ?? DEFAULT_FOLDER;
  const store = await openFolder(folder);
  let service: RelayService | undefined;
  try {
    service = await listen(call, store, port);
    await tell(call, store, service, folder);
    await untilStopped(call, "stopped by Ctrl-C; everything acknowledged is kept");
  } finally {
    await service?.close();
    await store.close();
  }
  return { exitCode: EXIT.INTERRUPTED, json: {}, told: true };
}

async function listen(call: Call, store: SyncStore, port: number): Promise<RelayService> {
  const onError = (error: unknown) => call.terminal.say(call.terminal.alarm(`the relay cannot store: ${(error as Error).message}`));
  try {
    return await serveRelay(store, { port, onError });
  } catch (error) {
    throw asPortFailure(error, port);
  }
}

async function tell(call: Call, store: SyncStore, { url, port }: RelayService, folder: string): Promise<void> {
  const { records, handsets, joinCode } = await store.identity();
  const code = codeText(joinCode);
  await call.terminal.data(call.json ? `${jsonText({ url, port, data: folder, records, handsets, joinCode: code })}\n` : `${url}\n`);
  call.terminal.say(`relay over ${folder}: ${plural(records, "record")} of ${plural(handsets, "handset")}; Ctrl-C ends it`);
  call.terminal.say(
    code === "" ? "the first handset that syncs enrols itself" : `another handset joins with: holdfast sync ${url} --code ${code}`,
  );
}

async function openFolder(folder: string): Promise<SyncStore> {
  try {
    return await openSqliteStore(folder);
  } catch (error) {
    throw asStoreFailure(error as NodeJS.ErrnoException, folder);
  }
}

function asStoreFailure(error: NodeJS.ErrnoException, folder: string): unknown {
  const { message, code } = error;
  if (/not a database|malformed|damaged/.test(message))
    return new Failure(
      EXIT.DAMAGED,
      "CORRUPT",
      `the relay's file is damaged (${message})`,
      folder,
      "restore the folder from a copy, or start an empty one and `holdfast sync URL --reseed`",
    );
  if (/locked|busy/.test(message))
    return new Failure(
      EXIT.IN_USE,
      "LOCKED",
      "another relay has this folder open",
      folder,
      "end it first, or name another folder with --data",
    );
  if (/unable to open|readonly/.test(message) || code === "EACCES" || code === "EROFS")
    return new Failure(
      EXIT.UNEXPECTED,
      "NO_FOLDER",
      "the folder cannot be written",
      folder,
      "check its permissions, or name another with --data",
    );
  return error;
}
