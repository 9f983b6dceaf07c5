/*
 * One call of the command line inside this process, with streams that remember: for tests.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { run } from "../../../../host/cli/run.js";
import { Terminal } from "../../../../host/cli/terminal.js";

export interface Ended {
  exitCode: number;
  stdout: string;
  bytes: Buffer;
  stderr: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into the object as it likes
  json: any;
}

export interface CallOptions {
  stdin?: string | Uint8Array;
  environment?: Record<string, string>;
  /** stderr is a terminal. */
  watched?: boolean;
  /** Called with the terminal before the call starts. */
  before?: (terminal: Terminal) => void;
}

export async function holdfast(words: readonly string[], options: CallOptions = {}): Promise<Ended> {
  const stdout = new PassThrough({ highWaterMark: 1 << 30 });
  const stderr = Object.assign(new PassThrough({ highWaterMark: 1 << 30 }), { isTTY: options.watched === true, columns: 100 });
  const stdin = Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]);
  const terminal = new Terminal({ stdin, stdout, stderr, environment: options.environment ?? {} });
  options.before?.(terminal);
  const exitCode = await run([...words], terminal);
  const bytes = (stdout.read() as Buffer | null) ?? Buffer.alloc(0);
  const text = bytes.toString("utf8");
  return {
    exitCode,
    bytes,
    stdout: text,
    stderr: ((stderr.read() as Buffer | null) ?? "").toString(),
    json: words.includes("--json") ? JSON.parse(text) : undefined,
  };
}

/** A folder of its own for one test. */
export async function inFolder<T>(work: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
  try {
    return await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The path of a fresh, empty image. */
export async function freshImage(path: string): Promise<string> {
  const made = await holdfast(["init", "--plain", "-i", path]);
  if (made.exitCode !== 0) throw new Error(made.stderr);
  return path;
}
