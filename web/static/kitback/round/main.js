// Starts the technician's page: keeps it on the phone, asks for the PIN, shows what the address says.
import { heading, paragraph, say, show } from "./dom.js";
import { listen } from "./keystrokes.js";
import { Round } from "./round.js";
import { openStore } from "./store.js";
import { count } from "./words.js";
import { checkView, faultView, lateView, mendView, noteView } from "./view_acts.js";
import { closeView } from "./view_close.js";
import { couldNotView } from "./view_could_not.js";
import { dayView } from "./view_day.js";
import { finishView } from "./view_finish.js";
import { enter } from "./view_pin.js";
import { refusedView } from "./view_refused.js";
import { backView, labelView, loadView, scanAnything, scanStop } from "./view_scans.js";
import { stopView } from "./view_stop.js";

const VIEWS = {
  "": dayView,
  stop: stopView,
  scan: (app, visit, text) => (visit ? scanStop(app, visit, text) : scanAnything(app)),
  label: labelView,
  load: loadView,
  back: backView,
  finish: finishView,
  "could-not": couldNotView,
  fault: faultView,
  mend: mendView,
  check: checkView,
  note: noteView,
  late: lateView,
  close: closeView,
  refused: refusedView,
};
// These listen to a scanner themselves.
const SCANS = new Set(["scan", "label", "load", "back"]);
const PUT_AWAY = 30 * 60 * 1000;
// These only show, so they are drawn anew with what has changed; in the others somebody is busy.
const LIVE = new Set(["", "stop", "refused", "close"]);
// How long after a finger has left the screen its press may still be on its way to what it was on.
const PRESS = 350;

const main = document.getElementById("maincontent");
const app = {
  config: {
    path: main.dataset.round,
    scope: main.dataset.scope,
    scanner: main.dataset.scanner,
    signIn: main.dataset.signIn,
    signOut: main.dataset.signOut,
    phone: main.dataset.phone,
  },
  round: null,
  show,
  go: (hash) => {
    if (location.hash === hash || (!location.hash && hash === "#")) draw();
    else location.hash = hash;
  },
  signOut,
};
let leave = null;
// Whether a finger is down, whether to draw once it is not, and whether there is nothing left to draw.
const drawing = { pressed: false, due: false, gone: false };

// Put away for longer than a stop takes: whoever takes it out again types the PIN.
function lockWhenPutAway() {
  let hidden = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hidden = Date.now();
    else if (hidden && Date.now() - hidden > PUT_AWAY) location.reload();
  });
}

async function begin() {
  void keepPage();
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks) {
    show(
      heading("Your round"),
      paragraph("This page needs an up-to-date browser and an address that begins with https."),
    );
    return;
  }
  const store = await openStore();
  void navigator.storage?.persist?.();
  const entered = await enter(app, store);
  app.round = new Round({ store, path: app.config.path, ...entered });
  await app.round.open();
  app.round.onChange(changed);
  addEventListener("hashchange", draw);
  draw();
  app.round.start();
  lockWhenPutAway();
  redrawBetweenPresses();
}

function draw() {
  drawing.due = false;
  leave?.();
  leave = null;
  const [name, ...rest] = location.hash.slice(1).split("/");
  const view = app.round.world || LIVE.has(name) ? (VIEWS[name] ?? dayView) : dayView;
  leave = view(app, ...rest.map(plain)) ?? null;
  if (!SCANS.has(name) && app.round.world) leave = listen((text) => heard(text, name, rest[0]));
  status();
}

// What a label's link brings along may be anything.
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// A hardware scanner is used wherever somebody is: at a stop it scans there.
function heard(text, name, visit) {
  const here = name === "stop" || name === "finish" ? `scan/${visit}` : "label";
  app.go(`#${here}/${encodeURIComponent(text)}`);
}

function changed(what) {
  if (drawing.gone) return;
  if (what === "revoked") return revoked();
  const [name] = location.hash.slice(1).split("/");
  const open = document.querySelector("#view details[open]");
  drawing.due = LIVE.has(name) && !open;
  if (!drawing.pressed) redrawDue();
  status();
}

// What is drawn anew under a finger is gone before the press ends, and the press is lost.
function redrawBetweenPresses() {
  let ends = 0;
  const begun = () => {
    clearTimeout(ends);
    drawing.pressed = true;
  };
  const ended = () => {
    drawing.pressed = false;
    redrawDue();
  };
  const lifted = () => {
    clearTimeout(ends);
    ends = setTimeout(ended, PRESS);
  };
  addEventListener("pointerdown", begun, { capture: true });
  addEventListener("pointerup", lifted, { capture: true });
  addEventListener("pointercancel", lifted, { capture: true });
}

function redrawDue() {
  if (drawing.due) redraw();
}

// The same view with what is new in it, without pulling the page from under the thumb.
function redraw() {
  const [x, y] = [scrollX, scrollY];
  const focused = document.activeElement?.closest("#view")
    ? document.activeElement.textContent
    : null;
  draw();
  scrollTo(x, y);
  if (focused) {
    const same = [...document.querySelectorAll("#view a, #view button")].find(
      (each) => each.textContent === focused,
    );
    same?.focus({ preventScroll: true });
  }
}

function revoked() {
  drawing.gone = true;
  drawing.due = false;
  leave?.();
  removeEventListener("hashchange", draw);
  show(
    heading("This phone is no longer registered"),
    paragraph(
      "Everything of the round has been taken off it. Call the depot if you still need it.",
    ),
  );
  say("");
}

function status() {
  const { queue, sender } = app.round;
  const unsent = queue.unsent().length;
  document.getElementById("head").textContent = unsent ? `${unsent} to send` : "";
  if (!unsent) return say(queue.entries.length ? "Everything has been sent." : "");
  if (sender.state === "signed-out")
    return say(`Saved on this phone: ${count(unsent, "thing")}. Sign in to send them.`);
  say("Saved on this phone. We'll send it when you have signal.");
}

async function signOut() {
  const unsent = app.round.queue.unsent().length;
  const words = `${count(unsent, "thing")} you did has not been sent. It stays on this phone until you sign in again. Sign out?`;
  if (unsent && !confirm(words)) return;
  await app.round.wipe("signed-out");
  await fetch(app.config.signOut, { method: "POST", redirect: "manual" }).catch(() => undefined);
  location.assign(app.config.signIn);
}

async function keepPage() {
  if (!navigator.serviceWorker) return;
  const { path, scope } = app.config;
  const kept = await navigator.serviceWorker
    .register(`${path}/worker.js`, { scope })
    .catch(() => null);
  kept?.addEventListener("updatefound", () => {
    const next = kept.installing;
    next?.addEventListener("statechange", () => {
      // A newer page waits until this one is opened again: never in the middle of a stop.
      if (next.state === "installed" && navigator.serviceWorker.controller)
        addEventListener("pagehide", () => next.postMessage("now"));
    });
  });
  kept?.waiting?.postMessage("now");
}

void begin();
