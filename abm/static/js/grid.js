// The list builder: a cell opens in its row; x ticks the row, arrows walk its cells, Escape leaves a cell as it was.
(() => {
  "use strict";
  const keysAreOn = () => window.localStorage.getItem("single-keys") !== "off";
  const rowOf = (element) => element.closest("[data-grid] > tr");

  const walk = (row, from, step) => {
    const places = [...row.querySelectorAll("input, a[href]")];
    places[places.indexOf(from) + step]?.focus();
    return true;
  };

  const onRow = (event, row) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") return walk(row, event.target, event.key === "ArrowRight" ? 1 : -1);
    if (event.key.toLowerCase() !== "x" || !keysAreOn()) return false;
    row.querySelector("[name=entries]")?.click();
    return true;
  };

  const inCell = (event, cell) => {
    if (event.key === "Escape") cell.querySelector("[data-leave]").click();
    else if (event.key === "Enter" && event.target.matches("select")) event.target.form.requestSubmit();
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = event.target.closest("[data-cell]");
    if (cell ? inCell(event, cell) : onRow(event, row)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.cell");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.htmx.ajax("GET", link.href, { source: link, target: rowOf(link), swap: "morph:outerHTML" });
  });

  document.addEventListener("change", ({ target }) => {
    if (target.dataset.ticks) for (const box of document.getElementsByName(target.dataset.ticks)) box.checked = target.checked;
  });
  document.addEventListener("htmx:load", ({ target }) => {
    for (const box of target.querySelectorAll("[data-ticks]")) box.hidden = false;
    for (const hints of target.querySelectorAll("[data-key-hints]")) hints.hidden = !keysAreOn();
  });

  let ticked = false; // a row that comes back stays ticked
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { ticked = Boolean(detail.target.querySelector?.("[name=entries]:checked")); });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const box = ticked && document.getElementById(detail.target.id)?.querySelector("[data-grid] > tr [name=entries]");
    if (box) box.checked = true;
  });
})();
