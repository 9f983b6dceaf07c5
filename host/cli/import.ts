/*
 * `holdfast import`: files and folders in, split into records, nothing doubled, what cannot be taken named by file and line.
 */

import type { Agent } from "../index.js";
import { Importer, type ImportReport, type SourceFile, sourceFiles } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, Failure } from "./exit.js";
import { withAgent } from "./image.js";
import { plural } from "./words.js";

const MAX_FILE_BYTES = 512 * 1024 * 1024;

export const importCommand: Command = {
  name: "import",
  group: "in and out",
  summary: "take address books, calendars, mailboxes, messages, pictures and texts into the store",
  usage: "FILES-OR-FOLDERS...",
  example: "holdfast import ~/contacts.vcf ~/calendars/",
  details:
    "Takes vCard, iCalendar, vCalendar, vNote, vMessage, mbox, .eml, SMS Backup & Restore (XML), Gammu (.backup, .smsbackup), LDIF, tables of people (.csv of Google, Outlook, Thunderbird), JPEG and plain text, and zips and folders of these. Each card, event, to-do, note, mail and message becomes a record with its original bytes. What is already there (same UID or same bytes) is found, not doubled. What cannot be taken is named by file and line, and the exit code is then 3. - is stdin.",
  keys: {
    files: "files read",
    added: "new records",
    replaced: "records replaced by other bytes under the same UID",
    unchanged: "already there",
    refused: "array of {file, line, reason}",
    dryRun: "true when nothing was written",
  },
  options: {},
  arity: [1, Number.POSITIVE_INFINITY],
  writes: true,
  run: runImport,
};

async function runImport(call: Call): Promise<Outcome> {
  const files = await findFiles(call);
  const report = await withAgent(call, call.dryRun ? "read" : "write", (agent) => importAll(call, agent, files));
  for (const { file, line, reason } of report.refused) call.terminal.say(`${file}:${line}: not taken: ${reason}`);
  const { added, replaced, unchanged, refused } = report;
  const verb = call.dryRun ? "would import" : "imported";
  call.terminal.say(
    `${verb} from ${plural(files.length, "file")}: ${added} added, ${replaced} replaced, ${unchanged} unchanged, ${refused.length} not taken`,
  );
  const json = { files: files.length, added, replaced, unchanged, refused, dryRun: call.dryRun };
  return { exitCode: refused.length > 0 ? EXIT.INCOMPLETE : EXIT.OK, json, lines: [] };
}

async function findFiles(call: Call): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const path of call.arguments) {
    if (path === "-") found.push({ path: "stdin", lengthBytes: 0, read: () => call.terminal.readAll() });
    else found.push(...(await sourceFiles([path])));
  }
  return found;
}

async function importAll(call: Call, agent: Agent, files: readonly SourceFile[]): Promise<ImportReport> {
  const importer = new Importer(agent, { dryRun: call.dryRun });
  try {
    for (const [i, file] of files.entries()) {
      call.terminal.progress("importing file", i, files.length);
      await addFile(importer, file);
      await call.terminal.breathe();
    }
    return await importer.finish();
  } catch (error) {
    throw stopped(error, call.imagePath, importer.report);
  }
}

async function addFile(importer: Importer, file: SourceFile): Promise<void> {
  if (file.lengthBytes > MAX_FILE_BYTES) {
    importer.report.refused.push({ file: file.path, line: 1, reason: "more than 512 MiB: split it first" });
    return;
  }
  let bytes: Uint8Array;
  try {
    bytes = await file.read();
  } catch (error) {
    importer.report.refused.push({ file: file.path, line: 1, reason: asFailure(error, file.path).message });
    return;
  }
  await importer.add(file.path, bytes);
}

// An import that stops half way says how far it got: what is counted is durable.
function stopped(error: unknown, image: string, { added, replaced }: ImportReport): Failure {
  const failure = asFailure(error, image);
  const kept = `${plural(added + replaced, "record")} of this import ${added + replaced === 1 ? "is" : "are"} kept`;
  return new Failure(failure.exitCode, failure.code, failure.message, failure.subject, `${kept}. ${failure.next}`);
}
