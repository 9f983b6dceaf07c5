/* The core over a device: memory, exceptions, and what comes after them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../../../host/core/instance.js";
import { type FlashDevice, presets, RamFlash } from "../../../../host/flash/index.js";

const test = suite("host/core/instance");
const code = (expected: string) => (error: Error & { code?: string }) => error.code === expected;
const small = { ...presets["spi-nor-8m"], blockCount: 16 };

/** A device whose reads do as they are told. */
function device(read: FlashDevice["read"]): FlashDevice {
  const ram = new RamFlash(small);
  return { geometry: small, read, program: (...args) => ram.program(...args), erase: (block) => ram.erase(block) };
}

test("an export answers, and a negative answer is thrown by name", () => {
  const core = new Core(new RamFlash(small));
  assert.is(core.ask("hf_abi_version"), 1);
  assert.ok(core.ask("hf_mount", 0, 0) < 0);
  assert.throws(() => core.call("opening", "hf_mount", 0, 0), code("NOT_FORMATTED"));
  assert.ok(core.isOpen);
});

test("more memory holds more records", () => {
  const capacity = (memoryBytes: number) => {
    const { kind, blockBytes, blockCount, pageBytes, programBytes } = small;
    return new Core(new RamFlash(small), memoryBytes).ask(
      "hf_configure",
      kind === "nand" ? 1 : 0,
      blockBytes,
      blockCount,
      pageBytes,
      programBytes,
    );
  };
  assert.ok(capacity(4 * 1024 * 1024) > capacity(1024 * 1024));
  assert.ok(capacity(384 * 1024) >= 20_000);
});

test("memory that is no size is refused", () => {
  for (const bytes of [0, 1000, 1.5 * 65536 + 0.5, Number.NaN, 2 ** 40])
    assert.throws(() => new Core(new RamFlash(small), bytes), code("INVALID"));
});

test("a part that cannot be served is refused, with its shape", () => {
  assert.throws(
    () => new Core(new RamFlash({ ...small, blockCount: 4 })),
    (error: Error & { code?: string }) => error.code === "WRONG_GEOMETRY" && /4 blocks/.test(error.message),
  );
});

test("what a device throws comes out unchanged, and the instance is gone", () => {
  const thrown = { not: "even an Error" };
  let dropped = 0;
  const core = new Core(
    device(() => {
      throw thrown;
    }),
    undefined,
    () => dropped++,
  );
  let caught: unknown;
  try {
    core.ask("hf_mount", 0, 0);
  } catch (error) {
    caught = error;
  }
  assert.is(caught, thrown);
  assert.not(core.isOpen);
  assert.is(dropped, 1);
  assert.throws(() => core.ask("hf_stat"), code("CLOSED"));
  assert.is(dropped, 1);
});

test("a read's answers reach the core as they are: failed, and best guess", () => {
  for (const answer of [-1, -2, -1000]) {
    const core = new Core(device(() => answer));
    assert.ok(core.ask("hf_mount", 1, 0) < 0);
    assert.ok(core.isOpen, "a status is no power cut");
  }
});

test("a device is lent its bytes: what it fills is what the core sees", () => {
  const lengths: number[] = [];
  const core = new Core(
    device((_block, _offset, target) => {
      lengths.push(target.length);
      target.fill(0xff);
      return 0;
    }),
  );
  assert.throws(() => core.call("opening", "hf_mount", 0, 0), code("NOT_FORMATTED"));
  assert.ok(lengths.length > 0 && lengths.every((length) => length > 0));
});

test.run();
