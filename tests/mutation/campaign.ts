/*
 * Mutants of the shipped wasm, and how many of them the tests tell from it.
 *
 * A mutant that traps, hangs, breaks a promise of the proof or shows an old image otherwise is killed. One that does not is a survivor: it is printed
 * with its function and kind, and either has its reason in survivors.json or shows what no test of this run looks at.
 */
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import wabtInit from "wabt";
import { draw, mutated, type Site, sitesOf } from "./sites.js";

const SURVIVORS = "tests/mutation/survivors.json";
/** Processor time for one test, seconds: fifty times what the slowest takes. */
const LIMIT_S = 40;
const TICKS_PER_SECOND = 100;
const POLL_MS = 1000;

export interface Verdict {
  site: Site;
  /** What told it from the core; undefined for a survivor. */
  killed?: string;
}
export interface Score {
  lot: string;
  verdicts: Verdict[];
  /** Killed, of all. */
  share: number;
}

/** What draws the sites: the commit. */
export function commit(): string {
  return spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout?.trim() || "no commit";
}

/** Errors: the unchanged core does not pass. */
export async function score(count: number, lot: string, tell: (verdict: Verdict) => void = () => {}): Promise<Score> {
  const wat = readFileSync("build/device.wat", "utf8");
  const wabt = await wabtInit();
  const bytesOf = (text: string): Uint8Array => {
    const parsed = wabt.parseWat("mutant", text);
    try {
      return parsed.toBinary({}).buffer;
    } finally {
      parsed.destroy();
    }
  };
  const queue = draw(sitesOf(wat), count, lot);
  const first = new Killer();
  const sound = await first.judge(bytesOf(wat));
  first.end();
  if (sound !== undefined) throw new Error(`the core itself is killed: ${sound}`);
  const verdicts: Verdict[] = [];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const killer = new Killer();
      for (let site = queue.shift(); site !== undefined; site = queue.shift()) {
        const killed = await killer.judge(bytesOf(mutated(wat, site)));
        const verdict = { site, ...(killed !== undefined && { killed }) };
        verdicts.push(verdict);
        tell(verdict);
      }
      killer.end();
    }),
  );
  return { lot, verdicts, share: verdicts.filter(({ killed }) => killed !== undefined).length / verdicts.length };
}

/** A process that runs the tests over one mutant after the other; a new one after a hang. */
class Killer {
  #child: ChildProcess | undefined;

  judge(mutant: Uint8Array): Promise<string | undefined> {
    this.#child ??= fork("tests/mutation/killer.ts", { execArgv: ["--import", "tsx"], serialization: "advanced" });
    const child = this.#child;
    return new Promise((done) => {
      let test = "start";
      let since = cpuSeconds(child.pid!);
      const timer = setInterval(() => {
        if (cpuSeconds(child.pid!) - since > LIMIT_S) finish(`${test}: does not end`, true);
      }, POLL_MS);
      const finish = (killed: string | undefined, broken: boolean): void => {
        clearInterval(timer);
        child.off("message", hear);
        child.off("exit", gone);
        if (broken) this.end();
        done(killed);
      };
      const gone = (): void => finish(`${test}: the process ended`, true);
      const hear = (message: { test?: string; done?: boolean; killed?: string }): void => {
        if (message.done) finish(message.killed, false);
        else if (message.test !== undefined) {
          test = message.test;
          since = cpuSeconds(child.pid!);
        }
      };
      child.on("message", hear);
      child.on("exit", gone);
      child.send(mutant);
    });
  }
  end(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

/** Processor time of a process, so that a busy machine does not kill a mutant; elsewhere than on Linux the clock's. */
function cpuSeconds(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return process.hrtime()[0];
  const fields = readFileSync(path, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function nameOf({ functionName, index, from, to, kind }: Site): string {
  return `${functionName} #${index} ${kind}: ${from} → ${to.replaceAll("\n", " ")}`;
}

/** Why no test can, or need, tell a mutant: by its name without the number of the instruction. */
export function reasonFor(site: Site): string | undefined {
  const reasons = JSON.parse(readFileSync(SURVIVORS, "utf8")) as Record<string, string>;
  return reasons[nameOf(site)] ?? reasons[`${site.functionName} ${site.kind}`] ?? reasons[site.functionName];
}
