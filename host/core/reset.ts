/*
 * A module that can be made fresh again: the same module with one more export, `reset`.
 *
 * An instance is its memory, its globals and its table. `reset` sets every mutable global to what the module says and
 * runs the start function, as instantiating does; whoever calls it zeroes the memory first. The sections that hold
 * the core's own code and constants stay as they are, byte for byte. Modules with a table or with data are refused:
 * more than this would be needed to make one of those fresh.
 */

/** Section ids. Source: WebAssembly core specification 1.0, §5.5.2. */
const SECTION = { type: 1, import: 2, function: 3, table: 4, global: 6, export: 7, start: 8, element: 9, code: 10, data: 11 };
const OPCODE = { end: 0x0b, call: 0x10, globalSet: 0x24 };
const FUNCTION_TYPE = 0x60;
const HEADER_BYTES = 8;
export const RESET_EXPORT = "reset";

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/** Errors: RangeError for a module that this cannot be done to. */
export function withReset(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(wasm);
  const find = (id: number) => sections.find((section) => section.id === id)?.body ?? Uint8Array.of(0);
  for (const id of [SECTION.table, SECTION.element, SECTION.data]) {
    if (sections.some((section) => section.id === id))
      throw new RangeError(`a module with section ${id} is not reset by its globals alone`);
  }
  const typeIndex = countOf(find(SECTION.type));
  const functionIndex = countImports(find(SECTION.import)) + countOf(find(SECTION.function));
  const start = sections.find((section) => section.id === SECTION.start)?.body;
  const name = new TextEncoder().encode(RESET_EXPORT);
  const extra = new Map<number, number[]>([
    [SECTION.type, [FUNCTION_TYPE, 0, 0]],
    [SECTION.function, leb(typeIndex)],
    [SECTION.export, [name.length, ...name, 0, ...leb(functionIndex)]],
    [SECTION.code, resetBody(find(SECTION.global), start)],
  ]);
  const out = [...wasm.subarray(0, HEADER_BYTES)];
  for (const { id, body } of sections) {
    const added = extra.get(id);
    const whole = added === undefined ? body : appended(body, added);
    out.push(id, ...leb(whole.length), ...whole);
  }
  return Uint8Array.from(out);
}

export function sectionsOf(wasm: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const [lengthBytes, first] = readLeb(wasm, at + 1);
    sections.push({ id: wasm[at]!, body: wasm.subarray(first, first + lengthBytes) });
    at = first + lengthBytes;
  }
  return sections;
}

/** A vector with one more element. */
function appended(body: Uint8Array, element: readonly number[]): Uint8Array {
  const [count, first] = readLeb(body, 0);
  return Uint8Array.from([...leb(count + 1), ...body.subarray(first), ...element]);
}

/** The code entry: each mutable global's own initializer, set; then the start function, called. */
function resetBody(globals: Uint8Array, start: Uint8Array | undefined): number[] {
  const code = [0];
  const [count, first] = readLeb(globals, 0);
  for (let index = 0, at = first; index < count; index++) {
    const isMutable = globals[at + 1] === 1;
    const after = afterInitializer(globals, at + 2);
    if (isMutable) code.push(...globals.subarray(at + 2, after - 1), OPCODE.globalSet, ...leb(index));
    at = after;
  }
  if (start !== undefined) code.push(OPCODE.call, ...start);
  code.push(OPCODE.end);
  return [...leb(code.length), ...code];
}

/** Where the constant expression at `at` is over, its end opcode included. */
function afterInitializer(bytes: Uint8Array, at: number): number {
  const opcode = bytes[at]!;
  const lengths: Record<number, number> = { 67: 4, 68: 8 };
  const fixed = lengths[opcode];
  const after = fixed === undefined ? readLeb(bytes, at + 1)[1] : at + 1 + fixed;
  if (![0x41, 0x42, 0x43, 0x44].includes(opcode) || bytes[after] !== OPCODE.end)
    throw new RangeError(`a global begins as ${opcode.toString(16)} says`);
  return after + 1;
}

function countOf(body: Uint8Array): number {
  return readLeb(body, 0)[0];
}

/** Functions imported; the core imports nothing else. */
function countImports(body: Uint8Array): number {
  const [count, first] = readLeb(body, 0);
  let at = first;
  for (let i = 0; i < count; i++) {
    for (let name = 0; name < 2; name++) {
      const [lengthBytes, from] = readLeb(body, at);
      at = from + lengthBytes;
    }
    if (body[at] !== 0) throw new RangeError("a module that imports more than functions");
    at = readLeb(body, at + 1)[1];
  }
  return count;
}

/** An unsigned number of the format, and where it ends. Signed ones end in the same place. */
function readLeb(bytes: Uint8Array, at: number): [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
