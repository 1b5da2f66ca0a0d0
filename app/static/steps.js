// One step of the meeting at a time: arrows, the address, the clock. Without this module the steps stand below each other.

const room = document.querySelector("[data-meeting]");
const steps = () => [...room.querySelectorAll(".step")];
let current = "";
let began = room.dataset.minutes === undefined ? null : Date.now() - room.dataset.minutes * 60000;

export { room, steps };

export function shown() {
  return current;
}

/** Show the step of that name, or the first one. `focused` puts the reader, and the arrows, at its heading. */
export function show(key, focused = true) {
  const all = steps();
  const step = all.find((one) => one.id === key) ?? all[0];
  current = step.id;
  for (const one of all) one.classList.toggle("current", one === step);
  if (location.hash.slice(1) !== current) history.replaceState(null, "", `#${current}`);
  const summary = step.querySelector(".error-summary");
  if (focused) (summary ?? step.querySelector("h2")).focus({ preventScroll: true });
  scrollTo(0, 0);
  tell();
}

export function move(by) {
  const all = steps();
  const place = all.findIndex((one) => one.id === current) + by;
  if (all[place]) show(all[place].id);
}

/** The clock starts with the first answer; it informs, and stops nothing. */
export function start(minutes) {
  began = minutes === undefined ? began : Date.now() - minutes * 60000;
  tell();
}

function tell() {
  const minutes = began === null ? null : Math.floor((Date.now() - began) / 60000);
  for (const place of room.querySelectorAll("[data-timer]")) {
    place.textContent = minutes === null ? "" : ` · ${minutes} min`;
    place.classList.toggle("late", minutes >= 10);
  }
}

addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
  const isTyping = event.target.closest?.("input, textarea, select, summary, [contenteditable], .table-wrap");
  if (!by || isTyping || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  move(by);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || !steps().some((one) => `#${one.id}` === link.hash)) return;
  event.preventDefault();
  link.closest("details")?.removeAttribute("open");
  show(link.hash.slice(1));
});

addEventListener("hashchange", () => location.hash.slice(1) !== current && show(location.hash.slice(1)));

room.classList.add("stepping");
const refused = room.querySelector(".error-summary")?.closest(".step");
show(refused?.id ?? location.hash.slice(1), Boolean(refused));
addEventListener("load", () => scrollTo(0, 0)); // the browser goes to the anchor once everything is there
setInterval(tell, 15000);
