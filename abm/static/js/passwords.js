// A button beside a password shows what was typed.
(() => {
  "use strict";
  document.addEventListener("htmx:load", ({ target }) => {
    for (const button of target.querySelectorAll("[data-show-password]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", "false");
    }
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-show-password]");
    const field = button && document.getElementById(button.dataset.showPassword);
    if (!field) return;
    const shows = field.type === "password";
    field.type = shows ? "text" : "password";
    button.setAttribute("aria-pressed", String(shows));
  });
  // A browser offers to keep passwords, not plain text: hide it again before it is sent.
  document.addEventListener("submit", ({ target }) => {
    for (const button of target.querySelectorAll("[data-show-password]")) document.getElementById(button.dataset.showPassword).type = "password";
  });
})();
