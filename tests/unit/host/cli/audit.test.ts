import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/audit");

test("each answer changes with its evidence, and none hedges", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    writeFileSync(path("n.txt"), "milk");
    await holdfast(["put", "note", path("n.txt"), "-i", image]);
    const answers = async (): Promise<Record<string, string>> => {
      const { json } = await holdfast(["audit", "-i", image, "--json"]);
      return Object.fromEntries(
        json.answers.map(({ question, answer }: { question: string; answer: string[] }) => [question, answer.join("\n")]),
      );
    };
    const before = await answers();
    assert.is(before["When was a restore last rehearsed?"], "never");
    assert.match(before["How many copies of it were read back?"]!, /^on 2 places 0, here alone 1,/);
    assert.match(before["What if Holdfast is gone?"]!, /^0 of 1 record are/);
    await holdfast(["backup", path("b.zip"), "-i", image]);
    const after = await answers();
    assert.match(after["When was a restore last rehearsed?"]!, /^20\d\d-/);
    assert.match(after["How many copies of it were read back?"]!, /^on 2 places 1, here alone 0,/);
    assert.match(after["Where is my data?"]!, /backup .*b\.zip: read back/);
    assert.not.match(Object.values(after).join(" "), /almost|maybe|\bmay\b|\bsome\b/);
    assert.match((await holdfast(["audit", "-i", image])).stdout, /^Where is my data\?\n {2}handset /);
  }));

test.run();
