/*
 * What tests of the emulated phone need: its firmware, built, and images for its chip. And whether this machine can at all.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { presets } from "../../../host/flash/index.js";
import { hasCommand } from "../skip.js";

export const SX1 = presets["sx1-nor-8m"];
export const REMEDY = "apt-get install -y qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi wabt";

/** The compiler's C library and wabt's header are packages of their own. */
const NEWLIB = "/usr/lib/arm-none-eabi/newlib/libc.a";
const WASM_RT_HEADER = "/usr/include/wasm-rt.h";

/** What a phone needs and this machine has not got; "" when it has all. */
export function missing(): string {
  const commands = ["qemu-system-arm", "arm-none-eabi-gcc", "wasm2c"].filter((command) => !hasCommand(command));
  const files = [NEWLIB, WASM_RT_HEADER].filter((file) => !existsSync(file));
  const all = [...commands, ...files];
  return all.length === 0 ? "" : `${all.join(", ")} ${all.length === 1 ? "is" : "are"} absent`;
}

const built = new Map<string, string>();

/** Builds a firmware, or finds it built. `fault` is a driver of this folder to lay over the board's. Returns the first NOR chip. */
export function firmware(fault?: "lazy" | "trapping" | "examined"): string {
  const name = fault === undefined ? "sx1" : `sx1-${fault}`;
  const known = built.get(name);
  if (known !== undefined) return known;
  const over = fault === undefined ? [] : ["--over", `tests/support/handset/${fault}-part.c`];
  const build = spawnSync(process.execPath, ["host/handset/build.mjs", "--name", name, ...over], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the firmware ${name} was not built:\n${build.stdout}${build.stderr}`);
  built.set(name, `build/handset/${name}.nor0`);
  return firmware(fault);
}

const folder = mkdtempSync(join(tmpdir(), "holdfast-handset-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let images = 0;

/** A file for the second NOR chip: with these bytes, or blank. */
export function chip(bytes: Uint8Array = new Uint8Array(SX1.blockBytes * SX1.blockCount).fill(0xff)): string {
  const path = join(folder, `sx1-${++images}.flash`);
  writeFileSync(path, bytes);
  return path;
}
