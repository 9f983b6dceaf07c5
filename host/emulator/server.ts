/*
 * Serves the page to this computer: six files, on the loopback address only. Needs Node.
 *
 * Others may take for granted: nothing but these files is ever read, nobody outside the computer is answered, and the
 * page may load nothing from anywhere else (its Content-Security-Policy says so).
 */
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";

const HOST = "127.0.0.1";

/** Path → where it lies, from build/, and what it is. */
const FILES: Record<string, readonly [place: string, type: string]> = {
  "/": ["host/emulator/index.html", "text/html; charset=utf-8"],
  "/style.css": ["host/emulator/style.css", "text/css; charset=utf-8"],
  "/page.js": ["host/emulator/page.js", "text/javascript; charset=utf-8"],
  "/worker.js": ["host/emulator/worker.js", "text/javascript; charset=utf-8"],
  "/device.wasm": ["device.wasm", "application/wasm"],
  "/dev.wasm": ["dev.wasm", "application/wasm"],
};

const HEADERS = {
  "Cache-Control": "no-cache",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

export interface PageServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** `port` 0 takes any that is free. Errors: what listening says, EADDRINUSE and EACCES among them. */
export async function servePage(port: number): Promise<PageServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0]; // looked up as it stands: nothing is decoded, joined or tidied up
    if (request.method !== "GET" && request.method !== "HEAD") refuse(response, 405, "only GET and HEAD");
    else void answer(response, path, request.method === "HEAD");
  });
  await listening(server, port);
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return { url: `http://${HOST}:${taken}/`, port: taken, close: () => closed(server) };
}

async function answer(response: ServerResponse, path: string, headOnly: boolean): Promise<void> {
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (file === undefined) return refuse(response, 404, "no such file");
  const [place, type] = file;
  try {
    const bytes = await readFile(pathInBuild(place));
    response.writeHead(200, { ...HEADERS, "Content-Type": type, "Content-Length": bytes.length });
    response.end(headOnly ? undefined : bytes);
  } catch (error) {
    refuse(response, 500, `${place} cannot be read (${(error as NodeJS.ErrnoException).code}): run npm run build`);
  }
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${words}\n`);
}

/** This file runs from host/emulator/ (tests, through tsx) or from build/host/emulator/. */
function pathInBuild(place: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith(".ts") ? `../../build/${place}` : `../../${place}`, here));
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
}

/** Browsers keep connections open; they are not waited for. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
