/* A relay that listens, and a handset over a real socket. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { LinkDown, openSocket } from "../../../../host/radio/socket.js";
import { Silence, syncOver } from "../../../../host/radio/sync.js";
import { openSqliteStore, serveRelay } from "../../../../host/relay/index.js";
import { AirHandset } from "../../../support/air.js";

const test = suite("host/relay/service");

test("two handsets over sockets have the same in the end, long bodies too", async () => {
  const store = await openSqliteStore();
  const service = await serveRelay(store);
  const [a, b] = [await new AirHandset("a", 1).make(), await new AirHandset("b", 2).make()];
  for (let step = 0; step < 50; step++) await a.change(step, 30);
  a.agent.put("photo", new Uint8Array(40_000).fill(7), { id: "00000000000000aa" });
  const first = await syncOver(a.agent, await openSocket(service.url));
  assert.is(first.phase, "equal");
  const second = await syncOver(b.agent, await openSocket(service.url), { joinCode: first.joinCode });
  assert.equal([second.phase, second.digest], ["equal", first.digest]);
  assert.equal(b.values(), a.values());
  assert.is(b.agent.get("photo", "00000000000000aa")?.body.length, 40_000);
  await service.close();
});

test("only this computer can reach it", async () => {
  const service = await serveRelay(await openSqliteStore());
  assert.match(service.url, /^ws:\/\/127\.0\.0\.1:\d+$/);
  const told = await fetch(service.url.replace("ws:", "http:"));
  assert.is(told.status, 426);
  assert.match(await told.text(), /holdfast sync/);
  await service.close();
});

test("noise, text and giants end their own connection and harm nobody", async () => {
  const store = await openSqliteStore();
  const service = await serveRelay(store);
  const send = (data: string | Uint8Array) =>
    new Promise<void>((done) => {
      const socket = new WebSocket(service.url);
      socket.on("error", () => {});
      socket.on("open", () => {
        socket.send(data);
        setTimeout(() => socket.close(), 20);
      });
      socket.on("close", () => done());
    });
  await send("hello");
  await send(new Uint8Array(1000).fill(0x41));
  await send(new Uint8Array(600_000));
  const a = await new AirHandset("a", 1).make();
  a.agent.put("note", "x");
  assert.is((await syncOver(a.agent, await openSocket(service.url))).phase, "equal");
  await service.close();
});

test("nobody there, a relay that goes, and one that is silent: each its own failure", async () => {
  const a = await new AirHandset("a", 1).make();
  await openSocket("ws://127.0.0.1:9").then(
    () => assert.unreachable(),
    (error) => assert.ok(error instanceof LinkDown && /nobody answers/.test(error.message)),
  );
  const down = {
    send: () => queueMicrotask(() => down.onDown("gone")),
    onMessage: () => {},
    onDown: (_reason: string) => {},
    close: () => {},
  };
  await syncOver(a.agent, down).then(
    () => assert.unreachable(),
    (error) => assert.ok(error instanceof LinkDown),
  );
  const silent = { send: () => {}, onMessage: () => {}, onDown: () => {}, close: () => {} };
  await syncOver(a.agent, silent, { silenceMs: 5 }).then(
    () => assert.unreachable(),
    (error) => assert.ok(error instanceof Silence),
  );
});

test.run();
