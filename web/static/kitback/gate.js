// The gate, for whoever has both hands full: each label is kept and sent as it is read, from a
// scanner's keys or the camera, one after the other; the page stays open, and says aloud what is not
// as usual. Without this the form does the same, a page for each label.
import { cameraButton } from "./camera.js";
import { freshId, openReadings } from "./readings.js";
import { allowSound } from "./round/signals.js";
import { signal } from "./speech.js";

const gate = document.querySelector("[data-gate]");
const form = gate.querySelector("[data-gate-form]");
const field = form.elements.namedItem("label");
const told = gate.querySelector("[data-gate-told]");
const unsent = gate.querySelector("[data-gate-unsent]");
const others = gate.querySelector("[data-gate-others]");

const LOCK = "kitback-gate";
const AGAIN = 5000;
// With these it may be taken later: signed out, not allowed, too long under way, too many.
const LATER = [401, 403, 408, 429];
const GIVES_UP = 30_000;
const opening = openReadings("kitback-gate", gate.dataset.user);
let readings = null;
let sending = false;
let stuck = false;

async function take(label) {
  allowSound();
  if (!label.trim()) return;
  readings ??= await opening;
  const chosen = { depot: form.elements.depot.value, bearer: form.elements.bearer.value };
  await readings.add({ id: freshId(), at: Date.now(), label, ...chosen });
  if (stuck) await count();
  await send();
}

// One page sends at a time, also where two are open.
async function send() {
  if (sending) return;
  sending = true;
  try {
    await (navigator.locks ? navigator.locks.request(LOCK, sendAll) : sendAll());
  } finally {
    sending = false;
  }
  // One that was read as the last was on its way.
  if ((await readings.mine()).length > 0) await send();
}

// In the order in which they were read; one that did not arrive holds up those behind it.
async function sendAll() {
  for (let next = await first(); next; next = await first()) {
    stuck = !(await sent(next));
    if (stuck) {
      await count();
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    } else {
      await readings.done(next);
      say("");
    }
  }
}

const first = async () => (await readings.mine())[0];

async function count() {
  const many = (await readings.mine()).length;
  const kept = readings.fleeting ? "Do not close this page." : "This device keeps them.";
  say(`${many} not sent yet. ${kept}`);
}

async function sent(reading) {
  const { id, label, depot, bearer, at } = reading;
  const age = Math.max(0, Math.round((Date.now() - at) / 1000));
  const body = new URLSearchParams({ id, label, depot, bearer, age });
  const timeout = AbortSignal.timeout(GIVES_UP);
  const answer = await fetch(form.action, { method: "POST", body, signal: timeout }).catch(() => null);
  if (!answer || answer.status >= 500) return false;
  if (new URL(answer.url).pathname !== new URL(form.action).pathname) {
    // Signed out meanwhile: it is sent when the gate is opened again.
    location.assign(answer.url);
    return false;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const news = page.querySelector("[data-gate-told]")?.firstElementChild;
  if (!news && LATER.includes(answer.status)) return false;
  show(news ?? refusal(label, page));
  return true;
}

// What the service cannot read at all, as where the depot is gone: said, and out of the way.
function refusal(label, page) {
  const panel = document.createElement("div");
  panel.className = "kitback-told kitback-told--bad";
  const words = page.querySelector("h1")?.textContent ?? "";
  for (const [tag, text] of [["h2", "Not taken in."], ["p", label], ["p", words]]) {
    panel.append(Object.assign(document.createElement(tag), { textContent: text }));
  }
  panel.firstElementChild.className = "nhsuk-heading-l";
  panel.dataset.aloud = `Not taken in. ${words}`;
  return panel;
}

function show(panel) {
  told.replaceChildren(panel);
  signal(panel);
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
  void take(label);
});

addEventListener("beforeunload", (event) => {
  if (readings?.fleeting) event.preventDefault();
});

cameraButton(
  {
    box: gate.querySelector("[data-gate-camera]"),
    button: gate.querySelector("[data-gate-open]"),
    video: gate.querySelector("[data-gate-video]"),
  },
  gate.dataset.scanner,
  take,
  () => say("The camera cannot be used. Type the code, or use a scanner."),
);
field.focus();

readings ??= await opening;
const foreign = await readings.others();
if (foreign) {
  others.textContent = `${foreign} read by somebody else here are not sent yet. They are sent when that person opens the gate.`;
  others.hidden = false;
}
await send();
