// Says so when an answer did not come: what was typed is still on the page.
(() => {
  "use strict";
  const OFFLINE = "No connection. What you type stays here; send it when the connection is back.";

  const say = (title, text) => {
    const place = document.getElementById("messages");
    if (!place) return;
    const notice = document.createElement("div");
    notice.className = "notice notice-bad";
    notice.setAttribute("role", "alert");
    const heading = document.createElement("p");
    heading.className = "notice-title";
    heading.textContent = title;
    const body = document.createElement("div");
    body.append(heading, text);
    notice.append(body);
    place.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  };

  const failed = ({ detail }) => {
    if (detail.elt?.matches?.("[hx-trigger^=every]")) return; // a page that follows asks again by itself
    const wrote = detail.requestConfig?.verb !== "get";
    if (wrote) say("Not saved. Your text is still here.", "Send it again in a moment.");
    else say("This did not load.", "What you see is as it was before. Try again in a moment.");
  };

  const followConnection = () => {
    const shown = document.getElementById("offline");
    if (navigator.onLine) {
      shown?.remove();
    } else if (!shown) {
      const line = document.createElement("p");
      line.id = "offline";
      line.className = "offline";
      line.setAttribute("role", "status");
      line.textContent = OFFLINE;
      document.body.append(line);
    }
  };

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, failed);
  window.addEventListener("offline", followConnection);
  window.addEventListener("online", followConnection);
})();
