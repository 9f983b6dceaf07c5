/*
 * The elements of index.html that the page's code works with, by their data-testid: tests and code name the same things.
 */

/** Errors: an Error naming what index.html lacks. */
export function part<Kind extends HTMLElement = HTMLElement>(name: string): Kind {
  const found = document.querySelector<Kind>(`[data-testid="${name}"]`);
  if (found === null) throw new Error(`index.html has nothing called ${name}`);
  return found;
}

/** The number in a field, or undefined where it is left empty. */
export function numberIn(name: string): number | undefined {
  const { value } = part<HTMLInputElement>(name);
  return value === "" ? undefined : Number(value);
}
