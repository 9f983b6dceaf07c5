/*
 * `audit`: the questions one should ask a keeper of data, answered from evidence.
 */

import { type Safety, safetyOf } from "../backup/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { copyWords, type Gathered, gathered, relayWords } from "./status.js";
import { plural, timeInWords } from "./words.js";

export const audit: Command = {
  name: "audit",
  group: "safety",
  summary: "the questions one should ask a keeper of data, answered from evidence",
  usage: "",
  example: "holdfast audit",
  details:
    "Where is it, how many copies, when was a restore last rehearsed, who can read it, who can delete it, what is lost, what if Holdfast is gone.",
  keys: { image: "path", state: "as `status` says it", answers: "array of {question, answer}" },
  options: {},
  arity: [0, 0],
  writes: false,
  run: runAudit,
};

interface Answer {
  question: string;
  /** Lines. */
  answer: string[];
}

async function runAudit(call: Call): Promise<Outcome> {
  const known = await gathered(call);
  const safety = safetyOf(known.evidence);
  const answers = answersTo(call.imagePath, known, safety);
  const lines = answers.flatMap(({ question, answer }) => [question, ...answer.map((line) => `  ${line}`)]);
  return { json: { image: call.imagePath, state: safety.state, answers }, lines };
}

function answersTo(image: string, { evidence, copies, relays }: Gathered, safety: Safety): Answer[] {
  const { records, storeId } = evidence;
  const sum = (key: "safe" | "oneCopy" | "atRisk" | "lost") => safety.kinds.reduce((total, each) => total + each[key], 0);
  const drills = copies.map(({ proof }) => proof.drilledMs).filter((ms) => ms !== undefined);
  return [
    {
      question: "Where is my data?",
      answer: [
        `handset ${image}, store ${storeId}: ${plural(records.length, "record")}`,
        ...copies.map(copyWords),
        ...relays.map(relayWords),
      ],
    },
    {
      question: "How many copies of it were read back?",
      answer: [`on 2 places ${sum("safe")}, here alone ${sum("oneCopy")}, elsewhere alone ${sum("atRisk")}, nowhere ${sum("lost")}`],
    },
    {
      question: "When was a restore last rehearsed?",
      answer: [drills.length === 0 ? "never" : timeInWords(Math.max(...drills))],
    },
    {
      question: "Who can read it?",
      answer: ["whoever has this image, a backup file or the relay: the store is plain, there is no key"],
    },
    {
      question: "Who can delete it?",
      answer: ["changes made on a handset of the owner; an empty, older or other relay deletes nothing here"],
    },
    {
      question: "What is lost?",
      answer: [`${sum("lost")} by name, ${safety.damagedUnknown} of which not even the name is known`],
    },
    {
      question: "What if Holdfast is gone?",
      answer: [
        `${sum("safe") + sum("atRisk")} of ${plural(records.length, "record")} are in a backup that was read back: a zip of the original files, which any zip program opens`,
        "`holdfast export --to raw DEST` writes the original bytes of every record as a file",
      ],
    },
  ];
}
