/*
 * `holdfast powercut --driver FILE`: the module is loaded and its driver held to the contract before anything is cut.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { FlashGeometry } from "../flash/index.js";
import { Driver, type MakeFlash } from "../proof/driver.js";
import { driverProblem } from "../proof/driver-check.js";
import { type Failure, usage } from "./exit.js";

const NEXT = "the contract is in host/flash/flash.ts and docs/abi.md; an example is in docs/testing.md";

/** Errors: usage failures: no file, no export, something thrown, a contract broken. */
export async function loadDriver(file: string, asked: FlashGeometry): Promise<Driver> {
  const make = await factoryOf(file);
  let problem: string | undefined;
  try {
    problem = driverProblem(make, asked);
  } catch (error) {
    throw thrown("the driver throws before any cut", error, file);
  }
  if (problem !== undefined) throw usage(`the driver breaks its contract: ${problem}`, file, NEXT);
  return new Driver(make, asked);
}

async function factoryOf(file: string): Promise<MakeFlash> {
  const path = resolve(file);
  if (!existsSync(path))
    throw usage("no such driver", file, "name a JavaScript module (.mjs, or .js beside a package.json of type module)");
  let module: { default?: unknown; makeFlash?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw thrown("the driver cannot be loaded", error, file);
  }
  const make = module.makeFlash ?? module.default;
  if (typeof make === "function") return make as MakeFlash;
  throw usage(
    "the driver exports no factory",
    file,
    "export a function (geometry?) => FlashDevice as default, or under the name makeFlash",
  );
}

function thrown(what: string, error: unknown, file: string): Failure {
  const { name, message } = error instanceof Error ? error : { name: "thrown", message: String(error) };
  return usage(`${what}: ${name}: ${message}`, file, NEXT);
}
