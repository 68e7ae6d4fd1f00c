// The fields of forms, as the design system draws them.
import { el } from "./dom.js";

let last = 0;
const nextId = () => `field-${(last += 1)}`;

const group = (label, id, hint, ...inside) =>
  el(
    "div",
    { class: "nhsuk-form-group" },
    el("label", { class: "nhsuk-label", for: id }, label),
    hint ? el("div", { class: "nhsuk-hint", id: `${id}-hint` }, hint) : null,
    ...inside,
  );

export function text(label, { hint = "", rows = 0, attributes = {} } = {}) {
  const id = nextId();
  const box = el(rows ? "textarea" : "input", {
    id,
    class: rows ? "nhsuk-textarea" : "nhsuk-input",
    "aria-describedby": hint ? `${id}-hint` : null,
    ...(rows ? { rows: String(rows) } : { type: "text" }),
    ...attributes,
  });
  return { row: group(label, id, hint, box), box, value: () => box.value.trim() };
}

function choice(kind, name, { text: words, value }, checked) {
  const id = nextId();
  const box = el("input", {
    class: `nhsuk-${kind}__input`,
    id,
    name,
    type: kind === "radios" ? "radio" : "checkbox",
    value,
  });
  box.checked = checked;
  return {
    box,
    row: el(
      "div",
      { class: `nhsuk-${kind}__item` },
      box,
      el("label", { class: `nhsuk-label nhsuk-${kind}__label`, for: id }, words),
    ),
  };
}

function choices(kind, legend, options, isChecked) {
  const name = nextId();
  const made = options.map((option) => choice(kind, name, option, isChecked(option.value)));
  const row = el(
    "div",
    { class: "nhsuk-form-group" },
    el(
      "fieldset",
      { class: "nhsuk-fieldset" },
      el("legend", { class: "nhsuk-fieldset__legend nhsuk-fieldset__legend--s" }, legend),
      el(
        "div",
        { class: `nhsuk-${kind}` },
        made.map((each) => each.row),
      ),
    ),
  );
  const picked = () => made.filter((each) => each.box.checked).map((each) => each.box.value);
  return { row, picked, first: made[0]?.box };
}

export function radios(legend, options, chosen = null) {
  const made = choices("radios", legend, options, (value) => value === chosen);
  return { ...made, value: () => made.picked()[0] ?? null };
}

export function ticks(legend, words) {
  const options = words.map((each) => ({ text: each, value: each }));
  return choices("checkboxes", legend, options, () => false);
}

// Beside a form's heading: what has to be mended before it is kept.
export function problem(place, words) {
  place.replaceChildren(
    el(
      "div",
      { class: "nhsuk-error-summary", role: "alert", tabIndex: -1 },
      el("h2", { class: "nhsuk-error-summary__title" }, "There is a problem"),
      el("div", { class: "nhsuk-error-summary__body" }, el("p", {}, words)),
    ),
  );
  place.firstChild.focus();
}
