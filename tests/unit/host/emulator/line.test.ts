import { suite } from "uvu";
import * as assert from "uvu/assert";
import { answerOn, Line } from "../../../../host/emulator/line.js";
import { HoldfastError } from "../../../../host/errors.js";
import { PowerCut } from "../../../../host/flash/index.js";
import { wire } from "../../../support/wire.js";

const test = suite("host/emulator/line");

class Answering {
  readonly heard: number[] = [];
  async slowly(number: number): Promise<number> {
    await new Promise((resume) => setTimeout(resume, 5 - number));
    this.heard.push(number);
    return number;
  }
  bytes(body: Uint8Array): bigint {
    return BigInt(body.length);
  }
  refuse(): never {
    throw new HoldfastError("FULL", "there is no room for Zoe", "remove somebody");
  }
  cut(): never {
    throw new PowerCut(4, "erase", "erase-b", 7, 0);
  }
  trap(): never {
    throw new RangeError("unreachable");
  }
  shout(): never {
    throw "not an error";
  }
}

function connected(answering: Answering | Promise<Answering> = new Answering()): Line<Answering> {
  const [here, there] = wire();
  answerOn(there, answering);
  return new Line<Answering>(here);
}

async function thrownBy(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error("nothing was thrown"),
    (thrown) => thrown,
  );
}

test("questions are answered one at a time, in the order they were asked", async () => {
  const answering = new Answering();
  const line = connected(answering);
  assert.equal(await Promise.all([1, 2, 3].map((number) => line.ask("slowly", number))), [1, 2, 3]);
  assert.equal(answering.heard, [1, 2, 3]);
});

test("bytes and big numbers travel", async () => {
  assert.is(await connected().ask("bytes", new Uint8Array(5)), 5n);
});

test("an error of Holdfast keeps code, message and hint", async () => {
  const thrown = await thrownBy(connected().ask("refuse"));
  assert.instance(thrown, HoldfastError);
  const { code, message, hint } = thrown as HoldfastError;
  assert.equal([code, message, hint], ["FULL", "there is no room for Zoe", "remove somebody"]);
});

test("a power cut keeps all it says", async () => {
  const thrown = await thrownBy(connected().ask("cut"));
  assert.instance(thrown, PowerCut);
  const { op, operation, tear, block, offset } = thrown as PowerCut;
  assert.equal([op, operation, tear, block, offset], [4, "erase", "erase-b", 7, 0]);
});

test("anything else keeps name and message", async () => {
  const thrown = await thrownBy(connected().ask("trap"));
  assert.equal([thrown.name, thrown.message], ["RangeError", "unreachable"]);
  assert.is((await thrownBy(connected().ask("shout"))).message, "not an error");
});

test("whoever is asked too early is waited for; if it never comes, every question says why", async () => {
  const late = new Promise<Answering>((resolve) => setTimeout(() => resolve(new Answering()), 5));
  assert.is(await connected(late).ask("slowly", 1), 1);
  const never = connected(Promise.reject(new Error("device.wasm was not served: 404")));
  assert.match((await thrownBy(never.ask("slowly", 1))).message, "device.wasm was not served");
  assert.match((await thrownBy(never.ask("slowly", 2))).message, "device.wasm was not served");
});

test("when the line ends, what waits and what comes after is rejected", async () => {
  const [here] = wire();
  const line = new Line<Answering>(here);
  const waiting = line.ask("slowly", 1);
  line.end(new Error("the worker ended"));
  assert.match((await thrownBy(waiting)).message, "the worker ended");
  assert.match((await thrownBy(line.ask("slowly", 2))).message, "the worker ended");
});

test.run();
