// A button that copies a text, where the browser lets it.
(() => {
  "use strict";
  document.addEventListener("htmx:load", ({ target }) => {
    if (navigator.clipboard) for (const button of target.querySelectorAll("[data-copy]")) button.hidden = false;
  });
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy by hand";
    }
    setTimeout(() => { button.textContent = words; }, 2000);
  });
})();
