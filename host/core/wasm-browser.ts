/*
 * Where a browser's wasm modules come from: `browser` in package.json puts this file in the place of wasm-file.ts.
 *
 * A page cannot read a file on the spot, so whoever hosts the core fetches its bytes first and hands them over.
 */
const given = new Map<string, Uint8Array<ArrayBuffer>>();
const modules = new Map<string, WebAssembly.Module>();

/** Hands over the bytes of build/`name`.wasm and compiles them. To be awaited before the first agent is opened. */
export async function provideWasm(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  modules.set(name, await WebAssembly.compile(bytes));
  given.set(name, bytes);
}

/** `name` is "device" or "dev". */
export function wasmModule(name: string): WebAssembly.Module {
  return modules.get(name) ?? missing(name);
}

export function wasmBytes(name: string): Uint8Array<ArrayBuffer> {
  return given.get(name) ?? missing(name);
}

function missing(name: string): never {
  throw new Error(`${name}.wasm was not handed over: call provideWasm("${name}", bytes) first`);
}
