/*
 * Which stretches reach which places: a build of the core that keeps a bit for each straight run of instructions it comes through, in the functions
 * that are meant. A mutant of a place that a stretch does not reach is what the core is, for that stretch.
 */

/** Functions of which mutants are made. */
export const MEANT = /^assembly\/(journal|format|store)\//;
const FUNCTION = /^ \(func \$(\S+)/;
/** What ends a straight run. */
const CONTROL = /^\s*(if|else|end|loop|block|br|br_if|return|unreachable)\b/;
/** Nothing stands between it and a run's end. */
const CLOSING = /^\s*(else|end)\b/;
const WORD_BITS = 64;

export interface Covering {
  /** The text, with exports `cover0`, `cover1`, ... that hold a bit for each run. */
  text: string;
  /** The run that each line belongs to; undefined where no bit is kept. */
  runs: (number | undefined)[];
}

export function covering(wat: string): Covering {
  const text: string[] = [];
  const runs: (number | undefined)[] = [];
  let count = 0;
  let isMeant = false;
  let isFresh = false;
  for (const line of wat.split("\n")) {
    const head = FUNCTION.exec(line);
    if (head) {
      isMeant = MEANT.test(head[1]!);
      isFresh = true;
    } else if (!line.startsWith("  ")) isMeant = false;
    const isInstruction = isMeant && !head && !line.trim().startsWith("(");
    if (isInstruction && isFresh && !CLOSING.test(line)) {
      text.push(keeping(count++));
      isFresh = false;
    }
    runs.push(isInstruction && !isFresh ? count - 1 : undefined);
    if (isInstruction && CONTROL.test(line)) isFresh = true;
    text.push(line);
  }
  const end = text.lastIndexOf(")");
  for (let word = 0; word * WORD_BITS < count; word++)
    text.splice(end, 0, ` (global $cover${word} (mut i64) (i64.const 0))`, ` (export "cover${word}" (global $cover${word}))`);
  return { text: text.join("\n"), runs };
}
function keeping(run: number): string {
  const word = `$cover${Math.floor(run / WORD_BITS)}`;
  const bit = BigInt.asIntN(WORD_BITS, 1n << BigInt(run % WORD_BITS));
  return `global.get ${word}\ni64.const ${bit}\ni64.or\nglobal.set ${word}`;
}

/** The runs that an instance of that build came through, ascending. */
export function runsOf(exports: WebAssembly.Exports): number[] {
  const found: number[] = [];
  for (let word = 0; `cover${word}` in exports; word++) {
    const bits = BigInt.asUintN(WORD_BITS, (exports[`cover${word}`] as WebAssembly.Global).value as bigint);
    for (let half = 0; half < 2; half++) {
      const low = Number((bits >> BigInt(32 * half)) & 0xffffffffn);
      for (let left = low; left !== 0; left &= left - 1) found.push(word * WORD_BITS + 32 * half + 31 - Math.clz32(left & -left));
    }
  }
  return found;
}
