/*
 * Rows of a table, from texts and elements. Nothing that comes out of a record is ever read as HTML.
 */
export function row(cell: "td" | "th", cells: readonly (string | Node)[]): HTMLTableRowElement {
  const made = document.createElement("tr");
  for (const content of cells) {
    const one = document.createElement(cell);
    if (cell === "th") one.setAttribute("scope", "col");
    one.append(content);
    made.append(one);
  }
  return made;
}
