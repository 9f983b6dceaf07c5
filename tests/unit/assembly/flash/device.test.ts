/* The only caller of the port: nothing leaves the part, and what was programmed has been read back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashDevice, NandFlash, NorFlash } from "../../../../host/flash/index.js";
import { Probe } from "../../../support/probe.js";
import { parts, status } from "../../../support/probe-store.js";

const test = suite("assembly/flash/device");
const nor = { ...parts.nor, programBytes: 4 };

/** A core over a NOR part whose methods may be replaced, with a list of what was asked. */
function make(replace: Partial<FlashDevice> = {}): { probe: Probe; part: NorFlash; asked: string[] } {
  const part = new NorFlash(nor);
  const asked: string[] = [];
  const device: FlashDevice = {
    geometry: nor,
    read: (block, offset, target) => {
      asked.push(`read ${offset}+${target.length}`);
      return (replace.read ?? part.read.bind(part))(block, offset, target);
    },
    program: (block, offset, source) => {
      asked.push(`program ${offset}+${source.length}`);
      return (replace.program ?? part.program.bind(part))(block, offset, source);
    },
    erase: (block) => {
      asked.push("erase");
      return (replace.erase ?? part.erase.bind(part))(block);
    },
    sync: () => {
      asked.push("sync");
      return 0;
    },
  };
  const probe = new Probe(device);
  probe.configure();
  asked.length = 0;
  return { probe, part, asked };
}
const trap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError;

test("what lies outside the part is never asked for: it traps", () => {
  const { probe, asked } = make();
  const { call, spare } = probe;
  const { blockBytes, blockCount } = nor;
  for (const [block, offset, length] of [
    [blockCount, 0, 4],
    [-1, 0, 4],
    [0, blockBytes, 4],
    [0, blockBytes - 4, 8],
    [0, 8, -4],
    [0, -4, 8],
  ]) {
    assert.throws(() => call.deviceRead!(block!, offset!, spare, length!), trap, `read ${block} ${offset} ${length}`);
    assert.throws(() => call.deviceProgram!(block!, offset!, spare, length!), trap, `program ${block} ${offset} ${length}`);
  }
  assert.throws(() => call.deviceErase!(blockCount), trap);
  assert.equal(asked, []);
});

test("a program that is not aligned to the unit traps", () => {
  const { probe, asked } = make();
  for (const [offset, length] of [
    [2, 4],
    [4, 6],
  ])
    assert.throws(() => probe.call.deviceProgram!(0, offset!, probe.spare, length!), trap);
  assert.equal(asked, []);
});

test("a program is synced and read back before it counts", () => {
  const { probe, asked, part } = make();
  probe.bytes(probe.spare, 600).fill(0x5a);
  assert.is(probe.call.deviceProgram!(3, 8, probe.spare, 600), 0);
  assert.equal(asked.slice(0, 2), ["program 8+600", "sync"]);
  assert.is(
    asked.slice(2).reduce((sum, one) => sum + Number(one.split("+")[1]), 0),
    600,
  );
  assert.ok(asked.slice(2).every((one) => one.startsWith("read ")));
  assert.is(part.bytes[3 * nor.blockBytes + 8], 0x5a);
});

test("a program that reads back differently has failed, wherever the difference is", () => {
  for (const wrong of [0, 255, 256, 511, 599]) {
    const part = new NorFlash(nor);
    const { probe } = make({
      program: (block, offset, source) => part.program(block, offset, source),
      read: (block, offset, target) => {
        part.read(block, offset, target);
        const at = 8 + wrong - offset;
        if (at >= 0 && at < target.length) target[at]! ^= 1;
        return 0;
      },
    });
    probe.bytes(probe.spare, 600).fill(0x5a);
    assert.is(probe.call.deviceProgram!(3, 8, probe.spare, 600), status("IO"), `byte ${wrong}`);
  }
});

test("a port that fails is IO; bits it corrected and best guesses are delivered", () => {
  for (const [answer, expected] of [
    [-1, status("IO")],
    [-2, 0],
    [-1000, 0],
    [0, 0],
    [7, 0],
  ]) {
    const { probe } = make({ read: () => answer! });
    assert.is(probe.call.deviceRead!(0, 0, probe.spare, 16), expected, `read answers ${answer}`);
  }
  assert.is(make({ program: () => -1 }).probe.call.deviceProgram!(0, 0, 1024, 4), status("IO"));
  assert.is(make({ erase: () => -1 }).probe.call.deviceErase!(0), status("IO"));
});

test("a read of nothing asks nothing", () => {
  const { probe, asked } = make();
  assert.is(probe.call.deviceRead!(0, nor.blockBytes, probe.spare, 0), 0);
  assert.equal(asked, []);
});

test("only NAND is asked for bad blocks, and only NAND marks them", () => {
  const part = new NandFlash(parts.nand, { badBlocks: [5] });
  const probe = new Probe(part);
  probe.configure();
  assert.equal([call(probe, 4), call(probe, 5)], [0, 1]);
  probe.call.markBad!(4);
  assert.is(call(probe, 4), 1);

  let asked = 0;
  const { geometry } = new NorFlash(nor);
  const odd = new Probe({
    ...make().part,
    geometry,
    read: () => 0,
    program: () => 0,
    erase: () => 0,
    isBad: () => asked++ >= 0,
    markBad: () => asked++,
  });
  odd.configure();
  assert.is(call(odd, 1), 0);
  odd.call.markBad!(1);
  assert.is(asked, 0);
});

function call(probe: Probe, block: number): number {
  return probe.call.isBad!(block);
}

test.run();
