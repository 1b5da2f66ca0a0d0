// Saves each step of the meeting without leaving it, keeps what is typed while the connection is away, and shows what
// the other person decides meanwhile. What was typed stays in this browser until the server has said yes.

import { room, show, shown, start, steps } from "./steps.js";

const KEY = `conseil ${room.dataset.meeting}`;
const ASK_EVERY = 4000; // ms
const typed = new Map(Object.entries(JSON.parse(localStorage.getItem(KEY) ?? "{}"))); // form id → its fields
const toSend = new Set();
const unread = new WeakSet(); // forms whose step changed on the server while somebody was typing here
const text = (step) => step.innerHTML.replaceAll(/name="once" value="[^"]*"/g, ""); // each display has keys of its own
const source = new WeakMap(steps().map((step) => [step, text(step)]));
let version = room.dataset.version;
let isSending = false;

const keep = () => localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(typed)));
const answers = (form) => [...new FormData(form)].filter(([name]) => !["csrf", "next", "once", "version"].includes(name));

function told(text = "") {
  const place = room.querySelector("[data-told]");
  place.textContent = text;
  place.hidden = !text;
}

function unsent() {
  const text = toSend.size ? `· ${toSend.size} réponse${toSend.size > 1 ? "s" : ""} pas encore envoyée${toSend.size > 1 ? "s" : ""}` : "";
  for (const place of room.querySelectorAll("[data-unsent]")) {
    place.textContent = text;
    place.hidden = !text;
  }
}

/** Put back what was typed before the page was lost. */
function refill(form) {
  for (const [name, value] of typed.get(form.id) ?? []) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  }
}

/** Take the server's page over, step by step; a step that somebody is answering keeps its answers. */
function adopt(html, isMine = "") {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-meeting]");
  if (!fresh) return location.reload(); // closed, or no longer ours to see
  version = fresh.dataset.version;
  start(fresh.dataset.minutes);
  const before = new Map(steps().map((step) => [step.id, step]));
  const csrf = page.querySelector("input[name=csrf]")?.value;
  const next = [...fresh.querySelectorAll(".step")].map((step) => {
    const old = before.get(step.id);
    if (old && source.get(old) === text(step)) return old;
    const form = old?.querySelector("form[id]");
    if (form && typed.has(form.id) && old.id !== isMine) {
      form.elements.csrf.value = csrf;
      if (!toSend.has(form.id) && !unread.has(form)) told("Une autre personne vient d’enregistrer quelque chose à cette étape\u202f: envoyez le vôtre pour comparer.");
      unread.add(form);
      return old;
    }
    source.set(step, text(step));
    return document.adoptNode(step);
  });
  const hadFocus = room.querySelector(".walk").contains(document.activeElement) && !next.some((step) => step.contains(document.activeElement));
  room.querySelector(".walk").replaceChildren(...next);
  room.querySelector(".toc ol").replaceWith(document.adoptNode(page.querySelector(".toc ol")));
  show(shown(), hadFocus);
  unsent();
}

async function post(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const html = await answer.text();
  const isHere = new URL(answer.url).pathname.startsWith(room.dataset.meeting);
  if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
  if (!isHere || answer.status === 401 || answer.status === 403) {
    told("Vous avez été déconnecté. Reconnectez-vous dans un autre onglet\u202f: vos réponses sont gardées ici et partiront ensuite.");
    throw new Error("signed out");
  }
  const step = form.closest(".step");
  typed.delete(form.id);
  toSend.delete(form.id);
  keep();
  told();
  const wasCurrent = step.id === shown();
  adopt(html, step.id);
  if (!wasCurrent) return;
  show(answer.ok ? (form.elements.next?.value ?? shown()) : step.id);
}

async function sendAll() {
  if (isSending || !toSend.size) return;
  isSending = true;
  try {
    for (const id of [...toSend]) {
      const form = document.getElementById(id);
      if (form) await post(form);
      else toSend.delete(id);
    }
  } catch (problem) {
    if (problem instanceof TypeError) told("Pas de connexion. Continuez\u202f: vos réponses sont gardées ici et partiront toutes seules.");
  } finally {
    isSending = false;
    unsent();
  }
}

async function look() {
  await sendAll();
  try {
    const answer = await fetch(`${room.dataset.meeting}/etat`, { redirect: "error" });
    const said = answer.ok ? await answer.json() : { version };
    if (String(said.version) === version) return;
    const page = await fetch(room.dataset.meeting);
    if (page.ok) adopt(await page.text());
  } catch {
    // Not reachable: the next look, in a moment, tries again.
  }
}

room.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-step][id]");
  if (!form) return;
  typed.set(form.id, answers(form));
  keep();
});

room.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-step][id]");
  if (!form) return; // « retirer » and what else leaves no text behind goes the ordinary way
  event.preventDefault();
  event.stopPropagation();
  typed.set(form.id, answers(form));
  keep();
  toSend.add(form.id);
  const next = form.elements.next?.value;
  sendAll().then(() => toSend.has(form.id) && next && show(next)); // without a connection the meeting goes on
});

for (const id of typed.keys()) if (document.getElementById(id)) refill(document.getElementById(id));
addEventListener("online", look);
setInterval(look, ASK_EVERY);
