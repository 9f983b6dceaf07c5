import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BlockMap } from "../../../../host/emulator/block-map.js";
import { RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";
import { bytesOf } from "../../../../host/proof/chance.js";
import { scaled } from "../../../../host/proof/geometries.js";

const test = suite("host/emulator/block-map");
const geometry = scaled("spi-nor-8m", 16);
const ALL = Array.from({ length: 16 }, (_, block) => block);
const ID = "0000000000000001";

async function store(): Promise<{ flash: RamFlash; agent: Awaited<ReturnType<typeof openAgent>> }> {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  return { flash, agent: await openAgent(flash, { wallMs: () => 1_255_000_000_000 }) }; // times that differ may take a byte more
}

test("a record counts as live until it is superseded or removed; its bytes stay in the block", async () => {
  const { flash, agent } = await store();
  const map = new BlockMap(geometry);
  const looked = () => {
    map.look(flash.bytes, ALL);
    return map.map(agent.list()).blocks.reduce((sum, { liveBytes, recordBytes }) => [sum[0] + liveBytes, sum[1] + recordBytes], [0, 0]);
  };
  assert.equal(looked(), [0, 0]);
  agent.put("note", bytesOf(1, 1, 0, 300, true), { id: ID });
  const [live, all] = looked();
  assert.ok(live > 300 && live === all, `${live} of ${all}`);
  agent.put("note", bytesOf(1, 2, 0, 300, true), { id: ID });
  assert.equal(looked(), [live, 2 * all]);
  agent.remove("note", ID);
  assert.is(looked()[0], 0);
});

test("states, erases and lines are the workbench's", async () => {
  const { flash, agent } = await store();
  agent.put("photo", new Uint8Array(3000), { id: ID });
  const map = new BlockMap(geometry);
  map.look(flash.bytes, ALL);
  const { blocks } = map.map(agent.list());
  assert.is(blocks.length, 16);
  const busy = blocks.filter(({ state }) => state.startsWith("open"));
  assert.ok(busy.length >= 1, blocks.map(({ state }) => state).join());
  assert.ok(busy.every(({ erases }) => erases >= 1));
  const lines = busy.flatMap(({ block }) => map.lines(block, agent.list()));
  assert.ok(lines.some(({ live }) => live === true) && lines.some(({ live, what }) => live === undefined && what === "label"));
  assert.ok(lines.every(({ live }) => live !== false));
});

test("only touched blocks are described again", async () => {
  const { flash, agent } = await store();
  const map = new BlockMap(geometry);
  map.look(flash.bytes, ALL);
  const before = map.map([]).blocks.map(({ state }) => state);
  agent.put("note", "x");
  map.look(flash.bytes, []);
  assert.equal(
    map.map([]).blocks.map(({ state }) => state),
    before,
  );
});

test.run();
