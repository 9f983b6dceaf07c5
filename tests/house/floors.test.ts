/*
 * The architecture is readable from `ls`, and the imports keep to it.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { circleAmong, filesUnder, importsOf } from "../support/source-tree.js";

/** Bottom to top. A file may import its own floor or any floor below. "." are the doors. */
const CORE_FLOORS = ["base", "flash", "format", "journal", "store", "collections", "sync", "."];

/** What each room of the host may import beside itself. */
const HOST_ROOMS: Record<string, string[]> = {
  errors: [],
  flash: ["errors"],
  text: ["errors"],
  pack: ["errors"],
  core: ["errors", "flash"],
  agent: ["errors", "flash", "core", "pack"],
  index: ["errors", "flash", "agent"],
  handset: ["errors", "flash", "core", "agent", "pack"],
  radio: ["errors", "flash", "agent"],
  relay: ["errors", "agent", "radio"],
  backup: ["errors", "flash", "agent", "text"],
  salvage: ["errors", "flash", "core", "agent", "pack"],
  paper: ["errors", "agent", "text", "backup"],
  proof: ["errors", "flash", "core", "agent", "index", "text"],
  bench: ["errors", "flash", "core", "agent", "index", "text", "pack"],
  demo: ["errors", "flash", "core", "agent", "index", "text", "radio", "relay", "proof"],
  emulator: ["errors", "flash", "core", "agent", "text", "proof"],
  cli: [
    "errors",
    "flash",
    "core",
    "agent",
    "index",
    "text",
    "backup",
    "salvage",
    "paper",
    "radio",
    "relay",
    "proof",
    "bench",
    "demo",
    "emulator",
  ],
};

const core = filesUnder("assembly").filter((file) => !file.startsWith("assembly/rt/"));
const host = filesUnder("host");
const house = suite("house/floors");

function floorOf(file: string): number {
  const parts = file.split("/");
  return CORE_FLOORS.indexOf(parts.length === 2 ? "." : parts[1]);
}

/** host/flash/nor.ts is in room "flash", host/errors.ts in room "errors". */
function roomOf(file: string): string {
  return file.split("/")[1].replace(/\.ts$/, "");
}

house("every file of the core stands on a floor", () => {
  assert.ok(core.length > 10, `only ${core.length} files in assembly/`);
  for (const file of core) assert.ok(floorOf(file) >= 0, `${file} is on no floor`);
});

house("no file of the core looks upstairs", () => {
  for (const file of core) {
    for (const target of importsOf(file)) {
      if (target === "assembly/panic.ts") continue; // imports nothing; every entry binds abort to it
      assert.ok(floorOf(target) >= 0 && floorOf(target) <= floorOf(file), `${file} imports ${target}, which is upstairs`);
    }
  }
});

house("format/ is pure: it needs base/ and the geometry, never the part", () => {
  for (const file of core.filter((path) => path.startsWith("assembly/format/"))) {
    for (const target of importsOf(file))
      assert.match(target, /^assembly\/(base\/|format\/|flash\/geometry\.ts$)/, `${file} imports ${target}`);
  }
});

house("only flash/device.ts calls the part", () => {
  const callers = core.filter((file) => importsOf(file).includes("assembly/flash/flash.ts"));
  assert.equal(callers, ["assembly/flash/device.ts"]);
});

house("the core is written in no circles", () => {
  assert.is(circleAmong(core, importsOf)?.join(" → "), undefined);
});

house("every room of the host knows only those it may", () => {
  for (const file of host) {
    const room = roomOf(file);
    assert.ok(HOST_ROOMS[room], `host/${room} is not a room of HOST_ROOMS: say what it may import`);
    for (const target of importsOf(file)) {
      assert.ok(target.startsWith("host/"), `${file} imports ${target}: a host does not reach into the core's sources or the tests`);
      assert.ok(roomOf(target) === room || HOST_ROOMS[room].includes(roomOf(target)), `${file} imports ${target}`);
    }
  }
});

house("packing runs in a browser: it asks Node for nothing", () => {
  const rooms = host.filter((file) => roomOf(file) === "pack");
  assert.ok(rooms.length > 3);
  assert.equal(findIn(rooms, /"node:|\b(Buffer|process)\b/), []);
});

house("only doorstep.ts touches the core's memory", () => {
  assert.equal(findIn(host, /memory\.buffer/), ["host/core/doorstep.ts", "host/core/instance.ts"]); // instance.ts asks its size, before growing it
});

house("the host is written in no circles", () => {
  assert.is(circleAmong(host, importsOf)?.join(" → "), undefined);
});

house("a planted upward import is seen", () => {
  const planted = { a: ["b"], b: ["c"], c: ["a"], d: [] } as Record<string, string[]>;
  assert.equal(
    circleAmong(Object.keys(planted), (file) => planted[file]),
    ["a", "b", "c", "a"],
  );
  assert.ok(floorOf("assembly/store/mount.ts") > floorOf("assembly/journal/scan.ts"));
  assert.is(floorOf("assembly/attic/x.ts"), -1);
});

function findIn(files: string[], pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(readFileSync(file, "utf8")));
}

house.run();
