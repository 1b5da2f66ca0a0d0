// Small comforts. Every page works without this file.

const SENT_FOR = 5000; // ms during which a second press on the same form is taken for a double click

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
  dirty.delete(form);
  event.submitter?.setAttribute("aria-disabled", "true");
  sent.set(form, event.submitter);
  setTimeout(() => release(form), SENT_FOR);
});

// A page taken back from the browser's cache must accept a new answer.
window.addEventListener("pageshow", () => [...sent.keys()].forEach(release));

function release(form) {
  sent.get(form)?.removeAttribute("aria-disabled");
  sent.delete(form);
}
