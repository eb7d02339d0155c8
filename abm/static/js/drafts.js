// What was typed into a form with data-draft outlives an expired session, a fault and a wrong click.
// Kept in this tab only, per person and form; never passwords or files. Its hidden fields go along: they say what the
// page showed, so that nobody's later change is overwritten unseen, and carry the key by which it is saved once.
(() => {
  "use strict";
  const SENT = "draft-sent";
  const person = document.body.dataset.person;
  const kept = window.sessionStorage;

  const keyOf = (form) => `draft ${person} ${form.getAttribute("action") ?? location.pathname} ${form.dataset.draft}`;
  const fieldsOf = (form) => [...form.elements].filter((one) => one.name && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(one.type));
  const hiddenOf = (form) => [...form.elements].filter((one) => one.type === "hidden" && one.name !== "csrf_token");
  const isSavedOnce = (form) => hiddenOf(form).some((one) => ["idempotency_key", "client_key"].includes(one.name));
  const isChoice = (one) => one.type === "checkbox" || one.type === "radio";
  const valueOf = (one) => (isChoice(one) ? one.checked : one.multiple ? [...one.selectedOptions].map((option) => option.value) : one.value);
  const nameOf = (one) => (isChoice(one) ? `${one.name}=${one.value}` : one.name);
  const contents = (fields) => fields.map((one) => [nameOf(one), valueOf(one)]);
  const differs = (one, value) => JSON.stringify(valueOf(one)) !== JSON.stringify(value);

  const shown = (one) => {
    if (isChoice(one)) return one.defaultChecked;
    if (!one.options) return one.defaultValue;
    const chosen = [...one.options].filter((option) => option.defaultSelected).map((option) => option.value);
    return one.multiple ? chosen : (chosen.at(-1) ?? one.options[0]?.value ?? "");
  };

  const fill = (one, value) => {
    if (isChoice(one)) one.checked = value;
    else if (one.multiple) for (const option of one.options) option.selected = value.includes(option.value);
    else one.value = value;
  };

  const found = (key) => JSON.parse(kept.getItem(key) ?? "null");

  const keep = (form) => {
    const before = found(keyOf(form))?.changed ?? []; // what is shown again after a refusal was typed as well
    const now = fieldsOf(form).filter((one) => differs(one, shown(one))).map(nameOf);
    const draft = { values: contents(fieldsOf(form)), changed: [...new Set([...before, ...now])], hidden: contents(hiddenOf(form)) };
    kept.setItem(keyOf(form), JSON.stringify(draft));
  };

  const note = (form, fresh) => {
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
      for (const one of hiddenOf(form)) if (fresh.has(one.name)) one.value = fresh.get(one.name);
      line.remove();
      fieldsOf(form)[0]?.focus();
    });
    const once = "What you typed before is back. It may have been saved already; sending it again saves it once. ";
    line.append(isSavedOnce(form) ? once : "What you typed before is back, not saved yet. ", forget);
    form.prepend(line);
  };

  // Of a form that is saved once everything comes back, so that it says the same; of any other only what was changed.
  const restore = (form) => {
    const draft = found(keyOf(form));
    if (!draft || form.querySelector(".error-summary")) return;
    const values = new Map(draft.values);
    const known = fieldsOf(form).filter((one) => values.has(nameOf(one)));
    const changed = known.filter((one) => draft.changed.includes(nameOf(one)));
    if (!changed.some((one) => differs(one, values.get(nameOf(one))))) return;
    const [fresh, hidden] = [new Map(contents(hiddenOf(form))), new Map(draft.hidden)];
    for (const one of isSavedOnce(form) ? known : changed) fill(one, values.get(nameOf(one)));
    for (const one of hiddenOf(form)) if (hidden.has(one.name)) one.value = hidden.get(one.name);
    note(form, fresh);
  };

  // The form that was sent last is done with when its answer leads to an ordinary page of someone signed in: one whose
  // loading began with the sending. A page that is opened later, because no answer came, says nothing of what was sent.
  const SOON = 2000; // milliseconds between sending and the browser's setting out
  const settle = () => {
    const [sent, at] = JSON.parse(kept.getItem(SENT) ?? "[]");
    kept.removeItem(SENT);
    const both = found(sent ?? "");
    if (both && document.querySelector("[data-conflict]")) kept.setItem(sent, JSON.stringify({ ...both, hidden: [] })); // seen now
    const led = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
    const answer = led && performance.timeOrigin - at < SOON;
    if (sent && person && answer && !document.querySelector(".error-summary, [data-problem]")) kept.removeItem(sent);
  };

  const forgetAll = () => {
    for (const key of Object.keys(kept)) if (key.startsWith("draft")) kept.removeItem(key);
  };

  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[data-draft]");
    if (form && person) keep(form);
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("form[data-forgets]")) forgetAll();
    else if (target.matches("form[data-draft]") && kept.getItem(keyOf(target))) {
      keep(target);
      kept.setItem(SENT, JSON.stringify([keyOf(target), Date.now()]));
    }
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
