/*
 * How powercut tells what it found: failures with the line that replays them, and the page of --report.
 */
import type { Failure } from "../proof/job.js";
import { type Finished, reportPage } from "../proof/report-page.js";
import type { Call } from "./command.js";
import { asFailure } from "./exit.js";
import { replaceFile } from "./replace-file.js";

export function tellFailure(call: Call, { replay, text }: Failure): void {
  const driver = call.text("driver");
  call.terminal.say(call.terminal.alarm(text));
  call.terminal.say(`  holdfast powercut${driver === undefined ? "" : ` --driver ${driver}`} --replay '${replay}'`);
}

/** Writes the page, if one is asked for; what to print and to put into the JSON. Errors: those of the file system. */
export function writeReport(call: Call, finished: readonly Finished[], part: string): { lines: string[]; json: { report?: string } } {
  const path = call.text("report");
  if (path === undefined) return { lines: [], json: {} };
  const driver = call.text("driver");
  const page = reportPage(finished, { part, replayWith: `holdfast powercut${driver === undefined ? "" : ` --driver ${driver}`} --replay` });
  try {
    replaceFile(path, page);
  } catch (error) {
    throw asFailure(error, path);
  }
  return { lines: [`report: ${path}`], json: { report: path } };
}
