/*
 * Mutants of the shipped wasm, and how many of them the tests tell from it.
 *
 * A mutant that in one of the recorded lives traps, hangs, or does something else than the core is killed. One that does not is a survivor: it is printed
 * with its function and kind, and either has its reason in survivors.json or shows what no test of this run looks at.
 */
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import wabtInit from "wabt";
import { covering } from "./cover.js";
import type { Answer, Order, Told } from "./killer.js";
import { recordLives } from "./lives.js";
import { draw, mutated, type Site, sitesOf } from "./sites.js";

const SURVIVORS = "tests/mutation/survivors.json";
/** Processor time without a sign of life, seconds: ten times the longest life. */
const LIMIT_S = 5;
const TICKS_PER_SECOND = 100;
const POLL_MS = 1000;

export interface Verdict extends Told {
  site: Site;
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
  const lives = await recordLives(wat, (text) => new WebAssembly.Module(Uint8Array.from(bytesOf(text))));
  const { runs } = covering(wat);
  const queue = draw(sitesOf(wat), count, lot);
  const first = new Killer(lives);
  const sound = await first.judge(bytesOf(wat), runs[queue[0]!.line]!);
  first.end();
  if (sound.killed !== undefined) throw new Error(`the core itself is killed: ${sound.killed}`);
  const verdicts: Verdict[] = [];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const killer = new Killer(lives);
      for (let site = queue.shift(); site !== undefined; site = queue.shift()) {
        const verdict = { site, ...(await killer.judge(bytesOf(mutated(wat, site)), runs[site.line]!)) };
        verdicts.push(verdict);
        tell(verdict);
      }
      killer.end();
    }),
  );
  return { lot, verdicts, share: verdicts.filter(({ killed }) => killed !== undefined).length / verdicts.length };
}

/** A process that plays lives on one mutant after the other; a new one after a hang. */
class Killer {
  readonly #lives: string;
  #child: ChildProcess | undefined;

  constructor(lives: string) {
    this.#lives = lives;
  }

  judge(mutant: Uint8Array, run: number): Promise<Told> {
    if (this.#child === undefined) {
      this.#child = fork("tests/mutation/killer.ts", { execArgv: ["--import", "tsx"], serialization: "advanced" });
      this.#child.send({ lives: this.#lives } satisfies Order);
    }
    const child = this.#child;
    return new Promise((done) => {
      let since = Number.POSITIVE_INFINITY;
      const timer = setInterval(() => {
        if (cpuSeconds(child.pid!) - since > LIMIT_S) finish({ killed: "does not end", reached: 0, played: 0 }, true);
      }, POLL_MS);
      const finish = (told: Told, broken: boolean): void => {
        clearInterval(timer);
        child.off("message", hear);
        child.off("exit", gone);
        if (broken) this.end();
        done(told);
      };
      const gone = (): void => finish({ killed: "the process ended", reached: 0, played: 0 }, true);
      const hear = (answer: Answer): void => {
        if ("told" in answer) finish(answer.told, false);
        else since = cpuSeconds(child.pid!);
      };
      child.on("message", hear);
      child.on("exit", gone);
      child.send({ mutant, run } satisfies Order);
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

/** Why no test can, or need, tell a mutant: by its name without the number of the instruction, by function and kind, or by function. */
export function reasonFor(site: Site): string | undefined {
  const reasons = JSON.parse(readFileSync(SURVIVORS, "utf8")) as Record<string, string>;
  return reasons[nameOf(site).replace(/ #\d+/, "")] ?? reasons[`${site.functionName} ${site.kind}`] ?? reasons[site.functionName];
}
