// The end of a stop: set-up checks by product, condition, photo, instructions, signature.
import { button, el, heading, link, list, paragraph } from "./dom.js";
import * as fields from "./fields.js";
import { signaturePad } from "./pad.js";
import { photoField } from "./photo.js";
import { lowered } from "./words.js";

const DONE = {
  delivery: "delivered",
  collection: "collected",
  repair: "repaired",
  service: "checked",
  swap: "swapped",
};
const VERBS = {
  delivery: "Deliver",
  collection: "Collect",
  repair: "Mend",
  service: "Check",
  swap: "Swap",
};
const LEFT = [
  { value: "not_done", text: "Not done: plan it again" },
  { value: "refused", text: "They did not want it" },
  { value: "not_found", text: "It was not there" },
];
const CONDITION = [
  { value: "good", text: "Good" },
  { value: "worn", text: "Worn" },
  { value: "damaged", text: "Damaged or soiled" },
];

export function finishView(app, visit) {
  const stop = app.round.world?.stop(visit);
  if (!stop || app.round.world.isOver(stop)) return app.go(stop ? `#stop/${visit}` : "#");
  const parts = stop.lines.map((line) => lineForm(app, stop, line));
  const handed = stop.lines.some((line) => line.kind === "delivery" || line.kind === "swap");
  const given = handed
    ? fields.ticks("Handed over", ["Instructions handed over and explained"])
    : null;
  const signer = fields.text("Who signs", { attributes: { autocomplete: "off" } });
  const pad = signaturePad();
  const photo = photoField("Photo, if it helps");
  const trouble = el("div", {});

  const send = async () => {
    const missed = parts.flatMap((part) => part.missed());
    if (missed.length) return fields.problem(trouble, missed[0]);
    const signature = pad.value();
    const anything = parts.some((part) => part.isDone());
    if (anything && !signature && !signer.value()) {
      return fields.problem(
        trouble,
        "Get a signature, or write down who took it and could not sign.",
      );
    }
    if (!anything) return app.go(`#could-not/${visit}`);
    const body = {
      visit,
      outcome: "done",
      lines: parts.map((part) => ({ line: part.line, outcome: part.outcome() })),
      signature,
      details: {
        signer: signer.value() || null,
        instructions: given ? given.picked().length > 0 : null,
        lines: parts.map((part) => part.details()).filter(Boolean),
      },
    };
    await app.round.record("outcome", body, photo.value());
    app.go(`#stop/${visit}`);
  };
  app.show(
    link("Back", `#stop/${visit}`, "nhsuk-back-link"),
    trouble,
    heading(`Finish stop ${stop.place}`),
    parts.map((part) => part.row),
    given ? told(app, stop) : null,
    given?.row,
    signer.row,
    pad.row,
    photo.row,
    button("Save and go on", () => void send()),
  );
}

// What whoever lives there is to be told, in the words of the depot.
function told(app, stop) {
  const names = new Map();
  for (const line of stop.lines) {
    const { instructions } = app.round.world.product(line.sku);
    if (instructions && ["delivery", "swap"].includes(line.kind)) names.set(line.name, instructions);
  }
  return [...names].map(([name, words]) =>
    el(
      "p",
      { class: "kitback-round-notes" },
      el("strong", {}, `Say of the ${lowered(name)}: `),
      words,
    ),
  );
}

function lineForm(app, stop, line) {
  const { world } = app.round;
  const product = world.product(line.sku);
  const done = world.isDone(stop, line);
  const name = lowered(line.name);
  const title = el(
    "h2",
    { class: "nhsuk-heading-s" },
    `${VERBS[line.kind]} ${line.quantity > 1 ? `${line.quantity} ` : ""}${lowered(line.name)}`,
  );
  if (!done) return leftForm(app, stop, line, title, name);
  const checks =
    line.kind === "delivery" && product.checklist?.length
      ? fields.ticks(`Checked, ${name}`, product.checklist)
      : null;
  const missing =
    line.kind === "collection" && product.parts?.length
      ? fields.ticks(`Missing parts, ${name}`, product.parts)
      : null;
  const condition = fields.radios(`Condition, ${name}`, CONDITION, "good");
  return {
    line: line.line,
    row: el("section", {}, title, checks?.row ?? null, missing?.row ?? null, condition.row),
    isDone: () => true,
    outcome: () => DONE[line.kind],
    missed: () => {
      const open = checks
        ? product.checklist.filter((each) => !checks.picked().includes(each))
        : [];
      return open.length ? [`Check the ${name}: ${open[0]}.`] : [];
    },
    details: () => ({
      line: line.line,
      condition: condition.value(),
      ...(checks && { checked: checks.picked() }),
      ...(missing && { missing: missing.picked() }),
    }),
  };
}

function leftForm(app, stop, line, title, name) {
  const done = app.round.world.done(stop, line);
  const why = fields.radios(
    `Why not, ${name}`,
    line.kind === "collection" ? LEFT : LEFT.slice(0, 2),
  );
  return {
    line: line.line,
    row: el(
      "section",
      {},
      title,
      paragraph(done ? `${done} of ${line.quantity} were scanned.` : "It was not scanned."),
      line.kind === "delivery" || line.kind === "collection"
        ? list([link("Scan it", `#scan/${stop.visit}`)])
        : null,
      why.row,
    ),
    isDone: () => false,
    outcome: () => why.value(),
    missed: () => (why.value() ? [] : [`Say why the ${name} was not done.`]),
    details: () => null,
  };
}
