import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFrame, FrameReader } from "../../../../host/handset/frame.js";
import { PowerLost, SerialLine } from "../../../../host/handset/line.js";
import { MESSAGES } from "../../../../host/handset/protocol.js";

const test = suite("host/handset/line");
const CALL = () => Uint8Array.of(0, MESSAGES.CALL, 18);

/** A line whose other end answers each frame as `answer` says; undefined: a damaged frame. */
function lineTo(answer: (message: Uint8Array | undefined) => Uint8Array | undefined, limitMs?: number) {
  const heard: (Uint8Array | undefined)[] = [];
  const reader = new FrameReader((message) => {
    heard.push(message);
    const reply = answer(message);
    if (reply !== undefined) queueMicrotask(() => line.receive(reply));
  });
  const line: SerialLine = new SerialLine((bytes) => reader.take(bytes), { limitMs, repeatMs: 5, lastWords: () => "last words" });
  return { line, heard };
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it was answered"),
    (thrown) => thrown,
  );
}

const echo = (message: Uint8Array | undefined) => encodeFrame(Uint8Array.of(message![0]!, MESSAGES.REPLY));

test("requests are asked one at a time, each with a number of its own, never 0", async () => {
  const { line, heard } = lineTo(echo);
  const answers = await Promise.all(Array.from({ length: 600 }, () => line.ask(CALL())));
  assert.equal(
    answers.map((answer) => answer[0]),
    Array.from({ length: 600 }, (_, i) => (i % 255) + 1),
  );
  assert.is(heard.length, 600);
});

test("the greeting is the hello that nobody asked for; later it means that the phone started anew", async () => {
  const { line } = lineTo(echo);
  const greeting = line.greeting();
  line.receive(encodeFrame(Uint8Array.of(0, MESSAGES.HELLO, 42)));
  assert.is((await greeting)[2], 42);
  const bent = lineTo((message) => encodeFrame(Uint8Array.of(message![0]!, MESSAGES.HELLO, 43))).line;
  const asked = bent.greeting();
  await Promise.resolve();
  bent.receive(Uint8Array.of(0xc0, 1, 2, 3, 0xc0));
  assert.is((await asked)[2], 43, "a greeting that was damaged is asked for");
  const late = lineTo(() => encodeFrame(Uint8Array.of(0, MESSAGES.HELLO))).line;
  await Promise.resolve();
  assert.match((await failure(late.ask(CALL()))).message, /started anew/);
});

test("a frame damaged on its way, there or back, is asked again under the same number", async () => {
  let turn = 0;
  const { line, heard } = lineTo((message) => {
    turn++;
    if (turn === 1) return encodeFrame(Uint8Array.of(0, MESSAGES.DAMAGED));
    const reply = echo(message);
    if (turn === 2) reply[1]! ^= 4;
    return reply;
  });
  assert.is((await line.ask(CALL()))[0], 1);
  assert.equal(
    heard.map((message) => message?.[0]),
    [1, 1, 1],
  );
  assert.is((await line.ask(CALL()))[0], 2, "and the next one goes through");
});

test("a question that got lost is put again, under the same number", async () => {
  let turn = 0;
  const { line, heard } = lineTo((message) => (++turn < 3 ? undefined : echo(message)));
  assert.is((await line.ask(CALL()))[0], 1);
  assert.equal(
    heard.map((message) => message?.[0]),
    [1, 1, 1],
  );
});

test("a line that damages everything is given up", async () => {
  const { line } = lineTo(() => encodeFrame(Uint8Array.of(0, MESSAGES.DAMAGED)));
  assert.match((await failure(line.ask(CALL()))).message, /damaged 8 frames in a row; last words/);
});

test("the second answer to what was asked twice is passed over", async () => {
  const { line } = lineTo(echo);
  const first = await line.ask(CALL());
  line.receive(encodeFrame(first));
  assert.is((await line.ask(CALL()))[0], 2);
});

test("silence and a dead line fail everything that waits and all that comes", async () => {
  const silent = lineTo(() => undefined, 20).line;
  const both = [failure(silent.ask(CALL())), failure(silent.ask(CALL()))];
  for (const thrown of await Promise.all(both)) {
    assert.instance(thrown, PowerLost);
    assert.match(thrown.message, /did not answer within 0.02 s; last words/);
  }
  const cut = lineTo(() => undefined).line;
  const waiting = failure(cut.ask(CALL()));
  await Promise.resolve();
  cut.fail("the battery is out");
  assert.match((await waiting).message, /the battery is out; last words/);
  assert.match((await failure(cut.ask(CALL()))).message, /the battery is out/);
});

test.run();
