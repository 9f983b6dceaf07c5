/*
 * The page: starts the worker, wires the buttons, says what happened, and offers `window.holdfast` to scripts.
 *
 * One thing is done at a time. While it is, the buttons stay where the keyboard left them and do nothing.
 */
import { HoldfastError } from "../errors.js";
import { sameBytes } from "../text/bytes.js";
import { FlashMapView } from "./flash-map.js";
import type { Handset } from "./handset.js";
import { Line } from "./line.js";
import { numberIn, part } from "./page-parts.js";
import { RecordList } from "./record-list.js";
import { SAMPLE_NAME, sampleCards } from "./sample.js";
import { type BootReport, type News, type PullReport, Session } from "./session.js";
import * as words from "./words.js";

declare global {
  interface Window {
    /** The driver: everything the page can do, as promises. */
    holdfast: Session;
  }
}

const PULLS = 20;
const LOG_LINES = 100;
/** Scripts may change hundreds of records a second; the page follows at this pace. */
const FOLLOW_MS = 250;

const worker = new Worker("worker.js", { type: "module" });
const line = new Line<Handset>(worker);
worker.addEventListener("error", (event) => line.end(new Error(`the worker ended: ${event.message || "it could not be loaded"}`)));
const session = new Session(line);
window.holdfast = session;

const list = new RecordList(
  { list: part("records"), count: part("record-count"), empty: part("empty"), find: part("find") },
  {
    get: (kind, id) => session.get(kind, id),
    remove: (kind, id) =>
      act("Removing.", async () => {
        const { lsn } = await session.remove(kind, id);
        say(`Removed ${kind} ${id}: acknowledged with LSN ${lsn}.`);
      }),
  },
);
const map = new FlashMapView(
  {
    canvas: part("flash-map"),
    legend: part("legend"),
    fill: part("fill"),
    blocks: part("blocks"),
    lines: part("block-lines"),
    heading: part("block-heading"),
    chooser: part("block"),
  },
  (block) => session.blockLines(block),
);
let cutBlock: number | undefined;
let busy = false;
let following = false;
/** A pull by a script, until the boot after it. */
let pulled: PullReport | undefined;
session.onNews = (news) => busy || follow(news);

onClick("pull", () => act("Pulling the battery.", pullOnce));
onClick("pull-20", () => act("Pulling the battery again and again.", pullOften));
onClick("sample", () => act("Importing.", () => importOne(SAMPLE_NAME, sampleCards())));
onClick("choose", () => part("files").click());
part("files").addEventListener("change", () => importFiles(part<HTMLInputElement>("files").files));
onClick("restart", () => act("Switching off and on.", async () => tellBoot("Switched off and on.", await session.boot())));
onClick("verify", () => act("Reading everything back.", async () => say(words.verifiedSentence(await session.verify()))));
onClick("format", () => part<HTMLDialogElement>("format-dialog").showModal());
part("format-dialog").addEventListener("close", format);
onClick("retry", () => act("Trying again.", open));
onDrop(importFiles);
addEventListener("pagehide", leave);
// A page that comes back out of the browser's cache has lost its worker, and with it the agent.
addEventListener("pageshow", (event) => event.persisted && location.reload());
void act("Starting.", open);

async function open(): Promise<void> {
  part("retry").hidden = true;
  const reloaded = session.recall();
  try {
    const boot = await session.retry();
    say(words.openedSentence(boot, reloaded), "");
    losses(boot);
    part("core").textContent = `device.wasm, SHA-256 ${(await session.wasmSha256()).slice(0, 12)}…`;
    const { geometry } = await session.flashMap();
    part("part").textContent = `serial NOR, ${geometry.blockCount} blocks of ${geometry.blockBytes / 1024} KiB`;
  } catch (thrown) {
    part("retry").hidden = false;
    throw thrown;
  }
}

/** Pulls as the fields say, boots, and says both. */
async function pullOnce(): Promise<void> {
  const { pull, boot, detail } = await pullAndBoot();
  tellBoot(words.pulledSentence(pull), boot, detail);
}

async function pullOften(): Promise<void> {
  let lost = 0;
  for (let done = 1; done <= PULLS; done++) {
    const { pull, boot, detail } = await pullAndBoot();
    lost += boot.lost;
    tellBoot(`${words.pulledSentence(pull)} ${done} of ${PULLS}.`, boot, detail);
    await refresh();
  }
  const { records } = await session.stat();
  say(`${PULLS} battery pulls, ${PULLS} boots: ${words.plural(records, "record")}, ${lost} lost.`, "");
}

async function pullAndBoot(): Promise<{ pull: PullReport; boot: BootReport; detail: string }> {
  const [seed, operations] = [numberIn("seed"), numberIn("operation")];
  const pull = await session.pullBattery({ ...(seed === undefined ? {} : { seed }), ...(operations === undefined ? {} : { operations }) });
  cutBlock = pull.block;
  power();
  if (part<HTMLInputElement>("nested").checked) await session.boot({ operations: 1 + (pull.op % 4) }).catch(ignoreCut);
  const boot = await session.boot();
  const there = await session.get(pull.draft.kind, pull.draft.id);
  const whole = pull.draft.underWay !== undefined && there !== undefined && sameBytes(there.body, pull.draft.underWay);
  return { pull, boot, detail: words.cutDetail(pull, whole) };
}

/** The battery went again during the boot, as asked; the boot after it is the one that counts. */
function ignoreCut(thrown: unknown): void {
  if ((thrown as Error).name !== "PowerCut") throw thrown;
}

function importFiles(files: FileList | null): void {
  const chosen = [...(files ?? [])];
  if (chosen.length === 0) return;
  void act("Importing.", async () => {
    for (const file of chosen) await importOne(file.name, new Uint8Array(await file.arrayBuffer()));
    part<HTMLInputElement>("files").value = "";
  });
}

async function importOne(name: string, text: string | Uint8Array): Promise<void> {
  const report = await session.importText(name, text);
  say(words.importedSentence(name, report), "");
}

function format(): void {
  if (part<HTMLDialogElement>("format-dialog").returnValue !== "erase") return;
  void act("Erasing and labelling every block.", async () => {
    await session.format({ force: true });
    cutBlock = undefined;
    say("Formatted: every block erased, 0 records.", "");
  });
}

/** The browser ends the worker in whatever it is doing: to the flash that is one more battery pull. */
function leave(): void {
  session.remember();
  worker.terminate();
}

function tellBoot(before: string, boot: BootReport, detail = ""): void {
  say(`${before} ${words.bootedSentence(boot)}`, detail);
  losses(boot);
}

/** Says and shows what a script did through `window.holdfast`. What the buttons do they say themselves. */
function follow(news: News): void {
  if ("pull" in news) {
    pulled = news.pull;
    cutBlock = news.pull.block;
    say(`${words.pulledSentence(news.pull)} It is out.`, "");
  } else if ("boot" in news) {
    tellBoot(pulled === undefined ? "Switched on." : words.pulledSentence(pulled), news.boot);
    pulled = undefined;
  } else if ("imported" in news) say(words.importedSentence(news.name, news.imported), "");
  power();
  if (following) return;
  following = true;
  setTimeout(async () => {
    following = false;
    if (!busy) await refresh().catch(() => {}); // the script may have pulled the battery again
  }, FOLLOW_MS);
}

function losses({ violations }: BootReport): void {
  part("losses").replaceChildren(
    ...violations.map(({ key, text }) => Object.assign(document.createElement("li"), { textContent: `${key}: ${text}` })),
  );
}

/** In the status line, which is read out, and in the log. */
function say(sentence: string, detail?: string): void {
  part("status").textContent = sentence;
  if (detail !== undefined) part("detail").textContent = detail;
  const entry = document.createElement("li");
  entry.append(`${sentence}${detail ? ` ${detail}` : ""}`);
  part("log").prepend(entry);
  while (part("log").children.length > LOG_LINES) part("log").lastElementChild?.remove();
}

/** Does one thing and shows what became of it. */
async function act(beginning: string, work: () => Promise<void>): Promise<void> {
  if (busy) return;
  setBusy(true);
  part("status").textContent = beginning;
  try {
    await work();
  } catch (thrown) {
    say(words.failureSentence(thrown), "");
    document.body.dataset.failed = thrown instanceof HoldfastError ? thrown.code : "other";
  } finally {
    await refresh().catch(() => {}); // what is shown then is what was there before
    setBusy(false);
  }
}

async function refresh(): Promise<void> {
  power();
  if (session.power !== "on") return;
  delete document.body.dataset.failed;
  const records = await session.list();
  document.body.dataset.empty = String(records.length === 0);
  list.show(records);
  await map.show(await session.flashMap(), cutBlock);
}

function power(): void {
  document.body.dataset.power = session.power;
  part("battery").textContent = session.power === "on" ? "Battery in" : session.power === "out" ? "Battery out" : "Starting";
}

function setBusy(now: boolean): void {
  busy = now;
  document.querySelector("main")?.setAttribute("aria-busy", String(now));
  for (const button of document.querySelectorAll(".actions button")) button.setAttribute("aria-disabled", String(now));
}

function onClick(name: string, work: () => void): void {
  part(name).addEventListener("click", () => {
    if (!busy) work();
  });
}

function onDrop(take: (files: FileList | null) => void): void {
  const cover = document.querySelector<HTMLElement>(".drop");
  const show = (over: boolean): void => {
    if (cover) cover.hidden = !over;
  };
  addEventListener("dragover", (event) => {
    event.preventDefault();
    show(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && show(false));
  addEventListener("drop", (event) => {
    event.preventDefault();
    show(false);
    take(event.dataTransfer?.files ?? null);
  });
}
