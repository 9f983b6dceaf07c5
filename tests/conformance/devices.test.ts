/*
 * The conformance suite on every device of the package, at every preset: small parts with the preset's rules,
 * and each preset once at its full size.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultFlash, FileFlash, type FlashGeometry, NandFlash, NorFlash, presets, RamFlash, TraceFlash } from "../../host/flash/index.js";
import { formatFlash, openAgent } from "../../host/index.js";
import { presetNames, scaled } from "../../host/proof/geometries.js";
import { conformance } from "./suite.js";

const folder = mkdtempSync(join(tmpdir(), "holdfast-conformance-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const doors = { format: formatFlash, open: openAgent };

for (const preset of presetNames) {
  const small = scaled(preset, 24);
  conformance({ ...doors, name: `${physicsName(small)} ${preset}, 24 blocks`, make: () => physics(small), fillable: true });
  conformance({ ...doors, name: `RamFlash ${preset}, 24 blocks`, make: () => new RamFlash(small), fillable: true });
  conformance({
    ...doors,
    name: `${physicsName(small)} ${preset}, full size`,
    make: () => physics(presets[preset]),
    longestBytes: 300_000,
  });
}

const spi = scaled("spi-nor-8m", 32);
conformance({ ...doors, name: "FileFlash spi-nor-8m, 32 blocks", make: () => FileFlash.create(nextPath(), spi), fillable: true });
conformance({
  ...doors,
  name: "FileFlash slc-nand-64m, 16 blocks",
  make: () => FileFlash.create(nextPath(), scaled("slc-nand-64m", 16)),
  fillable: true,
});
conformance({
  ...doors,
  name: "TraceFlash over FaultFlash over NorFlash",
  make: () => new TraceFlash(new FaultFlash(new NorFlash(spi))),
  fillable: true,
});

function physics(geometry: FlashGeometry): NorFlash | NandFlash {
  return geometry.kind === "nand" ? new NandFlash(geometry) : new NorFlash(geometry);
}

function physicsName(geometry: FlashGeometry): string {
  return geometry.kind === "nand" ? "NandFlash" : "NorFlash";
}

function nextPath(): string {
  return join(folder, `${files++}.flash`);
}
