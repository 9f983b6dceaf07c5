/*
 * Puts the page together in build/host/emulator/: page.js and worker.js, each with all it imports, beside index.html
 * and style.css.
 *
 * It bundles what tsc wrote, not the sources: there `browser` in package.json says which files a page has in the place
 * of Node's. The wasm files are not bundled: the page is served the very build/device.wasm that a handset runs.
 */
import { copyFileSync } from "node:fs";
import { build } from "esbuild";

const FOLDER = "build/host/emulator";

/** From the top of the project, after tsc. False when it failed; esbuild has said why. */
export async function bundlePage() {
  for (const name of ["index.html", "style.css"]) copyFileSync(`host/emulator/${name}`, `${FOLDER}/${name}`);
  try {
    await build({
      entryPoints: { page: `${FOLDER}/main.js`, worker: `${FOLDER}/worker-main.js` },
      outdir: FOLDER,
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      charset: "utf8",
      legalComments: "none",
      logLevel: "warning",
    });
    return true;
  } catch {
    return false;
  }
}
