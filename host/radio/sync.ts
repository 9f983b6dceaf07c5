/*
 * One conversation of an agent with a relay, over a link, in real time: until it is over, the link is gone, or nothing
 * is heard any more. The only place on the handset's side that has a clock.
 */
import type { LocalAgent, WireOptions, WireState } from "../agent/types.js";
import type { RadioLink } from "./link.js";
import { Pump } from "./pump.js";
import { LinkDown } from "./socket.js";

/** Silence after which a request is said again, and how often. */
const SILENCE_MS = 4000;
const SILENCES_MAX = 5;

export interface SyncOptions extends WireOptions {
  url?: string;
  silenceMs?: number;
  onProgress?: (state: WireState) => void;
}
export interface SyncOutcome extends WireState {
  sentBytes: number;
  heardBytes: number;
}

/** Nothing was heard for too long. What was acknowledged until then is kept on both sides. */
export class Silence extends Error {
  constructor(silenceMs: number) {
    super(`nothing was heard from the relay for ${Math.round((silenceMs * SILENCES_MAX) / 1000)} s`);
    this.name = "Silence";
  }
}

/** Errors: LinkDown, Silence; what the agent or its flash throws passes through. The link is closed in every case. */
export async function syncOver(agent: LocalAgent, link: RadioLink, options: SyncOptions = {}): Promise<SyncOutcome> {
  const { silenceMs = SILENCE_MS, url = "the relay", onProgress } = options;
  const pump = new Pump(agent.wire(), (message) => link.send(message));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silences = 0;
  try {
    return await new Promise<SyncOutcome>((resolve, reject) => {
      const guarded = (work: () => void): void => {
        try {
          work();
          if (pump.isOver) resolve({ ...pump.state(), sentBytes: pump.sentBytes, heardBytes: pump.heardBytes });
          else wait();
        } catch (error) {
          reject(error);
        }
      };
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => (++silences >= SILENCES_MAX ? reject(new Silence(silenceMs)) : guarded(() => pump.askAgain())), silenceMs);
      };
      link.onDown = (reason) => reject(new LinkDown(reason, url));
      link.onMessage = (message) => {
        silences = 0;
        guarded(() => pump.hear(message));
        onProgress?.(pump.state());
      };
      guarded(() => pump.begin(options));
    });
  } finally {
    clearTimeout(timer);
    link.close();
  }
}
