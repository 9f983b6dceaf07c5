import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type PageServer, servePage } from "../../../../host/emulator/server.js";

const test = suite<{ server: PageServer }>("host/emulator/server");
test.before(async (context) => {
  context.server = await servePage(0);
});
test.after(({ server }) => server.close());

/** The path as it stands: fetch would tidy it up. */
function ask(
  port: number,
  path: string,
  method = "GET",
): Promise<{ status: number; body: Buffer; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, path, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), headers: response.headers }));
    });
    asking.on("error", reject);
    asking.end();
  });
}

test("the page and all it needs are served, with their types", async ({ server }) => {
  for (const [path, type, least] of [
    ["/", "text/html", 1000],
    ["/style.css", "text/css", 1000],
    ["/page.js", "text/javascript", 10_000],
    ["/worker.js", "text/javascript", 10_000],
    ["/device.wasm", "application/wasm", 10_000],
    ["/dev.wasm", "application/wasm", 10_000],
  ] as const) {
    const { status, body, headers } = await ask(server.port, path);
    assert.is(status, 200, path);
    assert.match(String(headers["content-type"]), type);
    assert.ok(body.length >= least, `${path}: ${body.length} bytes`);
    assert.is((await ask(server.port, path, "HEAD")).body.length, 0);
  }
});

test("device.wasm is build/device.wasm, byte for byte", async ({ server }) => {
  const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  assert.is(sha256((await ask(server.port, "/device.wasm")).body), sha256(readFileSync("build/device.wasm")));
});

test("nothing else is: no other file, no way up, nothing of an object's own, no other method", async ({ server }) => {
  for (const path of [
    "/package.json",
    "/../package.json",
    "/%2e%2e/package.json",
    "//etc/passwd",
    "/constructor",
    "/__proto__",
    "/host/",
    "/index.htm",
  ])
    assert.is((await ask(server.port, path)).status, 404, path);
  for (const method of ["POST", "PUT", "DELETE"]) assert.is((await ask(server.port, "/", method)).status, 405, method);
  assert.is((await ask(server.port, "http://[")).status, 404);
});

test("the page may load nothing from elsewhere", async ({ server }) => {
  assert.match(String((await ask(server.port, "/")).headers["content-security-policy"]), /default-src 'none'.*connect-src 'self'/);
  const page = readFileSync("host/emulator/index.html", "utf8");
  assert.not.match(page, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test("only this computer is answered", async ({ server }) => {
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
});

test("a port that is taken is told as the system tells it", async ({ server }) => {
  assert.is(await servePage(server.port).catch((error: NodeJS.ErrnoException) => error.code), "EADDRINUSE");
});

test.run();
