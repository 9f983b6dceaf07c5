/*
 * `holdfast emulate`: serves the emulator's page until Ctrl-C.
 */

import { type PageServer, servePage } from "../emulator/server.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT } from "./exit.js";
import { asPortFailure, untilStopped } from "./serving.js";
import { asCount, jsonText } from "./words.js";

/** Always the same one: a browser keeps the flash by address, port included. */
const DEFAULT_PORT = 2009;

export const emulate: Command = {
  name: "emulate",
  group: "proof",
  summary: "serve a page on which device.wasm runs in a browser, with a battery to pull",
  usage: "[--port N]",
  example: "holdfast emulate --port 2009",
  details:
    "Prints the address and serves until Ctrl-C (exit 130), to this computer only. The page runs the same device.wasm as a handset, in a worker, on a flash file that the browser keeps: it survives a reload and the browser's end, and belongs to the port.",
  keys: {
    url: "address of the page; the object is printed when it is served, not at the end",
    port: "its port",
  },
  options: { port: { type: "string", value: "N", words: `port on 127.0.0.1, 0 for any that is free (default: ${DEFAULT_PORT})` } },
  arity: [0, 0],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const port = asCount(call.text("port") ?? String(DEFAULT_PORT), "--port", 0, 65535);
  const server = await serve(port);
  try {
    await call.terminal.data(call.json ? `${jsonText({ url: server.url, port: server.port })}\n` : `${server.url}\n`);
    call.terminal.say("open this address in a browser; Ctrl-C ends it; the browser keeps the flash");
    await untilStopped(call, "stopped by Ctrl-C; the flash stays in the browser");
  } finally {
    await server.close();
  }
  return { exitCode: EXIT.INTERRUPTED, json: {}, told: true };
}

async function serve(port: number): Promise<PageServer> {
  try {
    return await servePage(port);
  } catch (error) {
    throw asPortFailure(error, port);
  }
}
