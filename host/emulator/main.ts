/*
 * The page: starts the worker, wires the buttons, and offers `window.holdfast` to scripts.
 */
import type { Handset } from "./handset.js";
import { Line } from "./line.js";
import { Session } from "./session.js";

declare global {
  interface Window {
    holdfast: Session;
  }
}

const worker = new Worker("worker.js", { type: "module" });
const line = new Line<Handset>(worker);
worker.addEventListener("error", (event) => line.end(new Error(`the worker ended: ${event.message}`)));
window.holdfast = new Session(line);
