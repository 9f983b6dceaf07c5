/*
 * The table of commands: dispatch and help are both made from it.
 */

import { agenda } from "./agenda.js";
import { audit } from "./audit.js";
import { backup, drillCommand, restoreCommand } from "./backup.js";
import { bench } from "./bench.js";
import type { Command } from "./command.js";
import { demo } from "./demo.js";
import { edit } from "./edit.js";
import { emulate } from "./emulate.js";
import { exportCommand } from "./export.js";
import { fsck } from "./fsck.js";
import { scrub, stat, verify } from "./health.js";
import { history, undo } from "./history.js";
import { importCommand } from "./import.js";
import { init } from "./init.js";
import { image } from "./inspect.js";
import { log } from "./log.js";
import { powercut } from "./powercut.js";
import { print } from "./print.js";
import { diary, threads, todos } from "./reading.js";
import { get, list, put, rm } from "./records.js";
import { salvage } from "./salvage.js";
import { serve } from "./serve.js";
import { status } from "./status.js";
import { sync } from "./sync.js";

export const COMMANDS: readonly Command[] = [
  init,
  stat,
  image,
  put,
  get,
  list,
  agenda,
  todos,
  threads,
  diary,
  edit,
  rm,
  history,
  undo,
  importCommand,
  exportCommand,
  print,
  backup,
  restoreCommand,
  drillCommand,
  status,
  audit,
  verify,
  fsck,
  scrub,
  salvage,
  log,
  sync,
  serve,
  demo,
  powercut,
  bench,
  emulate,
];
