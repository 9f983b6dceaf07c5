/* Every trial has a line that names it, and the line gives the same trial. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { holdfast } from "../../../../host/proof/store.js";
import { isTrial, parseTrial, printTrial, runTrial, TRIAL_KINDS } from "../../../../host/proof/trial.js";

const test = suite("host/proof/trial");

test("printed and read again, it is the same", () => {
  for (const kind of TRIAL_KINDS) {
    const line = `spi-nor-8m:b48:seed7:w2:f20:p10:o8:${kind}=812`;
    assert.is(printTrial(parseTrial(line)), line);
    assert.ok(isTrial(line));
  }
});

test("what is no trial is refused in words", () => {
  for (const line of ["spi-nor-8m:b16:X9=1", "spi-nor-8m:b16:A2=x", "spi-nor-8m:b16"]) assert.throws(() => parseTrial(line), /not a trial/);
  assert.not.ok(isTrial("spi-nor-8m:b16:cut31=bits"));
});

test("the same line, the same outcome", async () => {
  const trial = parseTrial("spi-nor-8m:b16:seed1:w3:f24:p10:L1=5");
  assert.equal(await runTrial(trial, holdfast), await runTrial(trial, holdfast));
});

test.run();
