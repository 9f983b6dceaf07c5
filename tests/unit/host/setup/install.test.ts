/* Installing only when node_modules does not hold what the lock file names. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("host/setup/install");
const folder = mkdtempSync(join(tmpdir(), "holdfast-install-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const WANTED = {
  "": { name: "project" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
};

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
}

/** Lays the project out as `present` says, runs the script with a false npm, and returns what that npm was asked. */
function install(present: Record<string, object> | undefined): { asked: string; status: number | null } {
  rmSync(folder, { recursive: true, force: true });
  write("package-lock.json", { packages: WANTED });
  write(
    "npm.mjs",
    `import { writeFileSync } from "node:fs"; writeFileSync("asked", process.argv.slice(2).join(" ")); process.exitCode = 3;`,
  );
  mkdirSync(join(folder, "host/setup"), { recursive: true });
  copyFileSync("host/setup/install.mjs", join(folder, "host/setup/install.mjs"));
  if (present !== undefined) {
    write("node_modules/.package-lock.json", { packages: present });
    for (const path of Object.keys(present)) write(`${path}/package.json`, {});
  }
  const { status } = spawnSync(process.execPath, [join(folder, "host/setup/install.mjs")], {
    env: { ...process.env, npm_execpath: join(folder, "npm.mjs") },
  });
  return { asked: existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8") : "", status };
}

test("a folder that holds what the lock file names is left alone, without the packages of other platforms", () => {
  assert.equal(install({ "node_modules/a": WANTED["node_modules/a"] }), { asked: "", status: 0 });
});

test("nothing installed, another version, another content, something too many: npm ci, and its exit code", () => {
  const asked = { asked: "ci --no-audit --no-fund", status: 3 };
  assert.equal(install(undefined), asked);
  assert.equal(install({}), asked);
  assert.equal(install({ "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }), asked);
  assert.equal(install({ "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } }), asked);
  assert.equal(install({ "node_modules/a": WANTED["node_modules/a"], "node_modules/b": { version: "1.0.0" } }), asked);
});

test.run();
