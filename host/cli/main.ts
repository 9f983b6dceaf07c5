#!/usr/bin/env node
/*
 * The program `holdfast`: gives the process's streams and signals to one call of the command line.
 */

import { run } from "./run.js";
import { Terminal } from "./terminal.js";

const { stdin, stdout, stderr, env: environment } = process;
const terminal = new Terminal({ stdin, stdout, stderr, environment });

// The first Ctrl-C asks: the command closes its image at the next change. The second does not ask.
process.once("SIGINT", () => {
  terminal.stop();
  process.once("SIGINT", () => process.exit(130));
});

process.exitCode = await run(process.argv.slice(2), terminal);
// Worker threads of an abandoned campaign would go on.
if (process.exitCode === 130) process.exit();
// stdin that was never read, or a terminal, must not keep the process alive.
stdin.unref?.();
