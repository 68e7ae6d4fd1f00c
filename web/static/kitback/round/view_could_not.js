// Nothing could be done: why, a photo of the door, and what should happen next.
import { button, el, heading, link, paragraph } from "./dom.js";
import * as fields from "./fields.js";
import { photoField } from "./photo.js";

// Whose fault each is decides who pays for the visit (contract section 6).
const REASONS = [
  { value: "Nobody at home", fault: "person" },
  { value: "They did not want it", fault: "person" },
  { value: "Could not get in or park", fault: "person" },
  { value: "It does not fit, or the house is not ready", fault: "prescriber" },
  { value: "The wrong equipment was ordered", fault: "prescriber" },
  { value: "We had the wrong equipment, or too few people", fault: "service" },
  { value: "It was not safe for us", fault: "service" },
  { value: "We ran out of time", fault: "service" },
];
// Each makes itself: another visit, for all but the first once somebody at the depot has asked.
const NEXT = [
  { value: "again", text: "Try again on another day" },
  { value: "ring", text: "Ring them first" },
  { value: "prescriber", text: "Ask the prescriber first" },
  { value: "call_off", text: "Call it off" },
];

export function couldNotView(app, visit) {
  const stop = app.round.world?.stop(visit);
  if (!stop || app.round.world.isOver(stop)) return app.go(stop ? `#stop/${visit}` : "#");
  const why = fields.radios(
    "Why",
    REASONS.map(({ value }) => ({ value, text: value })),
  );
  const more = fields.text("What happened", {
    rows: 3,
    hint: "For example: neighbour says they are in hospital",
    attributes: { maxlength: "300" },
  });
  const photo = photoField("Photo of the door");
  const next = fields.radios("What should happen next", NEXT, "again");
  const day = fields.text("The day that suits them", {
    hint: "Leave empty if nobody has said one",
    attributes: { type: "date", class: "nhsuk-input kitback-round-day" },
  });
  const trouble = el("div", {});
  const send = async () => {
    const reason = REASONS.find(({ value }) => value === why.value());
    if (!reason) return fields.problem(trouble, "Say why it could not be done.");
    const on = next.value() === "call_off" ? "" : day.value();
    if (on && !isAhead(on, app.round.today()))
      return fields.problem(trouble, "Choose a day after today, within a year.");
    const words = [reason.value, more.value()].filter(Boolean).join(". ");
    const body = {
      visit,
      outcome: "failed",
      lines: [],
      reason: words,
      fault: reason.fault,
      next_step: next.value(),
      ...(on && { again_on: on }),
    };
    await app.round.record("outcome", body, photo.value());
    app.go(`#stop/${visit}`);
  };
  const begun = stop.lines.some((line) => app.round.world.done(stop, line) > 0);
  if (begun) {
    return app.show(
      link("Back", `#stop/${visit}`, "nhsuk-back-link"),
      heading("Something was done here"),
      paragraph("Undo what was scanned by mistake, or finish the stop and say what was left."),
      button("Finish this stop", () => app.go(`#finish/${visit}`)),
    );
  }
  app.show(
    link("Back", `#stop/${visit}`, "nhsuk-back-link"),
    trouble,
    heading(`Could not do stop ${stop.place}`),
    why.row,
    more.row,
    photo.row,
    next.row,
    day.row,
    button("Save and go on", () => void send()),
  );
}

const YEAR = 365 * 24 * 60 * 60 * 1000;

const isAhead = (day, today) => day > today && Date.parse(day) - Date.parse(today) <= YEAR;
