/*
 * What commands that serve have in common: they say where, and go on until Ctrl-C.
 */

import type { Call } from "./command.js";
import { EXIT, Failure } from "./exit.js";

/** Waits for Ctrl-C, then says `farewell`. */
export async function untilStopped(call: Call, farewell: string): Promise<void> {
  try {
    await call.terminal.breathe(); // a Ctrl-C that came before the address was out
    await call.terminal.orStopped(new Promise<never>(() => {}));
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.exitCode !== EXIT.INTERRUPTED) throw thrown;
    call.terminal.say(farewell);
  }
}

/** A failure to listen, in words; anything else as it is. */
export function asPortFailure(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const place = `127.0.0.1:${port}`;
  const next = "name another with --port N, 0 for any that is free";
  if (code === "EADDRINUSE") return new Failure(EXIT.IN_USE, "PORT_IN_USE", "another program has this port", place, next);
  if (code === "EACCES") return new Failure(EXIT.UNEXPECTED, "PORT_REFUSED", "the system does not let you take this port", place, next);
  return error;
}
