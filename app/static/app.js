// Small comforts. Every page works without this file.

const SENT_FOR = 5000; // ms during which a second press on the same form is taken for a double click
const REACHED_IN = 8000; // ms within which a server that can be reached has answered

// The autofocus attribute does it in most browsers; the others get it here.
addEventListener("load", () => {
  if (document.activeElement === document.body) document.querySelector(".error-summary")?.focus();
});

// Following a link of the summary puts the cursor in the field, not only in view.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".error-summary a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});

const dirty = new Set();
const sent = new Map();
const asking = new Set();
const reached = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-guard")) dirty.add(form);
});

// A page that comes back with errors holds answers that are not stored yet.
document.querySelectorAll("form[data-guard]").forEach((form) => {
  if (form.querySelector("[aria-invalid=true]")) dirty.add(form);
});

window.addEventListener("beforeunload", (event) => {
  if (dirty.size) event.preventDefault();
});

// The button is not disabled: its name and value have to travel with the form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  if (form.hasAttribute("data-guard") && !event.defaultPrevented && !reached.has(form)) {
    event.preventDefault();
    if (!asking.has(form)) sendWhenReached(form, event.submitter);
    return;
  }
  dirty.delete(form);
  event.submitter?.setAttribute("aria-disabled", "true");
  sent.set(form, event.submitter);
  setTimeout(() => release(form), SENT_FOR);
});

// Leaving for a page that never comes would lose what was typed: the server is asked for first.
async function sendWhenReached(form, submitter) {
  asking.add(form);
  const told = form.querySelector("[data-unreached]");
  const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(REACHED_IN) }).catch(() => null);
  asking.delete(form);
  told?.remove();
  if (!answer?.ok) return tellUnreached(form);
  reached.add(form);
  form.requestSubmit(submitter);
  reached.delete(form);
}

function tellUnreached(form) {
  const told = document.createElement("p");
  told.className = "notice error";
  told.setAttribute("role", "alert");
  told.dataset.unreached = "";
  told.textContent = "Pas de connexion\u202f: rien n’est parti, tout ce que vous avez tapé est encore là. Réessayez dans un instant.";
  (form.querySelector(".form-end") ?? form.lastElementChild).before(told);
}

// A page taken back from the browser's cache must accept a new answer.
window.addEventListener("pageshow", () => [...sent.keys()].forEach(release));

function release(form) {
  sent.get(form)?.removeAttribute("aria-disabled");
  sent.delete(form);
}
