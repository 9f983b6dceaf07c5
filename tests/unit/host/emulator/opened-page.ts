/*
 * A page and its worker without a browser: a session whose handset is on the other end of a wire, over a file in memory.
 */
import { Handset } from "../../../../host/emulator/handset.js";
import { answerOn, Line } from "../../../../host/emulator/line.js";
import { Session } from "../../../../host/emulator/session.js";
import { PrivateFile } from "../../../support/access-handle.js";
import { wire } from "../../../support/wire.js";

export interface OpenedPage {
  file: PrivateFile;
  handset: Handset;
  session: Session;
}

/** A page opened over `file`; what held the file before is ended, as by a reload. */
export function openPage(file = new PrivateFile(), discarded: () => PrivateFile = () => new PrivateFile()): OpenedPage {
  const opened = { file } as OpenedPage;
  const drawer = {
    file: async () => opened.file,
    discard: async () => {
      opened.file = discarded();
    },
  };
  opened.handset = new Handset(drawer, { seed: 1, wasmSha256: "abc" });
  const [here, there] = wire();
  answerOn(there, opened.handset);
  opened.session = new Session(new Line<Handset>(here));
  return opened;
}

/** The page is loaded anew. */
export function reload({ file }: OpenedPage): OpenedPage {
  file.isOpen = false;
  return openPage(file);
}
