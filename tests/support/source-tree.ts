/*
 * The project's own files, as text, for the tests of the house.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Paths of all files under `folder` that end so, from the top of the project, with forward slashes. */
export function filesUnder(folder: string, ending = ".ts"): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(ending))
    .sort();
}

/** The project's files that `file` imports or re-exports, types included. */
export function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/^\s*(?:import|export)\b[^"';]*?from\s+"(\.[^"]+)"|^\s*import\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm)]
    .map((match) => match[1] ?? match[2] ?? match[3])
    .map((target) => normalize(join(dirname(file), target)).replaceAll("\\", "/"))
    .map((target) =>
      target.endsWith(".js") ? target.replace(/\.js$/, ".ts") : target.endsWith(".ts") || target.endsWith(".mjs") ? target : `${target}.ts`,
    );
}

/** The files that `file` starts as workers. */
export function workersOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/new URL\(.*?"\.\/([\w-]+\.ts)"/g)].map((match) => `${dirname(file)}/${match[1]}`);
}

/** The first circle that imports make among `files`, or undefined. */
export function circleAmong(files: string[], follow: (file: string) => string[]): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of follow(file)) {
      const circle = visit(target, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}
