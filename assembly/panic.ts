/*
 * What `abort` becomes in every build: a trap.
 *
 * Nothing is imported for it, so the device core imports flash.* and nothing else. A trap counts as a
 * power cut: the host drops the instance and mounts again (docs/abi.md, "Traps").
 */

export function onAbort(_message: string | null, _file: string | null, _line: u32, _column: u32): void {
  unreachable();
}
