// The wash, with gloves on: each label is looked at as it is scanned, and what does not belong into
// the load is said aloud and left out. Nothing is recorded before the load is. Without this the
// labels are scanned into the field below, and judged with the load.
import { cameraButton } from "./camera.js";
import { allowSound } from "./round/signals.js";
import { aloud, signal } from "./speech.js";

const wash = document.querySelector("[data-wash]");
const scan = wash.querySelector("[data-wash-scan]");
const load = document.querySelector("[data-wash-load]");
const told = wash.querySelector("[data-wash-told]");
const field = scan.elements.namedItem("label");
const { items, bay } = load.elements;

const AWAY = "The network is away. The label is in the load, and will be judged with it.";
const GIVES_UP = 30_000;
let turn = Promise.resolve();

// One after another, in the order in which they were scanned.
function take(label) {
  allowSound();
  if (!label.trim()) return;
  turn = turn.then(() => look(label)).catch(() => away(label));
}

async function look(label) {
  const body = new URLSearchParams(new FormData(load));
  body.delete("items");
  body.set("label", label);
  const timeout = AbortSignal.timeout(GIVES_UP);
  const answer = await fetch(scan.action, { method: "POST", body, signal: timeout });
  if (new URL(answer.url).pathname !== new URL(scan.action).pathname) {
    location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const panel = page.querySelector(".kitback-told");
  if (!panel) throw new Error("nothing was told");
  if (panel.dataset.bay) bay.value = panel.dataset.bay;
  else if (panel.dataset.good === "yes") add(panel);
  told.replaceChildren(panel);
  signal(panel);
}

// Once, however often it is scanned.
function add(panel) {
  const lines = items.value.split("\n").filter((line) => line.trim());
  const code = panel.dataset.item;
  if (!lines.includes(code)) items.value = [...lines, code, ""].join("\n");
  const many = items.value.split("\n").filter((line) => line.trim()).length;
  const count = document.createElement("p");
  count.className = "kitback-told__line";
  count.textContent = many === 1 ? "1 item in the load." : `${many} items in the load.`;
  panel.append(count);
}

// It is judged with the load.
function away(label) {
  items.value = `${items.value.trimEnd()}\n${label}\n`.trimStart();
  const panel = document.createElement("div");
  panel.className = "kitback-told kitback-told--bad";
  panel.append(Object.assign(document.createElement("p"), { textContent: AWAY }));
  told.replaceChildren(panel);
  aloud(AWAY);
}

scan.addEventListener("submit", (event) => {
  event.preventDefault();
  const label = field.value;
  field.value = "";
  field.focus();
  take(label);
});

cameraButton(
  {
    box: wash.querySelector("[data-wash-camera]"),
    button: wash.querySelector("[data-wash-open]"),
    video: wash.querySelector("[data-wash-video]"),
  },
  wash.dataset.scanner,
  take,
  () => aloud("The camera cannot be used."),
);
wash.hidden = false;
// After a load, what came of it is read first.
if (!document.querySelector("[data-aloud]")) field.focus();
