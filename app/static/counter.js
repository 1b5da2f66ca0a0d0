// The counter at the gate: a press is on this phone's disk before it is shown, and leaves when there is a connection.
// Without this file each button is an ordinary form.

const room = document.querySelector("[data-counter]");
const queue = await import(room.dataset.queue);
const [, uai, id] = location.pathname.match(/^\/ecoles\/([^/]+)\/comptage\/([^/]+)$/) ?? [];
const COUNT = `${uai?.toUpperCase()}/${id}`; // which count the presses belong to
const API = `/api/v1/schools/${uai}/events/${id}`;
const SEND_EVERY = 5000; // ms: what is pressed meanwhile is one batch
const BATCH = 500;
const GRADES = "PS|MS|GS|CP|CE1|CE2|CM1|CM2|ulis|all";
const REFUSED = {
  401: "Vous avez été déconnecté. Vos comptages sont gardés sur ce téléphone : connectez-vous, ils partiront.",
  404: "Ce rendez-vous n’existe plus, ou n’est pas ouvert à ce compte. Vos comptages sont gardés sur ce téléphone.",
};
let shown = {}; // grade → sum, as on the screen
let isSending = false;
let isReached = false; // whether the server answered the last time it was asked
const part = (name) => document.querySelector(`[data-${name}]`);
const totalOf = (sums) => Object.values(sums).reduce((total, one) => total + Math.max(0, one), 0);
const unsent = (n) => `${n} comptage${n > 1 ? "s" : ""} pas encore envoyé${n > 1 ? "s" : ""}`;
function told(text = "") {
  if (part("told").textContent === text) return; // said once, not every five seconds
  part("told").textContent = text;
  part("told").hidden = !text;
}

async function show() {
  const [taps, heard] = await queue.read(COUNT);
  shown = { ...heard?.sums };
  for (const { grade, delta } of taps) shown[grade] = (shown[grade] ?? 0) + delta;
  const total = totalOf(shown);
  const received = totalOf(heard?.sums ?? {});
  part("total").value = total;
  part("unit").textContent = total > 1 ? "parents" : "parent";
  part("parts").textContent = `${received} déjà reçu${received > 1 ? "s" : ""}, ${total - received} sur ce téléphone`.replace("-", "−");
  part("unsent-said").textContent = unsent(taps.length);
  part("parts").hidden = part("unsent").hidden = !taps.length;
  part("sent").hidden = taps.length || !heard?.taps;
  for (const row of room.querySelectorAll("[data-grade]")) {
    row.querySelector("[data-came]").textContent = Math.max(0, shown[row.dataset.grade] ?? 0);
    row.hidden = row.dataset.grade !== "all" && heard?.grades?.includes(row.dataset.grade) === false;
  }
  if (part("label") && heard?.label) part("label").textContent = heard.label;
  if (part("close")) part("close").hidden = taps.length || !heard?.taps; // closing without what waits would leave it late
  part("changed").hidden = taps.length || !isReached || heard?.known === room.dataset.known;
}

/** Send what waits, or ask what the other phones sent; the answer says both. */
async function sync() {
  if (isSending) return;
  isSending = true;
  try {
    let taps;
    do {
      [taps] = await queue.read(COUNT);
      taps = taps.slice(0, BATCH);
      const said = taps.map(({ id, delta, grade, at }) => ({ id, delta, grade, seconds_ago: Math.min(Math.max(0, Math.round((Date.now() - at) / 1000)), 1e7) }));
      const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ taps: said }) };
      const answer = await fetch(API + (taps.length ? "/taps" : "/count"), { ...(taps.length && post), signal: AbortSignal.timeout(15000) });
      isReached = answer.ok;
      part("sign-in").hidden = answer.status !== 401;
      if (!answer.ok) return told(REFUSED[answer.status] ?? "Le service ne prend pas l’envoi pour l’instant. Vos comptages sont gardés sur ce téléphone.");
      const { by_grade, taps: number, is_closed, late } = await answer.json();
      const sums = Object.fromEntries(by_grade.map(({ grade, sum }) => [grade, sum]));
      await queue.settle(taps, { count: COUNT, taps: number, sums, known: `${is_closed} ${late?.taps ?? 0}` });
      told();
    } while (taps.length === BATCH);
  } catch {
    isReached = false;
    told("Pas de connexion. Continuez : vos comptages sont gardés sur ce téléphone et partiront tout seuls.");
  } finally {
    isSending = false;
    await show();
  }
}

async function press(event) {
  event.preventDefault();
  event.stopPropagation();
  const [grade, delta] = [event.target.elements.grade.value, Number(event.submitter.value)];
  if (delta < 0 && !(shown[grade] > 0)) return told("C’est déjà à zéro.");
  try {
    await queue.keep([{ id: crypto.randomUUID(), count: COUNT, delta, grade, at: Date.now() }]);
  } catch {
    return told("Ce téléphone n’a pas pu garder ce comptage : notez-le, puis rechargez la page.");
  }
  navigator.vibrate?.(15);
  await show();
}

async function write() {
  const [taps, heard] = await queue.read(COUNT);
  if (part("text").value !== part("text").defaultValue) return; // a text was pasted while this was reading
  const lines = taps.map(({ id, delta, grade, at }) => `${id} ${delta} ${grade} ${at}`);
  part("text").value = part("text").defaultValue = lines.length ? [`${heard?.label ?? "Comptage"} : ${unsent(lines.length)}`, COUNT, ...lines].join("\n") : "";
}

async function take() {
  const [count] = part("text").value.match(/\w{8}\/[0-9a-f-]{36}/) ?? [];
  const found = [...part("text").value.matchAll(new RegExp(`([0-9a-f-]{36}) (-?1) (${GRADES}) (\\d{1,15})`, "g"))];
  if (!count || !found.length) return told("Il n’y a aucun comptage dans ce texte.");
  part("text").defaultValue = part("text").value; // taken up: what waits may be written over it
  await queue.keep(found.map(([, id, delta, grade, at]) => ({ id, count, delta: Number(delta), grade, at: Number(at) })));
  if (count !== COUNT) return told("Repris pour un autre rendez-vous : ouvrez-le sur ce téléphone, ils partiront.");
  await sync();
}

async function clear() {
  const [taps] = await queue.read(COUNT);
  if (!taps.length || !confirm(`Effacer ${unsent(taps.length)} ? Sans le texte ci-dessus, ils seront perdus.`)) return;
  await queue.settle(taps);
  await Promise.all([write(), show()]);
}

async function start() {
  const begun = JSON.parse(room.querySelector("script")?.textContent ?? "null"); // nothing in the shell
  const [taps, heard] = await queue.read(COUNT);
  // While presses wait, what was last heard goes with them: this page may already count those whose answer was lost.
  if (begun && !(taps.length && heard)) await queue.settle([], begun);
  await show();
  room.addEventListener("submit", press);
  part("rescue").hidden = false;
  part("rescue").addEventListener("toggle", write);
  for (const [name, act] of Object.entries({ send: sync, copy: () => navigator.clipboard.writeText(part("text").value), take, clear })) part(name).addEventListener("click", act);
  part("sign-in").href = `/connexion?next=${location.pathname}`;
  for (const moment of ["online", "visibilitychange"]) addEventListener(moment, sync);
  setInterval(() => document.hidden || sync(), SEND_EVERY);
  sync();
  for (const scope of ["/comptage", `/ecoles/${uai}/comptage/`]) navigator.serviceWorker?.register("/comptage/worker.js", { scope }).catch(() => {});
  navigator.serviceWorker?.ready.then(() => (part("ready").hidden = false));
}

/** The shell under its own address: the counts that this phone holds. */
async function list() {
  part("counting").hidden = !(part("listing").hidden = false);
  const [taps, counts] = await queue.readAll();
  part("no-list").hidden = counts.length;
  for (const { count, label } of counts) {
    const link = document.createElement("a");
    const waiting = taps.filter((tap) => tap.count === count).length;
    link.href = `/ecoles/${count.replace("/", "/comptage/")}`;
    link.append(`${label ?? "Comptage"}${waiting ? ` : ${unsent(waiting)}` : ""}`);
    part("list").append(document.createElement("li"));
    part("list").lastChild.append(link);
  }
}

if (id) start();
else list();
