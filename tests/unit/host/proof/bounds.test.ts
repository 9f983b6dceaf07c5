/* The bounds of a mount are numbers of the geometry; what breaks one is told. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { brokenBound, brokenWear, mountBounds } from "../../../../host/proof/bounds.js";
import { ANCHORED_BLOCKS, partNames, scaled } from "../../../../host/proof/geometries.js";

const test = suite("host/proof/bounds");
const NAMES = ["reads", "readBytes", "programs", "erases"] as const;

test("every geometry has bounds, and a larger part larger ones", () => {
  for (const preset of partNames) {
    const [small, large] = [mountBounds(scaled(preset, 14)), mountBounds(scaled(preset, 24))];
    for (const name of NAMES) {
      assert.ok(Number.isInteger(small[name]) && small[name] > 0);
      assert.ok(large[name] > small[name]);
    }
  }
});

test("the bound itself is within, one more is not, whichever it is", () => {
  const geometry = scaled("spi-nor-8m", 16);
  const bounds = mountBounds(geometry);
  assert.is(brokenBound(geometry, bounds), "");
  for (const name of NAMES)
    assert.match(brokenBound(geometry, { ...bounds, [name]: bounds[name] + 1 }), new RegExp(`asked for ${bounds[name] + 1} ${name}`));
});

test("wear is broken by one block far above the mean; the anchor may be", () => {
  const even = new Uint32Array(16).fill(10);
  assert.is(brokenWear(even), "");
  even[3] = 40;
  assert.match(brokenWear(even), /erased 40 times/);
  const anchored = new Uint32Array(ANCHORED_BLOCKS).fill(2);
  anchored[0] = 500;
  assert.is(brokenWear(anchored), "");
  anchored[1] = 500;
  assert.is.not(brokenWear(anchored), "");
});

test.run();
