// The service worker: keeps the page and its files, so that the round opens with no network.
// KEPT is written before this by the service (web/phone/round_page.py); it touches nothing of the queue.

const VERSION = `kitback-round-${KEPT.folder.split("/").pop()}`;
// The scanner is large and seldom another: it outlives the other files.
const LASTING = "kitback-scanner";
const isLasting = (name) => name.endsWith(".wasm");

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", (event) => {
  if (event.data === "now") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === KEPT.page) event.respondWith(page(request));
  else if (request.mode === "navigate" && isLabel(pathname))
    event.respondWith(label(request, pathname));
  else if (pathname.includes("/static/")) event.respondWith(file(request, pathname));
});

const PATIENCE = 4000;
const isLabel = (pathname) =>
  pathname.startsWith(KEPT.labels) && !pathname.slice(KEPT.labels.length).includes("/");

const nameOf = (pathname) => pathname.replace(/^.*\/static\/[^/]+\//, "");

async function keepAll() {
  const cache = await caches.open(VERSION);
  await Promise.all(
    KEPT.files
      .filter((name) => !isLasting(name))
      .map(async (name) => {
        const address = `${KEPT.folder}/${name}`;
        await cache.put(address, await fetched(address));
      }),
  );
  await cache.put(KEPT.page, await fetched(KEPT.page));
  await cache.put(KEPT.manifest, await fetched(KEPT.manifest));
  const lasting = await caches.open(LASTING);
  for (const name of KEPT.files.filter(isLasting)) {
    if (!(await lasting.match(`/${name}`))) {
      await lasting.put(`/${name}`, await fetched(`${KEPT.folder}/${name}`));
    }
  }
}

// The sign-in in the place of the page must not be kept as if it were the page.
async function fetched(address) {
  const answer = await fetch(address, { cache: "no-cache" });
  if (!answer.ok || answer.redirected) throw new Error(`cannot keep ${address}`);
  return answer;
}

async function tidy() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("kitback-round-") && name !== VERSION);
  await Promise.all(old.map((name) => caches.delete(name)));
  const lasting = await caches.open(LASTING);
  const wanted = KEPT.files.map((name) => `/${name}`);
  for (const request of await lasting.keys()) {
    if (!wanted.includes(new URL(request.url).pathname)) await lasting.delete(request);
  }
  await self.clients.claim();
}

async function page(request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(KEPT.page)) ?? fetch(request);
}

// The phone's own camera has opened a label: without a network, it is looked at in the round.
async function label(request, pathname) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return Response.redirect(`${KEPT.page}#label/${pathname.slice(KEPT.labels.length)}`);
  }
}

async function file(request, pathname) {
  const name = nameOf(pathname);
  const known = isLasting(name) ? await caches.match(`/${name}`) : await caches.match(request);
  return known ?? fetch(request);
}
