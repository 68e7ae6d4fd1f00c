// The gate, for whoever has both hands full: each label is sent as it is read, from a scanner's keys
// or the camera, one after the other; the page stays open, and says aloud what is not as usual.
// Without this the form does the same, a page for each label.
import { allowSound, bad, good } from "./round/signals.js";
import { Scanner } from "./round/scanner.js";

const gate = document.querySelector("[data-gate]");
const form = gate.querySelector("[data-gate-form]");
const field = form.elements.namedItem("label");
const told = gate.querySelector("[data-gate-told]");
const unsent = gate.querySelector("[data-gate-unsent]");
const opener = gate.querySelector("[data-gate-open]");
const video = gate.querySelector("[data-gate-video]");

const AGAIN = 5000;
const waiting = [];
let sending = false;
let stuck = false;

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
  while (waiting.length > 0) {
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

async function sent(body) {
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer || answer.status >= 500) return false;
  if (new URL(answer.url).pathname !== new URL(form.action).pathname) {
    // Signed out meanwhile, or not allowed: the page says which.
    waiting.length = 1;
    location.assign(answer.url);
    return true;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const news = page.querySelector("[data-gate-told]");
  if (!news) return false;
  told.replaceChildren(...news.children);
  signal(told.firstElementChild);
  return true;
}

function signal(panel) {
  if (!panel) return;
  if (panel.dataset.good === "yes") good();
  else bad();
  const words = panel.dataset.aloud;
  if (!words || !globalThis.speechSynthesis) return;
  speechSynthesis.cancel();
  speechSynthesis.speak(new SpeechSynthesisUtterance(words));
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
  if (waiting.length > 0) event.preventDefault();
});

const scanner = new Scanner(video, async (text) => take(text));
if (navigator.mediaDevices?.getUserMedia) gate.querySelector("[data-gate-camera]").hidden = false;
opener.addEventListener("click", async () => {
  allowSound();
  const open = opener.getAttribute("aria-pressed") !== "true";
  opener.setAttribute("aria-pressed", String(open));
  opener.textContent = open ? "Close the camera" : "Use the camera";
  video.hidden = !open;
  if (!open) {
    scanner.close();
    return;
  }
  try {
    await scanner.open(gate.dataset.scanner);
  } catch {
    say("The camera cannot be used. Type the code, or use a scanner.");
  }
});
field.focus();
