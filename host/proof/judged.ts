/*
 * Which images after a cut have been judged and found clean.
 *
 * The store is a function of what it reads and of what it is asked. Where image and model are equal, the next boot
 * reads the same and must show the same: it is judged once. What is drawn for the life after it differs with the
 * number of the cut operation, so an equal image only forgoes another sample of that life.
 */
import type { Model } from "./model.js";

export class Judged {
  /** Key → how many further cuts were tried from there on. */
  private readonly clean = new Map<string, number>();

  static keyOf(image: bigint, model: Model): string {
    return `${image}.${model.signature}`;
  }

  /** Was it judged, with further cuts at least `depth` deep? */
  has(key: string, depth: number): boolean {
    const deepest = this.clean.get(key);
    return deepest !== undefined && deepest >= depth;
  }

  add(key: string, depth: number): void {
    if (!this.has(key, depth)) this.clean.set(key, depth);
  }
}
