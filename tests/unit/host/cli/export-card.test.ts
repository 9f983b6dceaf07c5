import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CardReport, MANIFEST } from "../../../../host/cli/export-card.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/export-card");
const picture = (n: number) => Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, ...Array.from({ length: 3000 }, (_, i) => (i * n) & 255)]);

function onCard(
  work: (
    fill: (...words: string[]) => Promise<CardReport & { exitCode: number; stderr: string }>,
    path: (name: string) => string,
    put: (n: number) => Promise<void>,
  ) => Promise<void>,
) {
  return inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const put = async (n: number) => {
      writeFileSync(path("p.jpg"), picture(n));
      await holdfast(["put", "photo", path("p.jpg"), "-i", image]);
    };
    const fill = async (...words: string[]) => {
      const ended = await holdfast(["export", "--to", "card", path("card"), ...words, "-i", image, "--json"]);
      return { exitCode: ended.exitCode, stderr: ended.stderr, ...ended.json.card };
    };
    await work(fill, path, put);
  });
}

test("pictures are copied and listed; the card that comes back is checked, and only new ones are written", () =>
  onCard(async (fill, path, put) => {
    for (const n of [3, 5]) await put(n);
    assert.equal((await fill("--dry-run")).written, 2);
    assert.not.ok(existsSync(path("card")));
    assert.is((await fill()).written, 2);
    assert.equal(readdirSync(path("card/DCIM/100HOLDF")).sort(), ["HOLD0001.JPG", "HOLD0002.JPG"]);
    assert.is(spawnSync("sha256sum", ["-c", MANIFEST], { cwd: path("card") }).status, 0);
    await put(7);
    const again = await fill();
    assert.equal([again.written, again.verified, again.mended, again.damaged], [1, 2, 0, []]);
  }));

test("what rotted on the card is written again; what is gone everywhere is named, with exit 21", () =>
  onCard(async (fill, path, put) => {
    await put(3);
    await fill();
    const file = path("card/DCIM/100HOLDF/HOLD0001.JPG");
    const rotten = readFileSync(file);
    rotten[50]! ^= 1;
    writeFileSync(file, rotten);
    assert.equal((await fill()).mended, 1);
    assert.equal(new Uint8Array(readFileSync(file)), picture(3));
    writeFileSync(path(`card/${MANIFEST}`), `${"0".repeat(64)}  DCIM/100HOLDF/HOLD0009.JPG\n`, { flag: "a" });
    const { exitCode, stderr, damaged } = await fill();
    assert.equal([exitCode, damaged], [21, ["DCIM/100HOLDF/HOLD0009.JPG"]]);
    assert.match(stderr, /damaged on the card, and not on the handset: DCIM\/100HOLDF\/HOLD0009\.JPG/);
  }));

test("a card pulled while its manifest was written goes on, and lists every picture once it is good", () =>
  onCard(async (fill, path, put) => {
    for (const n of [3, 5]) await put(n);
    await fill();
    truncateSync(path(`card/${MANIFEST}`), readFileSync(path(`card/${MANIFEST}`)).length - 20);
    const { verified, written } = await fill();
    assert.equal([verified, written], [1, 1]);
    assert.is((await fill()).verified, 2);
    rmSync(path("card/DCIM"), { recursive: true });
    assert.is((await fill()).mended, 2);
  }));

test.run();
