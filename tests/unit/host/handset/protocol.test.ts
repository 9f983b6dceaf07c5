import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeHello, decodeReply, encodeCall, encodeHello } from "../../../../host/handset/protocol.js";

const test = suite("host/handset/protocol");
const NOTHING = new Uint8Array(0);

test("a call is its number, its arguments, and the bytes of the window", () => {
  const call = encodeCall("hf_read", [0x01020304, 5], Uint8Array.of(9, 8));
  assert.equal([...call], [0, 2, 14, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, 5, 0, 0, 0, 9, 8]);
});

test("a time travels as an f64, and a negative argument as its 32 bits", () => {
  const mount = encodeCall("hf_mount", [1, 1_255_392_000_123.5], NOTHING);
  assert.is(new DataView(mount.buffer).getFloat64(4, true), 1_255_392_000_123.5);
  assert.is(mount[3], 1);
  assert.equal([...encodeCall("hf_list_next", [-1, 0, 0], NOTHING).slice(12, 16)], [255, 255, 255, 255]);
  assert.equal([...encodeHello()], [0, 1]);
});

test("a reply is a status, one structure, and the bytes of the window", () => {
  assert.equal(decodeReply(Uint8Array.of(7, 3, 2, 0, 0, 0, 0, 65, 66)), {
    status: 2,
    structure: "none",
    structureBytes: NOTHING,
    windowBytes: Uint8Array.of(65, 66),
  });
  const failed = decodeReply(Uint8Array.of(7, 3, 0xff, 0xff, 0xff, 0xff, 3, ...new Uint8Array(16)));
  assert.equal([failed.status, failed.structure, failed.structureBytes.length, failed.windowBytes.length], [-1, "fault", 16, 0]);
  assert.is(decodeReply(Uint8Array.of(7, 3, 1, 0, 0, 0, 1, ...new Uint8Array(64), 5)).windowBytes.length, 1);
});

test("hello names the part, the memory, and the core it was made of", () => {
  const words = new Uint8Array(Uint32Array.of(1, -35, 524288, 16384, 15000, 0, 131072, 64, 64, 4).buffer);
  assert.equal(decodeHello(Uint8Array.of(0, 1, ...words, ...new TextEncoder().encode("ab".repeat(32)))), {
    abiVersion: 1,
    capacity: -35,
    memoryBytes: 524288,
    stackBytes: 16384,
    stackUnusedBytes: 15000,
    geometry: { kind: "nor", blockBytes: 131072, blockCount: 64, pageBytes: 64, programBytes: 4 },
    coreHash: "ab".repeat(32),
  });
});

test.run();
