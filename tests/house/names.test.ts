/*
 * Names and manners of files.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filesUnder, importsOf, workersOf } from "../support/source-tree.js";

const sources = ["assembly", "host", "tests"]
  .flatMap((folder) => filesUnder(folder))
  .filter((file) => !/^tests\/(fixtures|corpora)\//.test(file));
const house = suite("house/names");

house("files are nouns in kebab-case, and none is called after nothing", () => {
  for (const file of sources) {
    const name = basename(file).replace(/(\.test|\.d)?\.ts$/, "");
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/, file);
    assert.not.match(name, /^(utils?|helpers?|managers?|common|misc|stuff|lib)$/, file);
  }
});

house("every source file opens by saying what it is", () => {
  const silent = sources.filter(
    (file) => !/^tests\/|^assembly\/rt\/index/.test(file) && !/^(#!.*\n)?\/[/*]/.test(readFileSync(file, "utf8")),
  );
  assert.equal(silent, []);
});

house("every suite that is made is run", () => {
  for (const file of sources.filter((path) => path.endsWith(".test.ts"))) {
    const source = readFileSync(file, "utf8");
    const suites = [...source.matchAll(/const (\w+)(?::[^=]+)? = suite(?:<[^(]*>)?\(/g)].map((match) => match[1]);
    assert.ok(suites.length > 0 || file.startsWith("tests/conformance/"), `${file} makes no suite`); // conformance: one function makes them all
    for (const name of suites) assert.ok(source.includes(`${name}.run()`), `${file} never runs ${name}`);
  }
});

house("no file of the core or the host is unreferenced", () => {
  const doors = [
    "assembly/index.ts",
    "assembly/probe.ts",
    "assembly/dev.ts",
    "host/index.ts",
    "host/flash/index.ts",
    "host/relay/index.ts",
    "host/cli/main.ts",
    "host/emulator/main.ts",
    "host/emulator/worker-main.ts",
  ];
  const proof = [...filesUnder("tests/harness"), ...filesUnder("tests/conformance")]; // a unit test alone keeps nothing alive
  const reached = new Set(["assembly/rt/index.ts", "assembly/rt/no-heap.ts"]);
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const target of [...importsOf(file), ...workersOf(file)]) visit(target);
  };
  [...doors, ...proof].forEach(visit);
  const files = [...filesUnder("assembly"), ...filesUnder("host")].filter((file) => !file.endsWith(".d.ts"));
  assert.equal(
    files.filter((file) => !reached.has(file)),
    [],
  );
});

house("the top level is the one that was agreed", () => {
  const agreed =
    /^(assembly|host|tests|docs|build|node_modules|\..*|asconfig\.json|biome\.json|package(-lock)?\.json|tsconfig\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/;
  const others = readdirSync(".").filter((name) => !agreed.test(name) && !/\.flash(\.lock)?$/.test(name));
  assert.equal(others, []);
});

house.run();
