/* Where one frame ends and the next begins. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { framesOf } from "../../../../host/radio/framing.js";
import { encodeFrame } from "../../../../host/relay/frame.js";

const test = suite("host/radio/framing");
const frames = [10, 0, 4064].map((length, type) => encodeFrame({ type, payload: new Uint8Array(length) }));

test("a message of several frames comes apart as it was put together", () => {
  assert.equal([...framesOf(new Uint8Array(Buffer.concat(frames)))], frames);
  assert.equal([...framesOf(new Uint8Array(0))], []);
});

test("what follows a broken length is not looked at, and nothing is read beyond the end", () => {
  const message = new Uint8Array(Buffer.concat(frames));
  message[frames[0].length] = 3;
  message[frames[0].length + 1] = 0;
  assert.equal([...framesOf(message)], [frames[0]]);
  for (let length = 0; length < frames[0].length; length++) assert.equal([...framesOf(frames[0].subarray(0, length))], []);
});

test.run();
