// Keeps focus where the person is: errors take it, a swap gives it back, and it never falls to <body>.
(() => {
  "use strict";
  let left = null; // what had focus before a swap: ids outlive elements

  const takeFocus = (root) => {
    const wants = root.matches?.("[data-takes-focus]") ? root : root.querySelector("[data-takes-focus]");
    if (wants) wants.focus();
    return Boolean(wants);
  };

  const giveBack = (place) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const scope = place?.isConnected ? place : document.getElementById(left.place ?? "") ?? document.getElementById("main");
    const same = left.name ? scope?.querySelector(`[name="${CSS.escape(left.name)}"]`) : null;
    const next = document.getElementById(left.id ?? "") ?? same ?? scope;
    if (!next) return;
    if (!next.matches("a[href], button, input, select, textarea, summary, [tabindex]")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const active = document.activeElement;
    const nowhere = !active || active === document.body;
    if (nowhere && !detail.requestConfig?.triggeringEvent) { left = null; return; } // a page that completes itself
    left = { id: active?.id, name: active?.name, place: detail.target?.id };
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!left) return;
    const place = document.getElementById(left.place ?? "") ?? detail.elt;
    if (!place || !takeFocus(place)) giveBack(place);
  });
  takeFocus(document);
})();
