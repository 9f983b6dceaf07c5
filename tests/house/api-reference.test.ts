/*
 * The API reference: made from the docstrings of the package's doors, one for each of its exports, without a warning.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const house = suite("house/api-reference");
const { exports: doors, scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | { types: string }>;
  scripts: { docs: string };
};

house("every door of the package is in the reference", () => {
  const sources = Object.values(doors).flatMap((door) =>
    typeof door === "string" ? [] : [door.types.replace("./build/", "").replace(".d.ts", ".ts")],
  );
  assert.ok(sources.length > 4);
  for (const source of sources) assert.ok(scripts.docs.includes(`--entryPoints ${source}`), source);
});

house("it is made without a warning", () => {
  const [, ...words] = scripts.docs.split(" ");
  const made = spawnSync("npx", ["--no-install", "typedoc", ...words, "--emit", "none"], { encoding: "utf8" });
  assert.is(made.status, 0, made.stdout + made.stderr);
});

house.run();
