// The id of an imported record: the same card gives the same id at every import, so it is found again instead of doubled.
// The hash is a library's, not Node's: a page imports with the same code and must find the same ids.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const encoder = new TextEncoder();

/** 16 hex digits from kind and UID: SHA-256 of `kind NUL "uid" NUL uid`, first 8 bytes. */
export function idOfUid(kind: string, uid: string): string {
  return bytesToHex(sha256(encoder.encode(`${kind}\0uid\0${uid}`))).slice(0, 16);
}

/** 16 hex digits from kind and bytes, for what has no UID: the first 8 bytes of the digest. */
export function idOfBytes(kind: string, body: Uint8Array): string {
  return digestOfBytes(kind, body).slice(0, 16);
}

/** SHA-256 of `kind NUL "bytes" NUL body`, 64 hex digits. */
export function digestOfBytes(kind: string, body: Uint8Array): string {
  return bytesToHex(
    sha256
      .create()
      .update(encoder.encode(`${kind}\0bytes\0`))
      .update(body)
      .digest(),
  );
}
