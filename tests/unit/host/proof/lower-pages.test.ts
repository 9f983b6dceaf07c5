/* Of paired pages the lower ones are offered, in order, as one block of half the size; a cut there hurts nothing older. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, NandFlash, PowerCut, RamFlash } from "../../../../host/flash/index.js";
import { scaled } from "../../../../host/proof/geometries.js";
import { served, servedGeometry } from "../../../../host/proof/lower-pages.js";

const test = suite("host/proof/lower-pages");
const geometry = scaled("mlc-nand-64m", 12);
const { pageBytes } = geometry;
const page = (value: number) => new Uint8Array(pageBytes).fill(value);

test("a part without pairs is given as it is", () => {
  const part = new RamFlash(scaled("slc-nand-64m", 12));
  assert.is(served(part), part);
  assert.is(servedGeometry(part.geometry), part.geometry);
});

test("half of the block is offered, and what was programmed is read, also across pages", () => {
  const part = new RamFlash(geometry);
  const offered = served(part);
  assert.is(offered.geometry.blockBytes, geometry.blockBytes / 2);
  assert.is(offered.geometry.pairedPages, undefined);
  for (let i = 0; i < 16; i++) offered.program(2, i * pageBytes, page(i + 1));
  const all = new Uint8Array(offered.geometry.blockBytes);
  offered.read(2, 0, all);
  assert.equal(
    Array.from({ length: 16 }, (_, i) => all[i * pageBytes]),
    Array.from({ length: 16 }, (_, i) => i + 1),
  );
  const middle = new Uint8Array(pageBytes);
  offered.read(2, 3.5 * pageBytes, middle);
  assert.equal([middle[0], middle[pageBytes - 1]], [4, 5]);
  const used = Array.from({ length: 32 }, (_, i) => part.bytes[2 * geometry.blockBytes + i * pageBytes] !== 0xff);
  assert.equal(
    used.map((one, i) => (one ? i : -1)).filter((i) => i >= 0),
    [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27],
  );
});

test("a torn program damages acknowledged pages on the part itself, and none that were offered", () => {
  const lostPages = (lowerOnly: boolean): number => {
    const fault = new FaultFlash(new NandFlash(geometry), { seed: 3, cut: { op: 6, tear: "bits" } });
    const device = lowerOnly ? served(fault) : fault;
    try {
      for (let i = 0; i < 8; i++) device.program(1, i * pageBytes, page(0x50));
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    fault.reboot();
    const read = Array.from({ length: 6 }, (_, i) => {
      const bytes = new Uint8Array(pageBytes);
      device.read(1, i * pageBytes, bytes);
      return bytes.every((byte) => byte === 0x50);
    });
    return read.filter((isWhole) => !isWhole).length;
  };
  assert.is(lostPages(true), 0);
  assert.ok(lostPages(false) > 0);
});

test.run();
