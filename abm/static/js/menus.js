// Menus close on Escape, on a click elsewhere and when another opens.
(() => {
  "use strict";
  const closeAll = (but) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== but) menu.open = false;
  };

  document.addEventListener("click", ({ target }) => closeAll(target.closest("details[data-menu]")));
  document.addEventListener("focusin", ({ target }) => closeAll(target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
