// The camera with a big plain result under it; a scanner's keystrokes and typed codes do the same.
import { button, el, heading, link, list, paragraph } from "./dom.js";
import { listen } from "./keystrokes.js";
import { Scanner } from "./scanner.js";
import { allowSound, bad, good } from "./signals.js";
import { Reading } from "./reading.js";
import * as fields from "./fields.js";

const NO_CAMERA = "The camera cannot be used. Allow it in the phone's settings, or type the code.";

// title, where and back say what the scanning is for; left() lists what is still to be scanned, or
// is null.
// `first` was read already, before this was opened.
export function scanView(app, { title, where, back, done, left, more = () => null, first = "" }) {
  const reading = new Reading(app.round, where);
  const result = el("div", {
    class: "kitback-round-result",
    role: "status",
    "aria-live": "assertive",
  });
  const still = el("div", { class: "kitback-round-left" });
  const video = el("video", {
    class: "kitback-round-video",
    muted: true,
    playsinline: true,
    "aria-label": "What the camera sees",
  });
  const trouble = el("div", {});
  const torch = button("Torch", () => toggle(), "secondary");
  const typed = fields.text("Or type the code", {
    attributes: {
      autocapitalize: "characters",
      autocomplete: "off",
      spellcheck: "false",
      class: "nhsuk-input kitback-code",
    },
  });
  let lit = false;
  let turn = Promise.resolve();

  const handle = (text, began = performance.now()) => {
    turn = turn
      .then(() => reading.read(text))
      .then((told) => tell(told, began))
      .catch(failed);
    return turn;
  };
  const failed = (error) => {
    console.error(error);
    tell({
      tone: "bad",
      title: "Not saved",
      words: "This phone could not store it. Write it down, and call the depot.",
      acts: [],
    });
  };
  const toggle = async () => {
    lit = !lit;
    await scanner.light(lit).catch(() => undefined);
    torch.setAttribute("aria-pressed", String(lit));
  };
  const tell = (told, began) => {
    (told.tone === "bad" ? bad : good)();
    result.className = `kitback-round-result kitback-round-result--${told.tone}`;
    result.replaceChildren(
      el("p", { class: "kitback-round-result__title" }, told.title),
      paragraph(told.words),
      ...told.acts.map(({ text, act, quiet }) =>
        button(
          text,
          () =>
            (turn = turn
              .then(act)
              .then((next) => tell(next))
              .catch(failed)),
          quiet ? "secondary" : "",
        ),
      ),
    );
    refresh();
    if (began) performance.measure("kitback-scan", { start: began, end: performance.now() });
  };
  const refresh = () =>
    still.replaceChildren(...[leftWords(left()), more()].flat().filter(Boolean));
  const scanner = new Scanner(video, handle);
  torch.hidden = true;

  const form = el(
    "form",
    {
      class: "kitback-round-typed",
      onsubmit: (event) => {
        event.preventDefault();
        if (!typed.value()) return;
        void handle(typed.value());
        typed.box.value = "";
      },
    },
    typed.row,
    el(
      "button",
      { class: "nhsuk-button nhsuk-button--secondary kitback-round-button" },
      "Use this code",
    ),
  );
  allowSound();
  const silence = listen((text) => handle(text));
  scanner
    .open(app.config.scanner)
    .then(() => (torch.hidden = !scanner.hasTorch()))
    .catch(() => trouble.replaceChildren(paragraph(NO_CAMERA)));
  refresh();
  app.show(
    link("Back", back, "nhsuk-back-link"),
    heading(title),
    video,
    trouble,
    result,
    still,
    el(
      "div",
      { class: "kitback-round-buttons" },
      button(done.text, () => app.go(done.to), "secondary"),
      torch,
    ),
    form,
  );
  if (first) void handle(first);
  return () => {
    silence();
    scanner.close();
  };
}

// Of no list there is nothing left, and nothing to say.
function leftWords(rows) {
  if (!rows) return [];
  if (!rows.length)
    return [paragraph("Everything on this list has been scanned.", "kitback-round-all")];
  return [el("h2", { class: "nhsuk-heading-s" }, "Still to scan"), list(rows)];
}
