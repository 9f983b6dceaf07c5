/*
 * Cuts that once cost something, each by the line that named it, played as `holdfast powercut --replay` plays it.
 *
 * A line names an operation by its number. When the store comes to ask for others, the cut falls elsewhere, and the line proves less than it did:
 * then it stays, as one more cut. The build of commit acdb86d fails the first, second, third and fifth of them, that of f9376c7
 * those of seed 1002.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDeed, playDeed } from "../../host/proof/line.js";
import { parseReplay, type Replayed, runReplay } from "../../host/proof/replay.js";
import { holdfast } from "../../host/proof/store.js";
import { parseTrial, runTrial } from "../../host/proof/trial.js";
import { twinStore } from "./twin-store.js";

const test = suite("harness/regressions");

const CUTS: readonly { line: string; lost: string }[] = [
  {
    line: "sx1-nor-8m:b256:seed5000:w4:f2:p2:cut1188=delayed:keep=0-160.169-237",
    lost: "at a later boot a message was shown as it had been before its last change",
  },
  {
    line: "spi-nor-8m:b18:seed1001:w3:f20:p12:cut382=all",
    lost: "a batch was answered WORN_OUT on a part of which no block had failed",
  },
  {
    line: "sx1-nor-8m:b15:seed1000:w3:f24:p20:cut768=all",
    lost: "a removal was answered WORN_OUT, as above",
  },
  {
    line: "cfi-nor-16m:b12:seed3:w3:f12:p10:cut313=prefix",
    lost: "found on a part of twelve blocks; the builds that are left to ask pass it",
  },
  {
    line: "slc-nand-64m:b15:seed1000:w3:f8:p8:cut439=delayed:keep=0-204.239-268",
    lost: "a record was counted as lost though nothing had rotted",
  },
  {
    line: "spi-nor-8m:b16:seed1002:w3:f24:p20:cut112=delayed:keep=0-33",
    lost: "a torn header that read badly in the survey and well before its erase: its removal counted at a later boot only",
  },
  {
    line: "cfi-nor-16m:b13:seed2026:w3:f20:p25:cut1220=erase-a:keep=0-470:short",
    lost: "an original in a victim whose erase was torn read when it was indexed, not when its copy was met, and stayed in the live sum",
  },
  {
    line: "spi-nor-8m:b13:seed2017:w3:f20:p25:cut56=delayed:keep=0-16:short",
    lost: "a mount that judged unstable bits again and again read more bytes than promised",
  },
  {
    line: "sx1-nor-8m:b20:seed1001:w2:f40:p4:cut172=erase-a:keep=0-63",
    lost: "a torn header read with the erase count that its block was given for want of another: eight mounts in vain, then WORN_OUT",
  },
  {
    line: "spi-nor-8m:b16:seed1002:w3:f24:p20:cut574=erase-a",
    lost: "deletions that were swept came up again in a victim whose erase was torn, and its damage was counted as a loss",
  },
  {
    line: "spi-nor-8m:b14:seed700:w3:f16:p20:cut219=none:n17=delayed:n0=erase-a:keep=0-85:short",
    lost: "a block that a boot had erased again, for it did not see the newest root, was written on by the next, which did",
  },
  {
    line: "slc-nand-64m:b14:seed803:w3:f6:p8:cut243=delayed",
    lost: "a torn interim summary in front of its program's record was counted as a loss",
  },
  {
    line: "cfi-nor-16m:b18:seed1007:w3:f24:p20:cut788=delayed:keep=0-317",
    lost: "two blank bytes in front of a torn seal were counted as a loss",
  },
  {
    line: "cfi-nor-16m:b14:seed801:w3:f16:p20:cut741=none:n6=none:keep=0-311",
    lost: "the only block in which nothing lived held chunks: WORN_OUT",
  },
  {
    line: "cfi-nor-16m:b14:seed901:w3:f16:p20:cut401=bits:n4=prefix:n0=bits:n4=unstable:n2=bits:n4=erase-b",
    lost: "a record was counted as lost though nothing had rotted, as above",
  },
  {
    line: "spi-nor-8m:b12:seed4:w1:f30:p10:cut309=delayed:n1=erase-b:n0=unstable:n1=bits:n1=unstable:n5=erase-c:n4=prefix:n0=prefix:n0=bits:n5=all:n5=prefix:n5=all:n4=delayed:n4=all:n3=bits:n1=all:n2=delayed",
    lost: "a format by force, cut and tried again, erased blocks of a store that was opened later, for its first label read one time and not the next",
  },
  {
    line: "cfi-nor-16m:b14:seed951:w3:f16:p20:cut382=erase-a:keep=0-88.100-169:long",
    lost: "a removal that a torn erase had left in a summary alone was copied as a record that had rotted",
  },
  {
    line: "slc-nand-64m:b14:seed953:w3:f6:p8:cut158=delayed:keep=0-71:long",
    lost: "a program of twelve copies, torn so that no two reads agreed, used up the tries of a recovery: WORN_OUT",
  },
  {
    line: "ecc-nor-16m:b14:seed2024:w3:f20:p25:cut967=bits:keep=0-349:short",
    lost: "a torn first program left a flag standing that looked like a second one: what nobody was told of was counted as lost",
  },
  {
    line: "spi-nor-8m:b12:seed2019:w3:f20:p25:cut813=erase-a:keep=0-306:short",
    lost: "a version in a block whose erase was torn read when it was counted in and no more when it was to be counted out: a loss was told where nothing was lost",
  },
  {
    line: "spi-nor-8m:b12:seed2001:w3:f20:p25:cut699=erase-a:keep=0-236:short",
    lost: "in a block whose erase was torn every gap was tried as the end of a record: a mount read twice what is promised",
  },
  {
    line: "spi-nor-8m:b256:seed5001:w4:f2:p2:cut1815=delayed:keep=0-421:short",
    lost: "the first program of a session that nothing named read badly at one boot and well at the next: its removal came back in a recovery of the same number",
  },
  {
    line: "spi-nor-8m:b12:seed64:w1:f30:p10:cut148=delayed:n3=unstable:n0=unstable:n0=erase-a:n4=erase-a:n0=bits:n0=erase-c:n2=none:n0=none:n4=erase-b:n5=erase-weak:n5=prefix:n1=unstable:n4=erase-weak:n0=erase-c:n2=erase-a:n4=all",
    lost: "a mount that only looked passed over an unsealed tail for the beginning of a batch behind it, and left out one that had been acknowledged before",
  },
  {
    line: "sx1-nor-8m:b18:seed1001:w3:f24:p20:cut439=delayed:keep=0-181",
    lost: "(never in a commit) the end of a batch read badly when it was copied again, behind what of the batch was programmed already",
  },
  {
    line: "ecc-nor-16m:b256:seed5003:w4:f2:p1:cut773=delayed:keep=0.88-99.103-165.169-173",
    lost: "(never in a commit) the same, of a batch that had begun in the segment before",
  },
];

const TRIALS: readonly { line: string; lost: string }[] = [
  {
    line: "ecc-nor-16m:b16:seed42:w2:f24:p10:A3=1071",
    lost: "one read that went astray hid the newest root, and its recovery was set aside as one that had failed",
  },
  {
    line: "spi-nor-8m:b16:seed11:w0:f40:p4:rot=275",
    lost: "a root whose length had rotted was counted as a record that was lost",
  },
  {
    line: "sx1-nor-8m:b16:seed44:w4:f24:p10:A1=451",
    lost: "a second recovery found no blank block, and what the first had missed was forgotten",
  },
  {
    line: "cfi-nor-16m:b24:seed33:w3:f45:p20:bad-blocks=31",
    lost: "a chunk of a put that had failed was taken for a change, and missed: a loss was told where nothing was lost",
  },
  {
    line: "sx1-nor-8m:b40:seed34:w4:f30:p20:bad-blocks=0",
    lost: "the last block took no label, and the part was not formatted when its format had ended",
  },
  {
    line: "sx1-nor-8m:b40:seed78:w3:f30:p20:bad-blocks=0",
    lost: "blocks that take no erase were counted as free, and a removal was refused",
  },
  { line: "sx1-nor-8m:b40:seed38:w3:f30:p20:bad-blocks=3", lost: "the same, after a close had sealed all and left one blank block" },
  {
    line: "ecc-nor-16m:b40:seed34:w4:f30:p20:bad-blocks=0",
    lost: "a blank block failed, the last one was left, and nothing could be compacted",
  },
];

const broken = ({ findings }: Replayed) => findings.flatMap(({ violations }) => violations);

for (const { line, lost } of CUTS) {
  test(`${line}: ${lost}`, async () => {
    const replayed = await runReplay(holdfast, parseReplay(line));
    assert.equal(broken(replayed), []);
    assert.is(replayed.cuts, 1, "the script still comes to this operation");
  });
}

for (const { line, lost } of TRIALS) {
  test(`${line}: ${lost}`, async () => {
    assert.equal((await runTrial(parseTrial(line), holdfast)).failures, []);
  });
}

const FLIPS: readonly { line: string; lost: string }[] = [
  {
    line: "ecc-nor-16m:b24:seed13:w2:f40:p4:pulled-at-0.9=prefix:flip=56419.7",
    lost: "a record whose length had rotted was not found again where a torn seal stood behind it",
  },
  { line: "cfi-nor-16m:b24:seed13:w2:f40:p4:pulled-at-0.7=bits:burst8=1314", lost: "the same" },
];
for (const { line, lost } of FLIPS) {
  test(`${line}: ${lost}`, async () => {
    assert.equal((await playDeed(parseDeed(line)!, holdfast)).failures, []);
  });
}

test("the cut of a line can fail: a store that reads again what was judged, and one that counts half a batch, are found out by one of them", async () => {
  for (const twin of ["REREAD", "BATCH_UNENDED"] as const) {
    const lines = [...CUTS.map(({ line }) => line), "spi-nor-8m:b12:seed3:w3:f20:p5:cut30=delayed:short"];
    const found = await Promise.all(lines.map((line) => runReplay(twinStore(twin), parseReplay(line))));
    assert.ok(
      found.some((replayed) => replayed.cuts === 1 && broken(replayed).some(({ promise }) => promise === "G2")),
      twin,
    );
  }
});

test.run();
