// A review on a shared screen: the clock of the point in hand runs, and the page goes along when another is taken up.
(() => {
  "use strict";
  const theClock = () => document.querySelector("[data-elapsed][role=timer]");
  let heard = ""; // what the server said last of the time that has passed
  let began = 0; // when that time began, as this page counts: the clocks of those who look on need not agree
  const tick = () => {
    const clock = theClock();
    if (!clock) return;
    const news = `${clock.dataset.since} ${clock.dataset.elapsed}`;
    if (news !== heard) {
      const loaded = performance.getEntriesByType("navigation")[0]; // the page itself said it as it began to come
      began = (heard ? performance.now() : loaded.responseStart) - Number(clock.dataset.elapsed) * 1000;
      heard = news;
    }
    const seconds = Math.max(0, Math.floor((performance.now() - began) / 1000));
    const hours = seconds >= 3600 ? `${Math.floor(seconds / 3600)}:` : "";
    const minutes = String(Math.floor((seconds % 3600) / 60)).padStart(hours ? 2 : 1, "0");
    clock.textContent = `${hours}${minutes}:${String(seconds % 60).padStart(2, "0")}`;
    clock.classList.toggle("is-over", seconds > Number(clock.dataset.minutes) * 60);
  };

  document.addEventListener("review-clock", ({ detail }) => { // a machine that slept has counted too little
    const right = performance.now() - detail.elapsed * 1000;
    if (theClock()?.dataset.since === detail.since && Math.abs(right - began) > 2000) began = right;
  });

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
  if (theClock()) {
    tick();
    window.setInterval(tick, 1000);
  }
})();
