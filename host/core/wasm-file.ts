/*
 * Finds and compiles the wasm files of build/. The only file of the host's core that needs Node: a bundler
 * for the browser puts another one in its place.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const modules = new Map<string, WebAssembly.Module>();

/** Compiled once a process. `name` is "device", "probe" or "dev". */
export function wasmModule(name: string): WebAssembly.Module {
  let module = modules.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(wasmBytes(name));
    modules.set(name, module);
  }
  return module;
}

export function wasmBytes(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(wasmPath(name)));
}

/** This file runs from host/core/ (tests, through tsx) or from build/host/core/ (everybody else). */
export function wasmPath(name: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith(".ts") ? `../../build/${name}.wasm` : `../../${name}.wasm`, here));
}
