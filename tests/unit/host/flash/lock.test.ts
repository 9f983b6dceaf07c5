import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FileLock, refuseLocked } from "../../../../host/flash/lock.js";

const test = suite<{ image: string; folder: string }>("host/flash/lock");
const LOCK_URL = new URL("../../../../host/flash/lock.ts", import.meta.url).href;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "holdfast-lock-"));
  context.image = join(context.folder, "image");
});
const started: ChildProcess[] = [];
test.after.each(({ folder }) => {
  // Whatever a failing test left running would keep this process from ending.
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function isLocked(pid: number): (error: unknown) => boolean {
  return (error) => (error as { code?: string }).code === "LOCKED" && (error as Error).message.includes(`${pid}`);
}

/** A process that runs `code` with `FileLock` and the image's path, and prints. */
function start(image: string, code: string): ChildProcess {
  const script = `import { FileLock } from ${JSON.stringify(LOCK_URL)}; const image = ${JSON.stringify(image)}; ${code}`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  started.push(child);
  return child;
}

function firstWord(child: ChildProcess): Promise<string> {
  return new Promise((done) => {
    child.stdout!.once("data", (chunk) => done(`${chunk}`.trim()));
    child.once("exit", () => done("nothing"));
  });
}

function exit(child: ChildProcess): Promise<void> {
  return new Promise((done) => (child.exitCode === null && child.signalCode === null ? child.once("exit", () => done()) : done()));
}

function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

const HOLD = `FileLock.acquire(image); console.log("held"); process.stdin.on("end", () => process.exit(0)).resume();`;

test("one holder at a time, the same process included; release lets the next in", ({ image, folder }) => {
  const lock = FileLock.acquire(image);
  assert.match(readFileSync(`${image}.lock`, "utf8"), new RegExp(`^${process.pid} `));
  assert.throws(() => FileLock.acquire(image), isLocked(process.pid));
  assert.throws(() => refuseLocked(image), isLocked(process.pid));
  lock.release();
  assert.equal(readdirSync(folder), [], "nothing is left behind");
  refuseLocked(image);
  FileLock.acquire(image).release();
});

test("a lock somebody else got meanwhile is not removed by a late release", ({ image }) => {
  const lock = FileLock.acquire(image);
  writeFileSync(`${image}.lock`, "1 - abc\n");
  lock.release();
  assert.ok(existsSync(`${image}.lock`));
});

test("another living process holds it; when it is killed the lock is taken over", async ({ image, folder }) => {
  const child = start(image, HOLD);
  assert.is(await firstWord(child), "held");
  assert.throws(() => FileLock.acquire(image), isLocked(child.pid!));
  assert.throws(() => refuseLocked(image), isLocked(child.pid!));
  child.kill("SIGKILL");
  await exit(child);
  assert.ok(existsSync(`${image}.lock`), "a killed process cannot clean up");
  refuseLocked(image);
  const lock = FileLock.acquire(image);
  assert.match(readFileSync(lock.path, "utf8"), new RegExp(`^${process.pid} `));
  lock.release();
  assert.equal(readdirSync(folder), []);
});

test("a process that exits removes its lock, also when it forgot to", async ({ image, folder }) => {
  const child = start(image, HOLD);
  assert.is(await firstWord(child), "held");
  child.stdin!.end();
  await exit(child);
  assert.equal(readdirSync(folder), []);
});

test("of many that find a dead owner at once exactly one takes over", async ({ image, folder }) => {
  writeFileSync(`${image}.lock`, `${deadPid()} - abc\n`);
  const children = Array.from({ length: 4 }, () =>
    start(
      image,
      `console.log("ready"); process.stdin.once("data", () => {
         try { FileLock.acquire(image); console.log("held") } catch (error) { console.log(error.code) }
       }).on("end", () => process.exit(0));`,
    ),
  );
  await Promise.all(children.map(firstWord));
  const words = children.map(firstWord);
  for (const child of children) child.stdin!.write("go\n");
  assert.equal((await Promise.all(words)).sort(), ["LOCKED", "LOCKED", "LOCKED", "held"]);
  for (const child of children) child.stdin!.end();
  await Promise.all(children.map(exit));
  assert.equal(readdirSync(folder), []);
});

test("a takeover that was itself killed half-way is taken over too", ({ image, folder }) => {
  const content = `${deadPid()} - abc\n`;
  for (const ending of [".lock", ".lock.takeover", ".lock.takeover.takeover"]) writeFileSync(`${image}${ending}`, content);
  FileLock.acquire(image).release();
  assert.equal(readdirSync(folder), []);
});

test("a takeover under way by a living process is respected", ({ image }) => {
  writeFileSync(`${image}.lock`, `${deadPid()} - abc\n`);
  writeFileSync(`${image}.lock.takeover`, `${process.ppid} - abc\n`);
  assert.throws(() => FileLock.acquire(image), isLocked(process.ppid));
});

if (existsSync("/proc/self/stat")) {
  test("a pid that now belongs to another process is no owner", ({ image }) => {
    writeFileSync(`${image}.lock`, `${process.ppid} an-earlier-boot/77 abc\n`);
    refuseLocked(image);
    FileLock.acquire(image).release();
  });
}

test("a lock nobody can read is respected while it is fresh, not for ever", ({ image }) => {
  writeFileSync(`${image}.lock`, "");
  assert.throws(() => FileLock.acquire(image), /another process/);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(`${image}.lock`, longAgo, longAgo);
  FileLock.acquire(image).release();
});

test.run();
