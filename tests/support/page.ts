/*
 * The emulator's page in a headless Chromium, served as `holdfast emulate` serves it.
 */
import { spawnSync } from "node:child_process";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type PageServer, servePage } from "../../host/emulator/server.js";

export const CHROMIUM =
  spawnSync("sh", ["-c", "command -v chromium || command -v chromium-browser"], { encoding: "utf8" }).stdout?.trim() ?? "";
export const REMEDY = "apt-get install -y chromium";

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"];

export interface Visit {
  page: Page;
  context: BrowserContext;
  url: string;
  /** Everything the browser complained about. */
  complaints: string[];
}

let browser: Browser | undefined;
let server: PageServer | undefined;

/** A tab of a browser that has never seen the page: its flash is blank. */
export async function visit(look: { width?: number; height?: number; dark?: boolean } = {}): Promise<Visit> {
  server ??= await servePage(0);
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  const { width = 1280, height = 800, dark = false } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
  const visited: Visit = { page: await context.newPage(), context, url: server.url, complaints: [] };
  listen(visited.page, visited.complaints);
  await visited.page.goto(server.url);
  return visited;
}

export function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
}

/** To be called when all is done, or the process does not end. */
export async function leave(): Promise<void> {
  await browser?.close();
  await server?.close();
}
