/*
 * Twenty battery pulls in the browser, through the page's driver API, against a plain model on this side.
 *
 * What the page says of itself is not believed: after every boot all bytes are fetched and compared here, in Node, and
 * once more after the page was loaded anew.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BootReport, PullReport, Session } from "../../host/emulator/session.js";
import { mix } from "../../host/flash/mix.js";
import { CHROMIUM, leave, REMEDY, type Visit, visit } from "../support/page.js";
import { skip } from "../support/skip.js";

const PULLS = 20;
const RECORDS = 40;

const test = suite("page/pulls");
test.after(leave);

/** In the page. */
declare const holdfast: Session;

/** Record → bytes in hex, as acknowledged; and what was under way when power went. */
interface Model {
  held: Map<string, string>;
  underWay: Map<string, string>;
}

/** What the tab's own writer told: every put that was acknowledged, and the one that was not. */
interface Written {
  acknowledged: [key: string, hex: string][];
  cut: [key: string, hex: string] | undefined;
}

/** Puts one record after the other while the battery is pulled, and says which were acknowledged. */
function writeAndPull(visited: Visit, round: number): Promise<{ pull: PullReport; written: Written }> {
  const operations = 1 + (mix(round, 7) % 40);
  return visited.page.evaluate(
    async ({ round, operations, records }) => {
      const written: { acknowledged: [string, string][]; cut: [string, string] | undefined } = { acknowledged: [], cut: undefined };
      const pulled = holdfast.pullBattery({ seed: round, operations });
      for (let i = 0; ; i++) {
        const id = ((round * 31 + i * 7) % records).toString(16).padStart(16, "0");
        const body = new TextEncoder().encode(`round ${round}, put ${i}: ${"x".repeat((round * 37 + i * 53) % 900)}`);
        const hex = [...body].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        try {
          await holdfast.put("message", body, { id });
          written.acknowledged.push([`message/${id}`, hex]);
        } catch (thrown) {
          // CLOSED: the cut hit the draft, and this put was never begun.
          if ((thrown as Error).name === "PowerCut") written.cut = [`message/${id}`, hex];
          break;
        }
      }
      return { pull: await pulled, written };
    },
    { round, operations, records: RECORDS },
  );
}

/** Everything the store shows, read back byte by byte. */
async function shown(visited: Visit): Promise<Map<string, string>> {
  const rows = await visited.page.evaluate(async () => {
    const found: [string, string][] = [];
    for (const { kind, id } of await holdfast.list()) {
      const record = await holdfast.get(kind, id);
      const body = record?.body ?? new Uint8Array();
      found.push([`${kind}/${id}`, record ? [...body].map((byte) => byte.toString(16).padStart(2, "0")).join("") : "missing"]);
    }
    return found;
  });
  assert.is(new Set(rows.map(([key]) => key)).size, rows.length, "a record listed twice");
  return new Map(rows);
}

/** The battery goes again in the boot after the pull, where that does so many operations. */
function pullWhileBooting({ page }: Visit, round: number): Promise<string> {
  return page.evaluate(
    (operations) =>
      holdfast.boot({ operations }).then(
        () => "boot: none",
        ({ operation, tear }) => `boot: ${operation} ${tear}`,
      ),
    1 + (mix(round, 8) % 6),
  );
}

function learn(model: Model, { pull, written }: { pull: PullReport; written: Written }): void {
  for (const [key, hex] of written.acknowledged) model.held.set(key, hex);
  const { draft } = pull;
  if (draft.body) model.held.set(`${draft.kind}/${draft.id}`, Buffer.from(draft.body).toString("hex"));
  model.underWay = new Map(written.cut ? [written.cut] : []);
  if (draft.underWay) model.underWay.set(`${draft.kind}/${draft.id}`, Buffer.from(draft.underWay).toString("hex"));
  assert.ok(model.underWay.size === 1, `${model.underWay.size} changes under way`);
}

/** Acknowledged: there with these bytes. Under way: as before or as it would be. Nothing else. Then what is there counts as settled. */
function hold(model: Model, found: ReadonlyMap<string, string>, when: string): void {
  for (const [key, hex] of model.held) if (!model.underWay.has(key)) assert.is(found.get(key), hex, `${key} ${when}`);
  for (const [key, hex] of model.underWay) {
    const now = found.get(key);
    assert.ok(now === model.held.get(key) || now === hex, `${key}, under way, is neither before nor after ${when}: ${now}`);
    if (now !== undefined) model.held.set(key, now);
  }
  model.underWay.clear();
  assert.equal([...found.keys()].sort(), [...model.held.keys()].sort(), when);
}

async function twentyPulls(): Promise<void> {
  const visited = await visit();
  const { page, complaints } = visited;
  assert.is((await page.evaluate(() => holdfast.ready())).isNew, true);
  const model: Model = { held: new Map(), underWay: new Map() };
  const tears = new Set<string>();
  for (let round = 1; round <= PULLS; round++) {
    const told = await writeAndPull(visited, round);
    learn(model, told);
    tears.add(`${told.pull.operation} ${told.pull.tear}`);
    if (round % 3 === 0) tears.add(await pullWhileBooting(visited, round));
    const boot: BootReport = await page.evaluate(() => holdfast.boot());
    hold(model, await shown(visited), `after pull ${round} (${told.pull.operation}, ${told.pull.tear})`);
    assert.is(boot.lost, 0, JSON.stringify(boot.violations));
    assert.is(boot.records, model.held.size);
  }
  const before = await page.evaluate(() => holdfast.flashSha256());
  await page.reload();
  const again = await page.evaluate(() => holdfast.ready());
  assert.is(again.flashSha256, before, "the flash that was found after the reload");
  hold(model, await shown(visited), "after the reload");
  assert.ok(tears.size >= 4, `only ${[...tears]}`);
  assert.equal(complaints, []);
  console.log(`${PULLS} pulls (${[...tears].join(", ")}), ${model.held.size} records, 0 lost`);
  await visited.context.close();
}

/** The text of version `version`: whole or recognisably not. */
const versionText = (version: number) => `version ${version}: ${"x".repeat((version * 53) % 700)}`;

/** The browser ends the worker wherever it is. Every record must then show a version not older than the last one acknowledged here. */
async function endedWhileWriting(): Promise<void> {
  const { page, context, complaints } = await visit();
  await page.evaluate(() => holdfast.ready());
  const acknowledged = new Map<string, number>();
  const enough = new Promise<void>((resolve) => {
    void page.exposeFunction("acknowledged", (id: string, version: number) => {
      acknowledged.set(id, version);
      if (version === 60) resolve();
    });
  });
  await page.waitForFunction(() => "acknowledged" in window);
  void page
    .evaluate(async (source) => {
      const text = new Function(`return ${source}`)() as (version: number) => string;
      const tell = (window as unknown as { acknowledged(id: string, version: number): void }).acknowledged;
      for (let version = 1; ; version++) {
        const id = (version % 7).toString(16).padStart(16, "0");
        await holdfast.put("message", text(version), { id });
        tell(id, version);
      }
    }, versionText.toString())
    .catch(() => {}); // the page goes away under it
  await enough;
  await page.reload();
  assert.is((await page.evaluate(() => holdfast.ready())).lost, 0);
  const shownNow = await page.evaluate(async () => {
    const texts: [string, string][] = [];
    for (const { kind, id } of await holdfast.list()) texts.push([id, new TextDecoder().decode((await holdfast.get(kind, id))?.body)]);
    return texts;
  });
  assert.is(shownNow.length, 7);
  for (const [id, text] of shownNow) {
    const version = Number(/^version (\d+):/.exec(text)?.[1]);
    assert.is(text, versionText(version));
    assert.ok(version >= (acknowledged.get(id) ?? 0), `${id} shows version ${version}, ${acknowledged.get(id)} was acknowledged`);
  }
  assert.equal(complaints, []);
  await context.close();
}

if (CHROMIUM === "") skip(test, "twenty pulls and a reload in the browser", "there is no chromium", REMEDY);
else {
  test(
    "20 battery pulls while writing: everything acknowledged is there, what was under way is whole or absent; a reload shows the same",
    twentyPulls,
  );

  test("a page that is loaded anew while it writes loses nothing that was acknowledged", endedWhileWriting);

  test("the page runs the very device.wasm that the build made", async () => {
    const visited = await visit();
    await visited.page.evaluate(() => holdfast.ready());
    const told = await visited.page.evaluate(() => holdfast.wasmSha256());
    assert.is(told, createHash("sha256").update(readFileSync("build/device.wasm")).digest("hex"));
    await visited.context.close();
  });
}

test.run();
