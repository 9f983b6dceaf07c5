/*
 * Installs what the lock file names, and only when node_modules does not hold exactly that.
 *
 * Runs before anything is installed, so it uses Node alone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), "..", ".."));
if (!installed()) {
  console.error("holdfast: installing the packages of package-lock.json");
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  const result = spawnSync(command, [...args, "ci", "--no-audit", "--no-fund"], { stdio: ["ignore", 2, 2] });
  process.exitCode = result.status ?? 1;
}

/** npm keeps what it put into node_modules in a lock file of its own there: the two must tell the same. */
function installed() {
  if (!existsSync("node_modules/.package-lock.json")) return false;
  const wanted = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const present = JSON.parse(readFileSync("node_modules/.package-lock.json", "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || (entry.optional && !present[path])) continue; // "" is the project itself; optional ones may be for another platform
    if (present[path]?.version !== entry.version || present[path]?.integrity !== entry.integrity) return false;
    if (!existsSync(join(path, "package.json"))) return false;
  }
  return Object.keys(present).every((path) => wanted[path] !== undefined);
}
