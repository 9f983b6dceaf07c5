/*
 * A driver under the proof: one that keeps its word loses nothing, one that does not is told so.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashGeometry, RamFlash } from "../../../../host/flash/index.js";
import { cutting, runCampaign } from "../../../../host/proof/campaign.js";
import { Driver } from "../../../../host/proof/driver.js";
import { scaled } from "../../../../host/proof/geometries.js";
import { jobsOf } from "../../../../host/proof/job.js";
import { parseReplay, runReplay } from "../../../../host/proof/replay.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/driver");
const geometry = scaled("spi-nor-8m", 16);
const script = { seed: 3, weights: 1, fill: 0.1, partFulls: 0.1 };
const subject = { preset: "spi-nor-8m" as const, blockCount: 16, script };

function campaignOn(driver: Driver, share = 0.03) {
  const jobs = jobsOf([subject], { share, nested1: 1, nested2: 0 }, 1, 0);
  return runCampaign({ name: "driver", budget: "cuts", work: cutting(jobs) }, { driver });
}

test("a driver that keeps its word survives the cuts, each boot on a fresh device", async () => {
  let made = 0;
  const driver = new Driver((asked) => {
    made++;
    return new RamFlash(asked!);
  }, geometry);
  const report = await campaignOn(driver);
  assert.equal(report.violations, []);
  assert.ok(report.cuts > 10, `${report.cuts} cuts`);
  assert.ok(made > report.cuts, `${made} devices for ${report.cuts} cuts`);
});

test("a device that is not blank at first is made so", async () => {
  const driver = new Driver((asked) => {
    const flash = new RamFlash(asked!);
    flash.bytes.fill(0x5a);
    return flash;
  }, geometry);
  assert.equal((await campaignOn(driver, 0.01)).violations, []);
});

/** Forgets the last byte of every program that crosses a page. */
class Forgetful extends RamFlash {
  override program(block: number, offset: number, source: Uint8Array): number {
    const { pageBytes } = this.geometry;
    const crosses = (offset % pageBytes) + source.length > pageBytes;
    return super.program(block, offset, crosses ? source.subarray(0, -1) : source);
  }
}

test("a driver that loses a byte now and then is caught", async () => {
  const { violations } = await campaignOn(new Driver((asked) => new Forgetful(asked!), geometry), 0);
  assert.ok(violations.length > 0);
  assert.match(violations[0]!.text, /DriverFault: read of block \d+ offset \d+ gives \d+, and \d+ should be there/);
});

test("a status that is not 0 is a fault of the driver", async () => {
  class Busy extends RamFlash {
    private count = 0;
    override erase(block: number): number {
      return ++this.count > 20 ? 1 : super.erase(block);
    }
  }
  const { violations } = await campaignOn(new Driver((asked) => new Busy(asked!), geometry), 0);
  assert.match(violations[0]!.text, /DriverFault: erase of block \d+ answers 1/);
});

test("the device's own geometry is what counts; a NAND's bad blocks are left alone", async () => {
  const nand: FlashGeometry = scaled("slc-nand-64m", 16);
  const driver = new Driver(() => {
    const flash = new RamFlash(nand);
    flash.markBad(5);
    return flash;
  }, geometry);
  assert.equal(driver.geometry, nand);
  const replayed = await runReplay(holdfast, parseReplay("spi-nor-8m:b16:seed3:w1:f5:p1:cut40=bits:n1=erase-c"), driver);
  assert.equal(replayed.findings, []);
  assert.is(replayed.cuts, 1);
});

test.run();
