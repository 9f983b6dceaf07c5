/*
 * The benchmark: pim-1 on every configuration, space, wear and sizes, judged against the numbers to reach.
 *
 *   const report = await bench({ seed: 1 }, (line) => console.error(line));
 *   for (const line of reportLines(report)) console.log(line);
 *
 * Modelled figures depend on the seed alone; only host operations per second are of this machine.
 */
import { wasmBytes } from "../core/wasm-file.js";
import { presets, RamFlash } from "../flash/index.js";
import { type AmplificationFigures, amplification } from "./amplification.js";
import { CONFIGURATION_NAMES, CONFIGURATIONS, type Configuration } from "./configurations.js";
import { CORPORA_FOLDER, corporaTexts } from "./corpora.js";
import { type Doors, holdfastDoors, type Retention, type StoreSetup } from "./doors.js";
import { type ConfigurationFigures, measure } from "./measure.js";
import { goldenProblems } from "./pim1.js";
import { completed, type Report } from "./report.js";
import { fill, pimTexts, repeated, type SpaceFigures, type StoredText, wear } from "./space.js";
import { loadTexts } from "./text-load.js";

export { CONFIGURATION_NAMES } from "./configurations.js";
export { type Report, reportJson, reportLines } from "./report.js";

export interface BenchOptions {
  /** Names of configurations; without it all are run, and space and wear too. */
  configurations?: readonly string[];
  seed?: number;
  retentions?: readonly Retention[];
  /** Ends each churn early; for tests. */
  operations?: number;
  /** Where the corpora lie. */
  corpora?: string;
  doors?: Doors;
}

/** The configuration that has a bar for packed bodies. */
const PACKED_TOO = "A4";
const PART_FULLS = 10;
const AMPLIFICATION_OPERATIONS = 30_000;
const SMALL_MEMORY_BYTES = 384 * 1024;

/**
 * Runs the benchmark; `out` hears what is being done, line by line. Cost: about two minutes for everything.
 * Errors: RangeError for an unknown configuration; an Error when the workload differs from its golden values or a read is wrong.
 */
export async function bench(options: BenchOptions = {}, out: (line: string) => void = () => {}): Promise<Report> {
  const problems = goldenProblems();
  if (problems.length > 0) throw new Error(problems.join("; "));
  const { seed = 1, doors = holdfastDoors } = options;
  const chosen = chosenConfigurations(options.configurations);
  const everything = options.configurations === undefined;
  const setup: StoreSetup = { seed, retention: "default" };

  const configurations = await runAll(chosen, options, seed, doors, out);
  const skipped: string[] = [];
  const texts = everything ? ((await corporaTexts(options.corpora)) ?? []) : [];
  const report = {
    seed,
    configurations,
    recordsIn384KiB: await capacityIn(SMALL_MEMORY_BYTES, setup, doors),
    wasmBytes: wasmBytes("device").length,
    space: everything ? await space(texts, setup, doors, out) : [],
    skipped,
  };
  if (!everything) return completed(report);
  if (texts.length === 0) skipped.push(`usable flash and programming with real texts: ${options.corpora ?? CORPORA_FOLDER} is absent`);
  else out("cards and events of the corpora, packed");
  const text = texts.length === 0 ? undefined : await loadTexts(texts, presets["spi-nor-8m"], { ...setup, pack: true }, doors);
  out(`wear, ${PART_FULLS} part-fulls`);
  const worn = await wear(PART_FULLS, presets["spi-nor-8m"], setup, doors);
  const parity8 = await atEightParityBytes(options, seed, doors, out);
  return completed({
    ...report,
    wear: worn,
    ...(text && { text }),
    parity8,
    amplification: await whenNearlyFull(options, setup, doors, out),
  });
}

async function whenNearlyFull(
  { operations = AMPLIFICATION_OPERATIONS }: BenchOptions,
  setup: StoreSetup,
  doors: Doors,
  out: (line: string) => void,
): Promise<AmplificationFigures[]> {
  const [{ geometry }] = chosenConfigurations(["A4"]);
  const figures: AmplificationFigures[] = [];
  for (const outerParity of [0, 8, 4] as const) {
    out(`write amplification at 80 % of what fits, outer parity ${outerParity}`);
    figures.push(await amplification(outerParity, geometry, operations, setup, doors));
  }
  return figures;
}

function chosenConfigurations(names: readonly string[] = CONFIGURATION_NAMES): Configuration[] {
  return names.map((name) => {
    const found = CONFIGURATIONS.find((one) => one.name === name.toUpperCase());
    if (found === undefined) throw new RangeError(`no configuration ${name}; there are ${CONFIGURATION_NAMES.join(", ")}`);
    return found;
  });
}

async function runAll(
  chosen: readonly Configuration[],
  { retentions = ["0", "default"], operations }: BenchOptions,
  seed: number,
  doors: Doors,
  out: (line: string) => void,
): Promise<ConfigurationFigures[]> {
  const all: ConfigurationFigures[] = [];
  for (const configuration of chosen) {
    for (const retention of retentions) {
      out(`${configuration.name}, ${configuration.says}, retention ${retention}`);
      all.push(await measure(configuration, { seed, retention, operations }, doors));
    }
    if (configuration.name === PACKED_TOO) {
      out(`${configuration.name}, packed`);
      all.push(await measure(configuration, { seed, retention: "default", operations, pack: true }, doors));
    }
  }
  return all;
}

async function atEightParityBytes(
  options: BenchOptions,
  seed: number,
  doors: Doors,
  out: (line: string) => void,
): Promise<Report["parity8"]> {
  out("A100 at 8 parity bytes");
  const [configuration] = chosenConfigurations(["A100"]);
  const settings = { seed, retention: "default" as const, parityBytes: 8 as const, operations: options.operations, cuts: 0 };
  const { loadWriteAmplification, churnWriteAmplification } = await measure(configuration, settings, doors);
  return { loadWriteAmplification, churnWriteAmplification };
}

async function space(texts: readonly StoredText[], setup: StoreSetup, doors: Doors, out: (line: string) => void): Promise<SpaceFigures[]> {
  const geometry = presets["spi-nor-8m"];
  out("space, pim-1 small records");
  const figures = [await fill({ source: "pim-1 small records", judgedByBar: false }, pimTexts(setup.seed), geometry, setup, doors)];
  for (const pack of texts.length === 0 ? [] : [false, true]) {
    out(`space, ${texts.length} cards and events of the corpora, repeated${pack ? ", packed" : ""}`);
    const real = { source: "cards and events of the corpora", judgedByBar: true };
    figures.push(await fill(real, repeated(texts), geometry, { ...setup, pack }, doors));
  }
  return figures;
}

/** Records an index holds when the core gets `memoryBytes` in all. */
async function capacityIn(memoryBytes: number, setup: StoreSetup, doors: Doors): Promise<number> {
  const flash = new RamFlash(presets["spi-nor-8m"]);
  await doors.format(flash, setup);
  const agent = await doors.open(flash, { ...setup, memoryBytes });
  const { capacity } = agent.stat().ram;
  agent.close();
  return capacity;
}
