"use strict";
/* Sorting of tables by a click on a heading; the page is complete without it. */
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (row, i) => {
    const cell = row.cells[i];
    const raw = cell.dataset.v ?? cell.innerText.split("\n")[0].replace(/,/g, "").replace("\u2212", "-");
    const number = parseFloat(raw);
    return Number.isNaN(number) ? raw.toLowerCase() : number;
  };
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    if (head.classList.contains("nosort")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].sort((a, b) => {
        const x = value(a, i), y = value(b, i);
        const order = typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === "number" ? -1 : 1;
        return up ? order : -order;
      });
      body.append(...rows);
    });
  });
}
/* What is folded on the screen is printed all the same. */
addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
