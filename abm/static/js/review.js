// A review on a shared screen: the clock of the point in hand runs, and the page goes along when another is taken up.
(() => {
  "use strict";
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-since][role=timer]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - new Date(clock.dataset.since)) / 1000));
      const hours = seconds >= 3600 ? `${Math.floor(seconds / 3600)}:` : "";
      const minutes = String(Math.floor((seconds % 3600) / 60)).padStart(hours ? 2 : 1, "0");
      clock.textContent = `${hours}${minutes}:${String(seconds % 60).padStart(2, "0")}`;
      clock.classList.toggle("is-over", seconds > Number(clock.dataset.minutes) * 60);
    }
  };

  let point = document.getElementById("now")?.dataset.point;
  const follow = (own) => {
    const now = document.getElementById("now");
    if (!now || now.dataset.point === point) return;
    document.getElementById(point)?.removeAttribute("aria-current");
    point = now.dataset.point;
    const panel = document.getElementById(point);
    panel?.setAttribute("aria-current", "step");
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const typing = document.activeElement?.closest("form[data-draft]"); // nobody's line is taken from under them
    const wanted = own || (document.getElementById("follow")?.checked && !typing);
    if (!panel || !wanted) return;
    panel.scrollIntoView({ behavior: still ? "auto" : "smooth" });
    if (own && !document.activeElement?.matches("a, button, input, summary")) { // taken up with a key: go on in it
      panel.tabIndex = -1;
      panel.focus({ preventScroll: true });
    }
  };

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    tick();
    follow(detail.requestConfig?.verb === "post");
  });
  if (document.querySelector("[data-since][role=timer]")) {
    tick();
    window.setInterval(tick, 1000);
  }
})();
