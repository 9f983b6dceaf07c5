/* One agent a device. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { takeDevice } from "../../../../host/agent/device-lock.js";
import type { FlashDevice } from "../../../../host/flash/index.js";

const test = suite("host/agent/device-lock");

test("a device is taken once, until it is given back", () => {
  const device = {} as FlashDevice;
  const release = takeDevice(device);
  assert.throws(
    () => takeDevice(device),
    (error: Error & { code?: string }) => error.code === "LOCKED",
  );
  takeDevice({} as FlashDevice)();
  release();
  takeDevice(device)();
});

test.run();
