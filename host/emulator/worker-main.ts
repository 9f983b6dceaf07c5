/*
 * The worker of the page: fetches the very device.wasm that a handset runs, takes the flash file, and answers the page.
 *
 * Runs in a dedicated worker only: nowhere else does a browser give a file handle that works synchronously.
 */
import { provideWasm } from "../core/wasm-browser.js";
import type { AccessibleFile } from "../flash/opfs.js";
import { type Drawer, Handset, hexDigest } from "./handset.js";
import { answerOn, type Messenger } from "./line.js";

const FILE_NAME = "handset.flash";
/** The story of October 2009: tears follow from it and from what is done, so that a session can be played again. */
const SEED = 2009;

const drawer: Drawer = {
  async file() {
    const folder = await navigator.storage.getDirectory();
    return (await folder.getFileHandle(FILE_NAME, { create: true })) as unknown as AccessibleFile;
  },
  async discard() {
    const folder = await navigator.storage.getDirectory();
    await folder.removeEntry(FILE_NAME);
  },
};

/** Hands the bytes over to the core and returns their SHA-256. */
async function load(name: string): Promise<string> {
  const response = await fetch(`${name}.wasm`, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${name}.wasm was not served: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  await provideWasm(name, bytes);
  return hexDigest(bytes);
}

async function assemble(): Promise<Handset> {
  const [wasmSha256] = await Promise.all([load("device"), load("dev")]);
  return new Handset(drawer, { seed: SEED, wasmSha256 });
}

answerOn(globalThis as unknown as Messenger, assemble());
