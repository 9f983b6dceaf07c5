/* Evidence is gathered as it is seen, and handed over as plain values. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { timeModelOf } from "../../../../host/flash/index.js";
import { mountBounds } from "../../../../host/proof/bounds.js";
import { Evidence, LATENCY_EDGES_MS } from "../../../../host/proof/evidence.js";
import { scaled } from "../../../../host/proof/geometries.js";

const test = suite("host/proof/evidence");
const geometry = scaled("spi-nor-8m", 16);

test("images count once, the map has a letter and a verdict for each operation cut", () => {
  const evidence = new Evidence(timeModelOf(geometry), geometry);
  for (const hash of [5n, 6n, 5n, 5n + (1n << 60n)]) evidence.image(hash);
  evidence.cutAt(2, "recovery", true);
  evidence.cutAt(4, "erase", false);
  const { images, map } = evidence.seen();
  assert.is(images.length, 2);
  assert.equal(map, { phases: "..r.e", verdicts: "..+.x" });
});

test("times fall into their buckets, wear into its counts", () => {
  const evidence = new Evidence(timeModelOf(geometry), geometry);
  for (const ms of [0, LATENCY_EDGES_MS[3]!, 1e9]) evidence.latency("put", ms);
  evidence.wearOf(Uint32Array.of(0, 3, 3));
  const { latencies, wear } = evidence.seen();
  const { counts, maxMs } = latencies.put!;
  assert.equal([counts[0], counts[3], counts.at(-1), maxMs], [1, 1, 1, 1e9]);
  assert.equal(wear, [1, 0, 0, 2]);
  assert.equal(structuredClone(evidence.seen()), evidence.seen());
});

test("a mount's nearness to its bounds is the largest of all", () => {
  const evidence = new Evidence(timeModelOf(geometry), geometry);
  const bounds = mountBounds(geometry);
  evidence.mount({ reads: bounds.reads / 2, readBytes: 0, programs: 0, erases: 0 });
  evidence.mount({ reads: 0, readBytes: 0, programs: bounds.programs / 4, erases: 0 });
  assert.equal(evidence.seen().mounts, { reads: 0.5, readBytes: 0, programs: 0.25, erases: 0 });
  assert.ok(evidence.seen().latencies["mount after a cut"]!.maxMs > 0);
});

test.run();
