/*
 * The runtime of the device core: there is no heap.
 *
 * One function per hook of AssemblyScript's runtime. ERROR() fires at compile time, and only when the
 * function is reached: a core that allocates nothing builds, one that could allocate does not (AS102).
 * The message points here; to find the caller build with `--runtime stub --debug -t -` and look for
 * `call $~lib/rt/stub/__new`. This folder is not formatted: formatters cannot parse function decorators.
 */
// @ts-ignore: decorator
@global @unsafe export function __alloc(size: usize): usize { ERROR("heap allocation is forbidden in the device core"); return 0; }
// @ts-ignore: decorator
@global @unsafe export function __realloc(ptr: usize, size: usize): usize { ERROR("heap allocation is forbidden in the device core"); return 0; }
// @ts-ignore: decorator
@global @unsafe export function __free(ptr: usize): void { ERROR("heap release is forbidden in the device core"); }
// @ts-ignore: decorator
@global @unsafe export function __reset(): void {}
// @ts-ignore: decorator
@global @unsafe export function __new(size: usize, id: u32): usize { ERROR("managed allocation is forbidden in the device core"); return 0; }
// @ts-ignore: decorator
@global @unsafe export function __renew(ptr: usize, size: usize): usize { ERROR("managed allocation is forbidden in the device core"); return 0; }
// @ts-ignore: decorator
@global @unsafe export function __link(parent: usize, child: usize, expectMultiple: bool): void {}
// @ts-ignore: decorator
@global @unsafe export function __pin(ptr: usize): usize { return ptr; }
// @ts-ignore: decorator
@global @unsafe export function __unpin(ptr: usize): void {}
// @ts-ignore: decorator
@global @unsafe export function __collect(): void {}
// @ts-ignore: decorator
@global @unsafe export function __visit(ptr: usize, cookie: u32): void {}
