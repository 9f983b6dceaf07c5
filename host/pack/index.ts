/*
 * Packing: record text as deflate against a dictionary of the names the standards print. Runs in a browser.
 */
export { CODEC_PACKED, CODEC_RAW, PACKED_HEAD_BYTES, pack, type StoredBody, unpack, unpackedBytes } from "./codec.js";
