/*
 * `holdfast log`: what the flash remembers of its life. Nothing was written down for it: every segment, root and seal says in which session of
 * power it was made, so it is read off, and it holds nothing of what the records say.
 *
 * Others may take for granted: only numbers and times; what compaction has erased is not told, and the oldest session told says so.
 */
import { type BlockReport, openWorkbench } from "../core/workbench.js";
import type { Stat, VerifyReport } from "../index.js";
import type { Call, Command, Outcome } from "./command.js";
import { bytesOfBlock, onImage, openPart, withAgent } from "./image.js";
import { plural, table, timeInWords } from "./words.js";

/** One time the power was on, as far as anything of it stands. */
interface Session {
  session: number;
  /** When its first segment was opened; null: none of them stands. */
  wallMs: number | null;
  /** It found that power had gone without a close, and made good what was under way. */
  recovered: boolean;
  /** Segments that this recovery found open, and kept. */
  segmentsKept: number;
  /** It sealed all and went off in order. */
  closed: boolean;
  /** Of its segments, how many stand. */
  segments: number;
}

export const log: Command = {
  name: "log",
  group: "safety",
  summary: "what the flash remembers: boots, cuts, closes, bits mended, blocks given up",
  usage: "",
  example: "holdfast log --json -i handset.flash",
  details:
    "One line a session of power of which something still stands on the part, oldest first. It holds no personal data: no name, no text, no id. What compaction has erased is not in it, and refusals leave nothing on flash.",
  keys: {
    image: "path",
    sessions: "array of {session, wallMs, recovered, segmentsKept, closed, segments}, oldest first",
    boots: "sessions that wrote, of all time",
    cuts: "recoveries of which the root stands",
    closes: "closes of which the seal stands",
    corrected: "records mended in reading them now",
    damaged: "records that cannot be read, those without a name included",
    badBlocks: "blocks given up",
    eraseMax: "erases of the most worn block",
    eraseMean: "erases of a block, on average",
  },
  options: {},
  arity: [0, 0],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const sessions = sessionsOf(reportsOf(call));
  const [stat, verified] = await withAgent(call, "read", (agent) =>
    onImage(call, async (): Promise<[Stat, VerifyReport]> => [agent.stat(), agent.verify()]),
  );
  const cuts = sessions.filter(({ recovered }) => recovered).length;
  const closes = sessions.filter(({ closed }) => closed).length;
  const { badBlocks, eraseMax, eraseMean } = stat.flash;
  const damaged = verified.damaged.length + verified.damagedUnknown;
  const sum = {
    boots: stat.session,
    cuts,
    closes,
    corrected: verified.corrected,
    damaged,
    badBlocks,
    eraseMax,
    eraseMean,
    changes: stat.changes,
  };
  call.terminal.say(
    `${plural(sum.boots, "session")} of power wrote; of ${sessions.length} something stands: ${plural(cuts, "cut")} made good, ${plural(closes, "orderly close")}`,
  );
  call.terminal.say(
    `${plural(badBlocks, "block")} given up; ${plural(verified.corrected, "record")} mended in reading, ${damaged} damaged; most worn block erased ${plural(eraseMax, "time")}`,
  );
  return { json: { image: call.imagePath, sessions, ...sum }, lines: table(sessions.map(row), [0]) };
}

function row({ session, wallMs, recovered, segmentsKept, closed, segments }: Session): string[] {
  const began = recovered ? `made good a cut, kept ${plural(segmentsKept, "open segment")}` : "began after a close";
  return [String(session), timeInWords(wallMs ?? undefined), began, closed ? "closed in order" : "", `${plural(segments, "segment")} left`];
}

function reportsOf(call: Call): BlockReport[] {
  const flash = openPart(call, call.imagePath);
  try {
    const workbench = openWorkbench(flash.geometry);
    return Array.from({ length: flash.geometry.blockCount }, (_, block) => workbench.describe(block, bytesOfBlock(flash, block)));
  } finally {
    flash.close();
  }
}

/** Put together from what the inspector says of every block. */
export function sessionsOf(reports: readonly BlockReport[]): Session[] {
  const sessions = new Map<number, Session>();
  const at = (session: number): Session => {
    const known = sessions.get(session) ?? { session, wallMs: null, recovered: false, segmentsKept: 0, closed: false, segments: 0 };
    sessions.set(session, known);
    return known;
  };
  for (const { lines } of reports) {
    let own: Session | undefined;
    for (const { what, detail } of lines) {
      const [, session, clock] = /, session (\d+), clock (\d+)/.exec(detail) ?? [];
      const [, rooted, kept] = /^marker 2, session (\d+), adopts (\d+)/.exec(detail) ?? [];
      if (what === "segment" && session !== undefined) {
        own = at(Number(session));
        own.segments++;
        own.wallMs = Math.min(own.wallMs ?? Number(clock), Number(clock));
      } else if (what === "root" && rooted !== undefined)
        Object.assign(at(Number(rooted)), { recovered: true, segmentsKept: Number(kept) });
      else if (what === "summary" && own !== undefined && /^final, clean close/.test(detail)) own.closed = true;
    }
  }
  return [...sessions.values()].sort((a, b) => a.session - b.session);
}
