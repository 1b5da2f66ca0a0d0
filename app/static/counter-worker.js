// Opens the counter without a connection. It keeps one page without anybody's data (/comptage) and what that page is
// made of; every other page always comes from the server. KEPT is written above by app/counting/shell_pages.py.
/* global KEPT */

const PATIENCE = 5000; // ms: a connection that hardly answers is no connection at a gate
const COUNTER = /^\/comptage$|^\/ecoles\/[^/]+\/comptage\/[^/]+$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT.name).then((cache) => cache.addAll(KEPT.urls)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("comptage ") && name !== KEPT.name);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && COUNTER.test(pathname)) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

/** The server's page, or the shell when it does not come; its answer is never kept. */
async function page(request) {
  const shell = () => caches.match("/comptage");
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(shell);
  const asked = fetch(request).then((answer) => (answer.status < 500 ? answer : shell()), shell);
  return (await Promise.race([asked, late])) ?? fetch(request);
}
