import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GEOMETRY, hexDigest } from "../../../../host/emulator/handset.js";
import type { HoldfastError } from "../../../../host/errors.js";
import { geometryProblem, PowerCut } from "../../../../host/flash/index.js";
import { PrivateFile } from "../../../support/access-handle.js";
import { openPage, reload } from "./opened-page.js";

const test = suite("host/emulator/handset");

async function thrownBy(work: () => unknown): Promise<Error & { code?: string }> {
  try {
    await work();
  } catch (thrown) {
    return thrown as HoldfastError;
  }
  return new Error("nothing was thrown");
}

test("its part is one that is served", () => {
  assert.is(geometryProblem(GEOMETRY), undefined);
});

test("a blank part is formatted, once; what is found at power on is told before anything ran", async () => {
  const first = openPage();
  const booted = await first.handset.boot();
  assert.is(booted.isNew, true);
  assert.is(booted.flashSha256, await hexDigest(new Uint8Array(GEOMETRY.blockBytes * GEOMETRY.blockCount).fill(0xff)));
  first.handset.put("note", "kept");
  const left = await hexDigest(first.file.flushed);
  const again = await reload(first).handset.boot();
  assert.is(again.isNew, false);
  assert.is(again.flashSha256, left);
  assert.is(again.stat.records, 1);
});

test("a clean switch off and on does no operation on the part", async () => {
  const { handset } = openPage();
  await handset.boot();
  handset.put("note", "kept");
  assert.is((await handset.boot()).operations, 0);
  assert.is(handset.list("note").length, 1);
});

test("after a pull every verb answers CLOSED, and what can be looked at are the cells", async () => {
  const { handset } = openPage();
  await handset.boot();
  const { id } = handset.put("note", "kept");
  handset.arm({ op: 0, tear: "bits" });
  assert.instance(await thrownBy(() => handset.put("note", "cut")), PowerCut);
  for (const verb of [
    () => handset.put("note", "no"),
    () => handset.get("note", id),
    () => handset.list(),
    () => handset.stat(),
    () => handset.close(),
  ])
    assert.is((await thrownBy(verb)).code, "CLOSED");
  assert.is((await thrownBy(() => handset.arm({ op: 0, tear: "any" }))).code, "CLOSED");
  assert.is(handset.flashMap().blocks.length, 256);
  assert.is((await handset.flashSha256()).length, 64);
  await handset.boot();
  assert.is(new TextDecoder().decode(handset.get("note", id)?.body), "kept");
});

test("the battery can go again while it boots; a cut that the boot is too short for is forgotten", async () => {
  const { handset } = openPage();
  await handset.boot();
  const { id } = handset.put("note", "kept");
  handset.arm({ op: 0, tear: "bits" });
  await thrownBy(() => handset.put("note", "cut"));
  assert.instance(await thrownBy(() => handset.boot({ op: 1, tear: "any" })), PowerCut);
  assert.is((await thrownBy(() => handset.get("note", id))).code, "CLOSED");
  await handset.boot({ op: 1000, tear: "any" });
  for (let i = 0; i < 1100; i++) handset.put("note", "goes on", { id });
  assert.is(new TextDecoder().decode(handset.get("note", id)?.body), "goes on");
});

test("a second worker on the same flash is told LOCKED", async () => {
  const first = openPage();
  await first.handset.boot();
  assert.is((await thrownBy(() => openPage(first.file).handset.boot())).code, "LOCKED");
});

test("format needs force over a live store, and makes a file that is none of its own anew", async () => {
  const { handset } = openPage();
  await handset.boot();
  handset.put("note", "gone after this");
  assert.is((await thrownBy(() => handset.format(false))).code, "BUSY");
  assert.is((await handset.format(true)).stat.records, 0);

  const stranger = new PrivateFile();
  stranger.written = new Uint8Array(1000);
  const other = openPage(stranger);
  assert.is((await thrownBy(() => other.handset.boot())).code, "TRUNCATED");
  assert.is((await thrownBy(() => other.handset.format(false))).code, "TRUNCATED");
  assert.is((await other.handset.format(true)).stat.records, 0);
  assert.is(stranger.written.length, 1000);
});

test("it says which device.wasm it was given, and nothing before it was booted", async () => {
  const { handset } = openPage();
  assert.is(handset.wasmSha256(), "abc");
  assert.is((await thrownBy(() => handset.flashMap())).code, "CLOSED");
  assert.is((await thrownBy(() => handset.stat())).code, "CLOSED");
});

test.run();
