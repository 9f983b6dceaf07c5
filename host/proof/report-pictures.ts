/*
 * The pictures of a report page, each an SVG inside the page with a table that says the same.
 */
import type { CampaignReport } from "./campaign-report.js";
import { LATENCY_EDGES_MS, type Latency } from "./evidence.js";
import { PHASE_LETTERS, PHASES } from "./phase.js";

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --soft: #595959; --line: #c8c8c8; --mark: #1f5fa8; --good: #1b6e3c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #161616; --soft: #b0b0b0; --line: #474747; --mark: #7db4f0; --good: #6fcf97; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
section.good { border-left: .3rem solid var(--good); padding-left: 1rem; } section.bad { border-left: .3rem solid var(--bad); padding-left: 1rem; }
.wide { overflow-x: auto; } .wide:focus-visible, summary:focus-visible { outline: 2px solid var(--mark); }
table { border-collapse: collapse; font-size: .9rem; } caption { text-align: left; color: var(--soft); padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; width: 100%; min-width: 36rem; height: auto; } svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
.mark { fill: var(--mark); } .violated { fill: var(--bad); } .axis { stroke: var(--line); }
figure { margin: 1rem 0; } figcaption { color: var(--soft); } code { overflow-wrap: anywhere; font-size: .85rem; }
`;

const WIDTH = 720;
const LEFT = 110;
const ROW = 18;
const BAR_HEIGHT = 120;
/** Columns of the cut-point map. */
const COLUMNS = 100;

export function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
}

/** Cells that are numbers stand right. The first cell of a row is its heading. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows
    .map(([first = "", ...cells]) => `<tr><th scope="row">${escaped(first)}</th>${cells.map(cellOf).join("")}</tr>`)
    .join("");
  const rowsOf = `<thead><tr>${head}</tr></thead><tbody>${body}</tbody>`;
  return scrolled(caption, `<table><caption>${escaped(caption)}</caption>${rowsOf}</table>`);
}

/** What can be scrolled sideways can be reached by keyboard, and so has a name. */
function scrolled(name: string, inner: string): string {
  return `<div class="wide" tabindex="0" role="group" aria-label="${escaped(name)}">${inner}</div>`;
}

function cellOf(text: string): string {
  return `<td${/^[\d. ]+( ms| %)?$/.test(text) ? ' class="number"' : ""}>${escaped(text)}</td>`;
}

function figure(caption: string, says: string, height: number, drawing: string, told: string): string {
  const svg = `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(says)}">${drawing}</svg>`;
  return `<figure><figcaption>${escaped(caption)}</figcaption>${scrolled(`Picture: ${says}`, svg)}<details><summary>The same as a table</summary>${told}</details></figure>`;
}

interface Row {
  cut: number;
  violated: number;
  readonly cells: { cut: number; violated: number }[];
}

/** Where cuts fell: a row for each phase, from left to right the operations of the scripts; darker = more of them cut. */
export function cutPointMap(report: CampaignReport): string {
  const { rows, operations } = countCuts(report);
  const shown = PHASES.map((phase, index) => ({ phase, row: rows[index]! })).filter(({ row }) => row.cut > 0);
  if (shown.length === 0) return "";
  const most = Math.max(...shown.flatMap(({ row }) => row.cells.map(({ cut }) => cut)));
  const step = (WIDTH - LEFT) / COLUMNS;
  const drawing = shown.map(({ phase, row }, y) => {
    const squares = row.cells.map(({ cut, violated }, x) => {
      if (cut === 0) return "";
      const look = violated > 0 ? 'class="violated"' : `class="mark" opacity="${(0.25 + (0.75 * cut) / most).toFixed(2)}"`;
      return `<rect x="${(LEFT + x * step).toFixed(1)}" y="${y * ROW + 2}" width="${(step - 0.5).toFixed(1)}" height="${ROW - 4}" ${look}/>`;
    });
    return `<text x="0" y="${y * ROW + 13}">${phase}</text>${squares.join("")}`;
  });
  const ends = `<text x="${LEFT}" y="${shown.length * ROW + 14}">operation 0</text><text x="${WIDTH}" y="${shown.length * ROW + 14}" text-anchor="end">${operations - 1}</text>`;
  const total = shown.reduce((sum, { row }) => sum + row.cut, 0);
  const told = shown.map(({ phase, row }) => [phase, String(row.cut), `${((100 * row.cut) / total).toFixed(1)} %`, String(row.violated)]);
  const says = `Cut operations by phase: ${shown.map(({ phase, row }) => `${phase} ${row.cut}`).join(", ")}`;
  return figure(
    "Where the cuts fell: phase by operation of the scripts; red where one was not survived",
    says,
    shown.length * ROW + 20,
    drawing.join("") + ends,
    table("Operations cut", ["Phase", "Operations cut", "Share", "With a violation"], told),
  );
}

function countCuts(report: CampaignReport): { rows: Row[]; operations: number } {
  const maps = report.scripts.flatMap((script) => script.maps);
  const operations = Math.max(1, ...maps.map(({ phases }) => phases.length));
  const rows: Row[] = PHASES.map(() => ({
    cut: 0,
    violated: 0,
    cells: Array.from({ length: COLUMNS }, () => ({ cut: 0, violated: 0 })),
  }));
  for (const { phases, verdicts } of maps) {
    for (let op = 0; op < phases.length; op++) {
      const row = rows[PHASE_LETTERS.indexOf(phases[op]!)];
      if (row === undefined) continue;
      const cell = row.cells[Math.floor((op * COLUMNS) / operations)]!;
      const violated = verdicts[op] === "x" ? 1 : 0;
      for (const count of [row, cell]) {
        count.cut++;
        count.violated += violated;
      }
    }
  }
  return { rows, operations };
}

export function wearHistogram({ wear }: CampaignReport): string {
  const counts = Array.from(wear, (blocks) => blocks ?? 0);
  if (counts.every((blocks) => blocks === 0)) return "";
  const told = counts.map((blocks, erases) => [String(erases), String(blocks)]).filter(([, blocks]) => blocks !== "0");
  return figure(
    "Wear: blocks by how often the scripts erased them",
    `Blocks by erases: ${told.map(([erases, blocks]) => `${blocks} erased ${erases} times`).join(", ")}`,
    BAR_HEIGHT + 20,
    bars(counts),
    table("Blocks by erases", ["Erases", "Blocks"], told),
  );
}

export function latencies(report: CampaignReport): string {
  const calls = Object.entries(report.latencies).filter(([, { counts }]) => counts.some((count) => count > 0));
  if (calls.length === 0) return "";
  const names = [...LATENCY_EDGES_MS.map((edge) => `${edge}`), "more"];
  const first = Math.min(...calls.map(([, { counts }]) => counts.findIndex((count) => count > 0)));
  const last = Math.max(...calls.map(([, { counts }]) => counts.findLastIndex((count) => count > 0)));
  const step = (WIDTH - LEFT) / (last - first + 1);
  const drawing = calls.map(([call, { counts }], y) => {
    const most = Math.max(...counts);
    const squares = counts.slice(first, last + 1).map((count, x) => {
      const height = count === 0 ? 0 : Math.max(1, (count / most) * (ROW - 4));
      return `<rect class="mark" x="${(LEFT + x * step).toFixed(1)}" y="${(y * ROW + ROW - 2 - height).toFixed(1)}" width="${(step - 1).toFixed(1)}" height="${height.toFixed(1)}"/>`;
    });
    return `<text x="0" y="${y * ROW + 13}">${escaped(call)}</text>${squares.join("")}`;
  });
  const height = calls.length * ROW;
  const ends = `<text x="${LEFT}" y="${height + 14}">up to ${names[first]} ms</text><text x="${WIDTH}" y="${height + 14}" text-anchor="end">${names[last]} ms</text>`;
  const rows = calls.map(([call, latency]) => latencyRow(call, latency));
  return figure(
    "Latency: calls by how long they take, by the time model of the part; four bars to a factor of ten",
    `Longest call of each kind: ${rows.map(([call, , , , longest]) => `${call} ${longest}`).join(", ")}`,
    height + 20,
    drawing.join("") + ends,
    table("Latency by call", ["Call", "Calls", "Half take up to", "99 % take up to", "Longest"], rows),
  );
}

function latencyRow(call: string, { counts, maxMs }: Latency): string[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const upTo = (share: number) => {
    let sum = 0;
    const bucket = counts.findIndex((count) => {
      sum += count;
      return sum >= share * total;
    });
    return `${Math.min(LATENCY_EDGES_MS[bucket] ?? maxMs, maxMs).toPrecision(3)} ms`;
  };
  return [call, String(total), upTo(0.5), upTo(0.99), `${maxMs.toPrecision(3)} ms`];
}

/** Bars from a common ground, its index below each that has room for it. */
function bars(counts: readonly number[]): string {
  const most = Math.max(...counts);
  const step = WIDTH / counts.length;
  const every = Math.ceil(28 / step);
  const drawn = counts.map((count, x) => {
    const height = count === 0 ? 0 : Math.max(1, (count / most) * (BAR_HEIGHT - 4));
    const bar = `<rect class="mark" x="${(x * step).toFixed(1)}" y="${(BAR_HEIGHT - height).toFixed(1)}" width="${Math.max(0.5, step - 1).toFixed(1)}" height="${height.toFixed(1)}"/>`;
    return x % every === 0
      ? `${bar}<text x="${((x + 0.5) * step).toFixed(1)}" y="${BAR_HEIGHT + 14}" text-anchor="middle">${x}</text>`
      : bar;
  });
  return `<line class="axis" x1="0" x2="${WIDTH}" y1="${BAR_HEIGHT}" y2="${BAR_HEIGHT}"/>${drawn.join("")}`;
}
