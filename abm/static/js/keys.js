// Single keys: / goes to the search, Q to the quick log, N to a review's next point, J and K walk through rows, ? lists the keys. They can be switched off.
(() => {
  "use strict";
  const CHOICE = "single-keys";
  const isOn = () => window.localStorage.getItem(CHOICE) !== "off";
  const isTyping = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  const walk = (from, step) => {
    const row = from.closest("[data-rows] > tbody > tr, [data-rows] > li");
    const rows = row ? [...row.parentElement.children] : [];
    const next = rows[rows.indexOf(row) + step];
    if (!next) return false;
    const place = next.querySelector("a[href], button, input, select") ?? next;
    if (place === next) next.tabIndex = -1;
    place.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  const showKeys = () => {
    const list = document.getElementById("keys");
    if (list && !list.open) list.showModal();
    return Boolean(list);
  };

  const ACTIONS = {
    "/": () => {
      const search = document.querySelector('[data-shortcut="/"]');
      search?.focus();
      return Boolean(search);
    },
    q: () => {
      const line = document.getElementById("one-line");
      const way = document.querySelector('[data-shortcut="q"]');
      if (line) line.focus();
      else way?.click();
      return Boolean(line ?? way);
    },
    n: () => {
      const next = document.getElementById("next-point");
      next?.requestSubmit();
      return Boolean(next);
    },
    "?": () => showKeys(),
    j: (from) => walk(from, 1),
    k: (from) => walk(from, -1),
  };

  const showChoice = (button) => {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn()));
    button.textContent = `Single-key shortcuts: ${isOn() ? "on" : "off"}`;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !isOn()) return;
    if (ACTIONS[event.key.toLowerCase()]?.(event.target)) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-keys-show]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
  for (const button of document.querySelectorAll("[data-keys-switch]")) {
    showChoice(button);
    button.addEventListener("click", () => {
      window.localStorage.setItem(CHOICE, isOn() ? "off" : "on");
      showChoice(button);
    });
  }
})();
