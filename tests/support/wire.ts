/*
 * Two ends of a wire in one thread: what is posted at one is heard, as a copy and later, at the other. As between a page
 * and its worker, but nothing keeps the process alive.
 */
import type { Messenger } from "../../host/emulator/line.js";

export function wire(): [Messenger, Messenger] {
  const left = new EventTarget();
  const right = new EventTarget();
  return [end(left, right), end(right, left)];
}

function end(own: EventTarget, other: EventTarget): Messenger {
  return {
    postMessage(message) {
      const copy = structuredClone(message);
      queueMicrotask(() => other.dispatchEvent(new MessageEvent("message", { data: copy })));
    },
    addEventListener: (type, listener) => own.addEventListener(type, listener as (event: Event) => void),
  };
}
