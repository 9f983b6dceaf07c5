/* A module with a reset is the module it was, and one export more. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RESET_EXPORT, sectionsOf, withReset } from "../../../../host/core/reset.js";
import { wasmBytes } from "../../../../host/core/wasm-file.js";

const test = suite("host/core/reset");
const TYPE = 1;
const CODE = 10;

/** (module (func (import "m" "f")) (global (mut i32) (i32.const 7)) (global i32 (i32.const 9)) (export "set" (func…)) (export "get"…)) by hand. */
const HAND = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 9, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 1, 0x7f], // types: (i32) -> (), () -> i32
  ...[3, 3, 2, 0, 1],
  ...[6, 11, 2, 0x7f, 1, 0x41, 7, 0x0b, 0x7f, 0, 0x41, 9, 0x0b],
  ...[7, 13, 2, 3, 0x73, 0x65, 0x74, 0, 0, 3, 0x67, 0x65, 0x74, 0, 1],
  ...[10, 13, 2, 6, 0, 0x20, 0, 0x24, 0, 0x0b, 4, 0, 0x23, 0, 0x0b],
);

test("a global that was changed is what the module says again", () => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(withReset(HAND)));
  const { set, get, reset } = exports as unknown as { set(value: number): void; get(): number; reset(): void };
  assert.is(get(), 7);
  set(1234);
  assert.is(get(), 1234);
  reset();
  assert.is(get(), 7);
});

test("the core's own sections stay as they are; only reset is new", () => {
  const before = wasmBytes("device");
  const after = withReset(before);
  assert.ok(WebAssembly.validate(after));
  const names = (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  assert.equal(names(after), [...names(before), RESET_EXPORT]);
  const told = sectionsOf(after);
  const grown = [TYPE, 3, 7, CODE];
  for (const { id, body } of sectionsOf(before)) {
    const now = told.find((section) => section.id === id)!.body;
    if (!grown.includes(id)) assert.equal(now, body, `section ${id}`);
    // Behind the count, which takes as many bytes as before, everything stands where it stood.
    else assert.equal(now.slice(2, body.length), body.slice(2), `section ${id}`);
  }
});

test("what more than globals would be needed for is refused", () => {
  const withData = Uint8Array.of(...HAND, 11, 1, 0);
  assert.throws(() => withReset(withData), RangeError);
});

test.run();
