// Today: x chooses a row, c, e, l or m opens the quick log, a letter says what happened, Enter logs it; the next row gets focus.
(() => {
  "use strict";
  const CHANNELS = { c: "call", e: "email", l: "social", m: "meeting" };
  let next = null; // id of the link that gets focus once the row is swapped

  const keysAreOn = () => window.localStorage.getItem("single-keys") !== "off";
  const linkOf = (row) => row?.querySelector(".queue-text a");
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const close = (form) => {
    const row = form.closest("[data-log]");
    form.remove();
    linkOf(row)?.focus();
  };

  const open = (row, channel) => {
    const form = document.getElementById("quick-log").content.firstElementChild.cloneNode(true);
    for (const group of form.querySelectorAll("[data-channel]")) if (group.dataset.channel !== channel) group.remove();
    form.action = row.dataset.log;
    form.setAttribute("aria-label", `Log on ${row.dataset.name}`);
    form.elements.client_key.value = newKey();
    form.elements.when.value = new Date().toISOString();
    form.setAttribute("hx-post", row.dataset.log);
    form.setAttribute("hx-target", `#${row.id}`);
    form.setAttribute("hx-swap", "outerHTML");
    row.querySelector(".queue-log").replaceChildren(form);
    window.htmx.process(form);
    const first = form.querySelector("input[type=radio]");
    first.checked = true;
    first.focus();
  };

  const inForm = (event, form) => {
    if (event.key === "Escape") return close(form) || true;
    if (event.key === "Enter" && event.target.type === "radio") return form.requestSubmit() || true;
    const choice = form.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!choice || !keysAreOn()) return false;
    choice.checked = true;
    choice.focus();
    return true;
  };

  const choose = (row) => {
    const box = row.querySelector("[data-choice]");
    if (box) box.checked = !box.checked;
    return Boolean(box);
  };

  const onRow = (event, row) => {
    if (!keysAreOn() || event.target.matches("input:not([type=checkbox]), select, textarea")) return false;
    if (event.key.toLowerCase() === "x") return choose(row);
    const channel = CHANNELS[event.key.toLowerCase()];
    if (!channel) return false;
    open(row, channel);
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("[data-queue] > [data-log]");
    if (!row || !document.getElementById("quick-log")) return;
    const form = event.target.closest(".quick-log");
    if (form ? inForm(event, form) : onRow(event, row)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const row = detail.target.closest?.("[data-queue] > [data-log]");
    next = row && detail.target === row ? (linkOf(row.nextElementSibling) ?? linkOf(row))?.id : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (next) document.getElementById(next)?.focus();
    next = null;
  });
  if (keysAreOn()) for (const hints of document.querySelectorAll("[data-key-hints]")) hints.hidden = false;
})();
