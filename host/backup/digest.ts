// The hash by which a backup, its bodies and its proofs are known.
import { createHash } from "node:crypto";

/** 64 hex digits, as `sha256sum` prints them. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
