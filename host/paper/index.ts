/*
 * Paper: a book that people read, and that a scanner restores.
 */
export { type Booklet, makeBooklet, PAPERS, type Paper } from "./booklet.js";
export type { PaperName, PaperRecord } from "./page-data.js";
export { isScanned, readScanned, type Scanned } from "./scanned.js";
