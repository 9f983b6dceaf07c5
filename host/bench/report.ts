/*
 * The report of a benchmark: as an object for --json, and as lines for people, ours beside the peers'.
 */
import type { AmplificationFigures } from "./amplification.js";
import { type Bar, barsOf, type Measured } from "./bars.js";
import type { ConfigurationFigures } from "./measure.js";
import { PEER_SPACE, PEERS, type PeerRow } from "./peers.js";
import type { SpaceFigures } from "./space.js";
import type { TextFigures } from "./text-load.js";

export interface Report extends Measured {
  seed: number;
  /** A100 with 8 parity bytes a codeword instead of 16. */
  parity8?: { loadWriteAmplification: number; churnWriteAmplification: number };
  amplification?: AmplificationFigures[];
  bars: Bar[];
  /** Names of the bars that were missed. */
  missed: string[];
  /** What could not be measured, and why. */
  skipped: string[];
}

export function completed(measured: Omit<Report, "bars" | "missed">): Report {
  const bars = barsOf(measured);
  return { ...measured, bars, missed: bars.filter(({ ok }) => !ok).map(({ bar }) => bar) };
}

/** The report without what depends on the machine: the same seed gives the same object. */
export function reportJson(report: Report): Record<string, unknown> {
  const configurations = report.configurations.map(({ hostOperationsPerSecond, ...figures }) => figures);
  return { ...report, configurations };
}

const COLUMNS = [
  "store",
  "util",
  "WA load",
  "WA churn",
  "erases",
  "per block max/mean/sd",
  "durable write ms p50/p99/max",
  "beyond the erase p50/p99/max",
  "with photos p50/p99/max",
  "mount ms (read)",
  "worst of cuts",
  "1st write ms",
  "B/get",
  "get ms p50/p99",
  "enumerate ms",
  "RAM kB",
  "host ops/s",
];

export function reportLines(report: Report): string[] {
  const names = [...new Set(report.configurations.map(({ name }) => name))];
  const lines = names.flatMap((name) => configurationLines(name, report));
  if (report.space.length > 0) lines.push(...spaceLines(report.space));
  if (report.text !== undefined) lines.push(textLine(report.text), "");
  if (report.wear !== undefined) {
    const { partFulls, operations, max, mean, sd } = report.wear;
    lines.push(`Wear after ${partFulls} part-fulls (${operations} operations): max ${max}, mean ${mean}, sd ${sd}`, "");
  }
  if (report.parity8 !== undefined) {
    const { loadWriteAmplification, churnWriteAmplification } = report.parity8;
    lines.push(`A100 at 8 parity bytes: WA load ${loadWriteAmplification}, churn ${churnWriteAmplification}`, "");
  }
  if (report.amplification !== undefined) lines.push(...report.amplification.map(amplificationLine), "");
  lines.push(...barLines(report.bars));
  lines.push(...report.skipped.map((why) => `not measured: ${why}`));
  lines.push(`seed ${report.seed}; times are modelled from counted operations; ${verdict(report)}`);
  return lines;
}

/** Bars of the proof (docs/testing.md), not of pim-1. */
const AMPLIFICATION_MOST = { 0: 2.5, 4: 3.6, 8: 3.6 };
function amplificationLine({ outerParity, payloadShare, operations, writeAmplification }: AmplificationFigures): string {
  const most = AMPLIFICATION_MOST[outerParity];
  const what = `Outer parity ${outerParity}: WA ${fixed(writeAmplification, 2)} over ${operations} operations at 80 % of the payload accepted at FULL`;
  return `${what} (${fixed(payloadShare * 100, 1)} % of the flash); at most ${most}: ${writeAmplification <= most ? "ok" : "MISSED"}`;
}

function verdict({ bars, missed }: Report): string {
  return missed.length === 0 ? `all ${bars.length} bars reached` : `${missed.length} of ${bars.length} bars missed: ${missed.join(", ")}`;
}

function configurationLines(name: string, { configurations }: Report): string[] {
  const ours = configurations.filter((figures) => figures.name === name);
  const theirs = PEERS[name] ?? [];
  const [first] = ours;
  return [`${name}, ${first.operationsDone} operations`, ...table([COLUMNS, ...ours.map(ownCells), ...theirs.map(peerCells)]), ""];
}

function ownCells(figures: ConfigurationFigures): string[] {
  const { write, writeAll, wear, mountClean, mountAfterCut, ram, stopped } = figures;
  return [
    `Holdfast, ${figures.packed ? "packed, " : ""}retention ${figures.retention}${stopped === undefined ? "" : ` (${stopped})`}`,
    String(figures.utilisation),
    fixed(figures.loadWriteAmplification, 2),
    fixed(figures.churnWriteAmplification, 2),
    String(figures.erases),
    joined([wear.max, wear.mean, wear.sd], 2),
    joined([write.whole.p50, write.whole.p99, write.whole.max], 2),
    joined([write.beyondErase.p50, write.beyondErase.p99, write.beyondErase.max], 2),
    joined([writeAll.whole.p50, writeAll.whole.p99, writeAll.whole.max], 2),
    `${fixed(mountClean.ms, 1)} (${kilobytes(mountClean.readBytes)} KB)`,
    `${fixed(mountAfterCut.ms, 1)} (${kilobytes(mountAfterCut.readBytes)} KB)`,
    fixed(figures.firstWriteMs, 1),
    fixed(figures.readBytesPerGet, 0),
    joined([figures.get.p50, figures.get.p99], 3),
    fixed(figures.enumerateMs, 0),
    `${kilobytes(ram.fixedBytes)} + ${fixed(ram.bytesPerRecord, 1)} B/record`,
    String(figures.hostOperationsPerSecond),
  ];
}

function peerCells(row: PeerRow): string[] {
  const { peer, stopped, wear, writeMs, mount, getMs } = row;
  const number = (value: number | undefined, digits: number) => (value === undefined ? "-" : fixed(value, digits));
  return [
    stopped === undefined ? peer : `${peer} (${stopped})`,
    number(row.utilisation, 3),
    number(row.loadWriteAmplification, 2),
    number(row.churnWriteAmplification, 2),
    number(row.erases, 0),
    wear ? joined([wear.max, wear.mean, wear.sd], 2) : "-",
    writeMs ? joined([writeMs.p50, writeMs.p99, writeMs.max], 2) : "-",
    "-",
    "-",
    mount ? `${fixed(mount.ms, 1)} (${mount.readKB} KB)` : "-",
    "-",
    number(row.firstWriteMs, 1),
    number(row.readBytesPerGet, 0),
    getMs ? joined([getMs.p50, getMs.p99], 3) : "-",
    number(row.enumerateMs, 0),
    number(row.ramKB, 1),
    number(row.hostOperationsPerSecond, 0),
  ];
}

function spaceLines(space: readonly SpaceFigures[]): string[] {
  const ours = space.map((one) => [
    `Holdfast, ${one.source}${one.packed ? ", packed" : ""}`,
    `${fixed(one.payloadShare * 100, 1)} %`,
    `${one.updatesWhenFull} / ${one.removalsWhenFull}`,
    `${one.records} of ${one.meanBodyBytes} B`,
  ]);
  const theirs = PEER_SPACE.map(({ peer, payloadShare, whenFull }) => [peer, `${fixed(payloadShare * 100, 1)} %`, whenFull, "-"]);
  return ["Space", ...table([["store", "payload at first FULL", "then updates / removals of 50", "records"], ...ours, ...theirs]), ""];
}

function textLine({ records, batches, textBytes, packedShare, programmedPerByte, withMeta }: TextFigures): string {
  return (
    `${records} cards and events of the corpora, ${textBytes} bytes, in ${batches} batches: packed to ${packedShare} of their length, ` +
    `${programmedPerByte} bytes programmed a byte; ${withMeta} with the meta an import gives them`
  );
}

function barLines(bars: readonly Bar[]): string[] {
  const rows = bars.map((bar) => [
    bar.bar,
    `${bar.atLeast ? ">=" : "<="} ${bar.toReach} ${bar.unit}`.trim(),
    `${bar.measured} ${bar.unit}`.trim(),
    bar.ok ? "ok" : "MISSED",
    `${bar.floor} x ${fixed(bar.distance, 2)}`,
    bar.bestPeer,
  ]);
  return ["Bars", ...table([["bar", "to reach", "measured", "ok", "floor x distance", "best peer"], ...rows]), ""];
}

/** Rows as a Markdown table, columns lined up. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(rows[0]), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.slice(1).map(line)];
}

function joined(values: readonly number[], digits: number): string {
  return values.map((value) => fixed(value, digits)).join(" / ");
}
function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}
function kilobytes(bytes: number): string {
  return fixed(bytes / 1000, bytes < 10_000 ? 1 : 0);
}
