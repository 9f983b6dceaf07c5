/*
 * The terminal: data on stdout, talk on stderr, progress where a person watches.
 *
 * Others may take for granted that nothing but data reaches stdout, that a closed pipe ends the program
 * quietly, and that a Ctrl-C is noticed at the next `breathe()`, between two changes of the store.
 */

import { interrupted } from "./exit.js";

const BREATH_MS = 25;
const PROGRESS_MS = 100;

/** Where a command reads and writes; tests give their own. */
export interface Streams {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  environment: Record<string, string | undefined>;
}

export class Terminal {
  readonly streams: Streams;
  private stopAsked = false;
  private onStop: (() => void) | undefined;
  private lastBreathMs = Date.now();
  private lastProgressMs = 0;
  private progressShown = false;

  constructor(streams: Streams) {
    this.streams = streams;
    // `holdfast list | head` closes the pipe early: that is the reader's right, not an error.
    streams.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }

  /** Writes data to stdout and waits until the pipe took it. */
  async data(bytes: string | Uint8Array): Promise<void> {
    this.clearProgress();
    if (this.streams.stdout.write(bytes)) return;
    await new Promise<void>((taken) => this.streams.stdout.once("drain", taken));
  }

  /** Says one line on stderr. */
  say(line: string): void {
    this.clearProgress();
    this.streams.stderr.write(`${line}\n`);
  }

  /** Bold on a terminal that wants colour, else the plain text. */
  strong(text: string): string {
    return this.colour ? `\u001b[1m${text}\u001b[22m` : text;
  }

  /** Red on a terminal that wants colour, else the plain text. */
  alarm(text: string): string {
    return this.colour ? `\u001b[31m${text}\u001b[39m` : text;
  }

  /** Shows `done` of `total`, where that is known, in one line that is overwritten; silent when stderr is not a terminal. */
  progress(label: string, done: number, total?: number): void {
    if (this.streams.stderr.isTTY !== true) return;
    const now = Date.now();
    if (done !== total && now - this.lastProgressMs < PROGRESS_MS) return;
    this.lastProgressMs = now;
    this.progressShown = true;
    const share = total === undefined || total === 0 ? "" : `/${total} ${Math.floor((100 * done) / total)} %`;
    const line = `${label} ${done}${share}`.slice(0, (this.streams.stderr.columns ?? 80) - 1);
    this.streams.stderr.write(`\r${line}\u001b[K`);
  }

  /** Asks the running command to stop at its next breath. */
  stop(): void {
    this.stopAsked = true;
    this.onStop?.();
  }

  /** Waits for `work` that takes no breaths of its own (worker threads). Errors: as `breathe`, at once; the work is abandoned. */
  async orStopped<T>(work: Promise<T>): Promise<T> {
    const stopped = new Promise<never>((_, reject) => {
      this.onStop = () => reject(interrupted());
    });
    return Promise.race([work, stopped]).finally(() => {
      this.onStop = undefined;
    });
  }

  /** Lets signals in, at most every 25 ms. Errors: a Failure with exit 130 after Ctrl-C. */
  async breathe(): Promise<void> {
    if (!this.stopAsked && Date.now() - this.lastBreathMs < BREATH_MS) return;
    await new Promise<void>((resume) => setImmediate(resume));
    this.lastBreathMs = Date.now();
    if (this.stopAsked) throw interrupted();
  }

  /** Reads stdin to its end. */
  async readAll(): Promise<Uint8Array> {
    if (this.streams.stdin.isTTY === true) this.say("reading from the terminal; Ctrl-D ends the input");
    const chunks: Buffer[] = [];
    for await (const chunk of this.streams.stdin) {
      chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
      await this.breathe();
    }
    return new Uint8Array(Buffer.concat(chunks));
  }

  private get colour(): boolean {
    const { environment, stderr } = this.streams;
    return stderr.isTTY === true && (environment.NO_COLOR ?? "") === "" && environment.TERM !== "dumb";
  }

  private clearProgress(): void {
    if (!this.progressShown) return;
    this.progressShown = false;
    this.streams.stderr.write("\r\u001b[K");
  }
}
