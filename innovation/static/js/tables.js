// On a phone a row is a block; each value says which column it came from.
function label(root) {
  for (const table of root.querySelectorAll("table.table-stack")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) =>
      cell.querySelector(".visually-hidden") ? "" : cell.textContent.trim(),
    );
    for (const body of [...table.tBodies, ...(table.tFoot ? [table.tFoot] : [])]) {
      for (const row of body.rows) {
        [...row.cells].forEach((cell, at) => {
          if (at && heads[at] && !("label" in cell.dataset)) cell.dataset.label = heads[at];
        });
      }
    }
  }
}

label(document);
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (target instanceof Element) label(target);
});
