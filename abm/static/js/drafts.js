// What was typed into a form with data-draft outlives an expired session, a fault and a wrong click.
// Kept in this tab only, per person and page; never passwords, files or hidden fields.
(() => {
  "use strict";
  const SENT = "draft-sent";
  const person = document.body.dataset.person;
  const kept = window.sessionStorage;

  const keyOf = (form) => `draft ${person} ${location.pathname} ${form.dataset.draft}`;
  const fieldsOf = (form) => [...form.elements].filter((one) => one.name && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(one.type));
  const isChoice = (one) => one.type === "checkbox" || one.type === "radio";
  const valueOf = (one) => (isChoice(one) ? one.checked : one.multiple ? [...one.selectedOptions].map((option) => option.value) : one.value);
  const nameOf = (one) => (isChoice(one) ? `${one.name}=${one.value}` : one.name);
  const contents = (form) => fieldsOf(form).map((one) => [nameOf(one), valueOf(one)]);

  const fill = (one, value) => {
    if (isChoice(one)) one.checked = value;
    else if (one.multiple) for (const option of one.options) option.selected = value.includes(option.value);
    else one.value = value;
  };

  const note = (form) => {
    const line = document.createElement("p");
    line.className = "notice";
    line.setAttribute("role", "status");
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "button button-small";
    forget.textContent = "Start afresh";
    forget.addEventListener("click", () => {
      kept.removeItem(keyOf(form));
      form.reset();
      line.remove();
      fieldsOf(form)[0]?.focus();
    });
    line.append("What you typed before is back, not saved yet. ", forget);
    form.prepend(line);
  };

  const restore = (form) => {
    const draft = kept.getItem(keyOf(form));
    if (!draft || draft === JSON.stringify(contents(form)) || form.querySelector(".error-summary")) return;
    const values = new Map(JSON.parse(draft));
    for (const one of fieldsOf(form)) if (values.has(nameOf(one))) fill(one, values.get(nameOf(one)));
    note(form);
  };

  // The form that was sent last is done with when its answer leads to an ordinary page of someone signed in: one whose
  // loading began with the sending. A page that is opened later, because no answer came, says nothing of what was sent.
  const SOON = 2000; // milliseconds between sending and the browser's setting out
  const settle = () => {
    const [sent, at] = JSON.parse(kept.getItem(SENT) ?? "[]");
    kept.removeItem(SENT);
    const led = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
    const answer = led && performance.timeOrigin - at < SOON;
    if (sent && person && answer && !document.querySelector(".error-summary, [data-problem]")) kept.removeItem(sent);
  };

  const forgetAll = () => {
    for (const key of Object.keys(kept)) if (key.startsWith("draft")) kept.removeItem(key);
  };

  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[data-draft]");
    if (form && person) kept.setItem(keyOf(form), JSON.stringify(contents(form)));
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("form[data-forgets]")) forgetAll();
    else if (target.matches("form[data-draft]") && kept.getItem(keyOf(target))) kept.setItem(SENT, JSON.stringify([keyOf(target), Date.now()]));
  });
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (!target.matches?.("form[data-draft]") || detail.requestConfig.verb === "get") return; // a look saves nothing
    kept.removeItem(SENT);
    if (detail.xhr.status >= 200 && detail.xhr.status < 300) kept.removeItem(keyOf(target));
  });
  document.addEventListener("htmx:load", ({ target }) => {
    if (person) for (const form of target.querySelectorAll("form[data-draft]")) restore(form);
  });

  settle();
})();
