/*
 * The numbers to reach (docs/design.md §6) that need no outer parity, sealing or sync, each with its floor (reference/storage.md §6).
 *
 * A bar is judged at seed-given figures; one whose configuration was not run is not listed.
 */
import type { ConfigurationFigures } from "./measure.js";
import type { SpaceFigures, WearFigures } from "./space.js";
import type { TextFigures } from "./text-load.js";

export interface Bar {
  bar: string;
  unit: string;
  toReach: number;
  /** More is better: the bar is a least, not a most. */
  atLeast: boolean;
  measured: number;
  ok: boolean;
  /** As near as any store of this class can come. */
  floor: number;
  /** Measured over floor, or floor over measured where more is better: 1 is the floor itself. */
  distance: number;
  bestPeer: string;
}

export interface Measured {
  configurations: readonly ConfigurationFigures[];
  space: readonly SpaceFigures[];
  wear?: WearFigures;
  /** Cards and events of the corpora, packed. */
  text?: TextFigures;
  /** Records that fit an index in 384 KiB of linear memory. */
  recordsIn384KiB: number;
  wasmBytes: number;
}

const KIB = 1024;
const OPERATIONS_A4 = 40_000;

/** Judges everything that was measured; the bars of `retention` "0" and "default" alike, the worse one counts. */
export function barsOf(measured: Measured): Bar[] {
  const raw = { ...measured, configurations: measured.configurations.filter(({ packed }) => !packed) };
  return [...configurationBars(raw), ...packedBars(measured), ...spaceBars(measured), ...sizeBars(measured)];
}

function packedBars({ configurations, text }: Measured): Bar[] {
  const bars = configurations
    .filter(({ name, packed }) => name === "A4" && packed)
    .map(({ churnWriteAmplification }) => {
      const rest = { unit: "", toReach: 1.95, atLeast: false, floor: 1, bestPeer: "1.69 raw, then stuck" };
      return judged({ bar: "A4 packed, churn write amplification", measured: churnWriteAmplification, ...rest });
    });
  if (text !== undefined) {
    const rest = { unit: "", toReach: 0.85, atLeast: false, floor: text.packedShare, bestPeer: "1.10 FlashDB, pim-1" };
    bars.push(judged({ bar: "bytes programmed per byte of text, packed, one batch a file", measured: text.programmedPerByte, ...rest }));
  }
  return bars;
}

function configurationBars({ configurations }: Measured): Bar[] {
  const bars: Bar[] = [];
  const worst = (name: string, figure: (figures: ConfigurationFigures) => number, sign = 1): number | undefined => {
    const values = configurations.filter((one) => one.name === name).map((one) => sign * figure(one));
    return values.length === 0 ? undefined : sign * Math.max(...values);
  };
  const most = (bar: string, unit: string, toReach: number, floor: number, bestPeer: string, value: number | undefined) => {
    if (value !== undefined) bars.push(judged({ bar, unit, toReach, floor, bestPeer, atLeast: false, measured: value }));
  };
  most(
    "A100 churn write amplification",
    "",
    1.45,
    1.12,
    "1.18 FlashDB",
    worst("A100", (one) => one.churnWriteAmplification),
  );
  most(
    "A4 churn write amplification",
    "",
    2.4,
    1.5,
    "1.69, then stuck",
    worst("A4", (one) => one.churnWriteAmplification),
  );
  const completed = worst("A4", (one) => one.operationsDone, -1);
  if (completed !== undefined) {
    const rest = { toReach: OPERATIONS_A4, floor: OPERATIONS_A4, bestPeer: "16 838 FlashDB", atLeast: true };
    bars.push(judged({ bar: "A4 operations completed", unit: "", measured: completed, ...rest }));
  }
  most(
    "A50 durable write p50",
    "ms",
    1.45,
    0.7,
    "5.6 FlashDB",
    worst("A50", (one) => one.write.whole.p50),
  );
  most(
    "A50 durable write p99",
    "ms",
    5,
    2.8,
    "48.6 SPIFFS",
    worst("A50", (one) => one.write.whole.p99),
  );
  most(
    "A50 durable write max",
    "ms",
    60,
    12,
    "231 littlefs",
    worst("A50", (one) => one.write.whole.max),
  );
  most(
    "A4 durable write max",
    "ms",
    60,
    57,
    "1004 FlashDB",
    worst("A4", (one) => one.write.whole.max),
  );
  most(
    "B durable write max beyond the erase",
    "ms",
    24,
    20,
    "357 FlashDB",
    worst("B", (one) => one.write.beyondErase.max),
  );
  most(
    "B4 durable write max beyond the erase",
    "ms",
    35,
    20,
    "2069 FlashDB",
    worst("B4", (one) => one.write.beyondErase.max),
  );
  most(
    "A50 bytes read per get",
    "B",
    260,
    184,
    "627 littlefs log",
    worst("A50", (one) => one.readBytesPerGet),
  );
  most(
    "A50 get p99",
    "ms",
    0.15,
    0.11,
    "0.13 littlefs log",
    worst("A50", (one) => one.get.p99),
  );
  most(
    "A100 mount after a clean close",
    "ms",
    8,
    5,
    "3.8 SPIFFS",
    worst("A100", (one) => one.mountClean.ms),
  );
  most(
    "A100 mount, worst of 20 cuts",
    "ms",
    120,
    21,
    "125 littlefs log",
    worst("A100", (one) => one.mountAfterCut.ms),
  );
  return bars;
}

function spaceBars({ space, wear }: Measured): Bar[] {
  const bars = space
    .filter(({ judgedByBar }) => judgedByBar)
    .map(({ source, packed, payloadShare }) =>
      judged({
        bar: `usable flash at first FULL, ${source}${packed ? ", packed" : ""}`,
        unit: "%",
        toReach: packed ? 115 : 72,
        atLeast: true,
        measured: Math.round(payloadShare * 1000) / 10,
        floor: packed ? 180 : 90,
        bestPeer: "83 FlashDB",
      }),
    );
  if (wear !== undefined) {
    const rest = { unit: "", toReach: 1.3, floor: 1, bestPeer: "1.15 SPIFFS", atLeast: false };
    bars.push(judged({ bar: `wear max / mean after ${wear.partFulls} part-fulls`, measured: wear.maxOverMean, ...rest }));
  }
  return bars;
}

function sizeBars({ configurations, recordsIn384KiB, wasmBytes }: Measured): Bar[] {
  const bars: Bar[] = [];
  if (configurations.length > 0) {
    const fixedBytes = Math.max(...configurations.map(({ ram }) => ram.fixedBytes));
    const perRecord = Math.max(...configurations.map(({ ram }) => ram.bytesPerRecord));
    bars.push(
      judged({
        bar: "RAM, fixed part",
        unit: "B",
        toReach: 48 * KIB,
        atLeast: false,
        measured: fixedBytes,
        floor: 2000,
        bestPeer: "2000 littlefs",
      }),
    );
    bars.push(
      judged({ bar: "RAM per record", unit: "B", toReach: 12, atLeast: false, measured: perRecord, floor: 4, bestPeer: "18 FlashDB" }),
    );
  }
  const most = { atLeast: false, unit: "B", bestPeer: "15 400 littlefs (Thumb)" };
  bars.push(
    judged({
      bar: "records in 384 KiB of memory",
      unit: "",
      toReach: 20_000,
      atLeast: true,
      measured: recordsIn384KiB,
      floor: 96_000,
      bestPeer: "-",
    }),
    judged({ bar: "device.wasm, store and sync", toReach: 80 * KIB, measured: wasmBytes, floor: 15_400, ...most }),
  );
  return bars;
}

function judged(bar: Omit<Bar, "ok" | "distance">): Bar {
  const ok = bar.atLeast ? bar.measured >= bar.toReach : bar.measured <= bar.toReach;
  const ratio = bar.atLeast ? bar.floor / bar.measured : bar.measured / bar.floor;
  return { ...bar, ok, distance: Math.round(ratio * 100) / 100 };
}
