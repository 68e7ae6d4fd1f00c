// Counts and moves with a scanner in the hand: each label is sent as it is read, one after the other;
// the page stays open, and says aloud what is not as usual. Without this the form does the same, a
// page for each label.
import { cameraButton } from "./camera.js";
import { allowSound } from "./round/signals.js";
import { signal } from "./speech.js";

const station = document.querySelector("[data-scan]");
const form = station.querySelector("[data-scan-form]");
const field = form.elements.namedItem("label");
const told = station.querySelector("[data-scan-told]");
const unsent = station.querySelector("[data-scan-unsent]");

const AGAIN = 5000;
const GIVES_UP = 30_000;
const waiting = [];
let sending = false;
let stuck = false;
let leaving = false;

function take(label) {
  allowSound();
  if (!label.trim()) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("label", label);
  waiting.push(body);
  if (stuck) count();
  void send();
}

// In the order in which they were read; one that did not arrive holds up those behind it.
async function send() {
  if (sending) return;
  sending = true;
  while (waiting.length > 0 && !leaving) {
    stuck = !(await sent(waiting[0]));
    if (stuck) {
      count();
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
      continue;
    }
    waiting.shift();
    say("");
  }
  sending = false;
}

const count = () => say(`${waiting.length} not sent yet. Do not close this page.`);

// The same label twice is counted, or moved, once: what was not answered is sent again.
async function sent(body) {
  const timeout = AbortSignal.timeout(GIVES_UP);
  const answer = await fetch(form.action, { method: "POST", body, signal: timeout }).catch(() => null);
  if (!answer || answer.status >= 500) return false;
  if (new URL(answer.url).pathname !== new URL(form.action).pathname) {
    // Signed out meanwhile, or not allowed: the page says which.
    leaving = true;
    location.assign(answer.url);
    return true;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const news = page.querySelector("[data-scan-told]");
  if (!news) {
    // A page that says why nothing more is taken here.
    leaving = true;
    location.reload();
    return true;
  }
  told.replaceChildren(...news.children);
  if (told.firstElementChild) signal(told.firstElementChild);
  return true;
}

function say(words) {
  unsent.textContent = words;
  unsent.hidden = !words;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const label = field.value;
  field.value = "";
  field.focus();
  take(label);
});

addEventListener("beforeunload", (event) => {
  if (waiting.length > 0 && !leaving) event.preventDefault();
});

cameraButton(
  {
    box: station.querySelector("[data-scan-camera]"),
    button: station.querySelector("[data-scan-open]"),
    video: station.querySelector("[data-scan-video]"),
  },
  station.dataset.scanner,
  take,
  () => say("The camera cannot be used. Type the code, or use a scanner."),
);
field.focus();
