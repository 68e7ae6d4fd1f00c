// What is done beside scanning: mend or check at home, report a fault, write a note, run late.
import { button, el, heading, link } from "./dom.js";
import * as fields from "./fields.js";
import { photoField } from "./photo.js";
import { itemWords } from "./reading.js";
import { readLabel } from "./labels.js";

const LATE = [15, 30, 45, 60, 90, 120];
const CHECKS = { pat: "Electrical test (PAT)", loler: "LOLER examination", service: "Service" };

function form(app, back, title, rows, words, send) {
  const trouble = el("div", {});
  const go = async () => {
    const wrong = await send();
    if (wrong) fields.problem(trouble, wrong);
    else app.go(back);
  };
  app.show(
    link("Back", back, "nhsuk-back-link"),
    trouble,
    heading(title),
    rows,
    button(words, () => void go()),
  );
}

function lineOf(app, visit, id) {
  const stop = app.round.world?.stop(visit);
  const line = stop?.lines.find((each) => each.line === id);
  const item = line && app.round.world.item(line.items[0]);
  return { stop, line, item };
}

export function mendView(app, visit, id) {
  const { line, item } = lineOf(app, visit, id);
  if (!item) return app.go("#");
  const minutes = fields.text("Minutes it took", {
    attributes: { inputmode: "numeric", class: "nhsuk-input nhsuk-input--width-4" },
  });
  const note = fields.text("What was done", { rows: 3, attributes: { maxlength: "500" } });
  const photo = photoField("Photo, if it helps");
  form(
    app,
    `#stop/${visit}`,
    `Mend ${itemWords(item)}`,
    [minutes.row, note.row, photo.row],
    "It is mended",
    async () => {
      const number = Number(minutes.value());
      if (!/^\d{1,4}$/.test(minutes.value())) return "Write how many minutes it took, like 20.";
      if (!note.value()) return "Write what was done.";
      const body = {
        item: item.code,
        action: "repair",
        visit,
        line: line.line,
        minutes: number,
        note: note.value(),
      };
      await app.round.record("scan", body, photo.value());
      return null;
    },
  );
}

export function checkView(app, visit, id) {
  const { line, item } = lineOf(app, visit, id);
  if (!item) return app.go("#");
  const kinds = (line.checks?.length ? line.checks : ["service"]).filter((kind) => CHECKS[kind]);
  const results = kinds.map((kind) => ({
    kind,
    field: fields.radios(CHECKS[kind], [
      { value: "pass", text: "Passed" },
      { value: "fail", text: "Failed: it goes on hold" },
    ]),
  }));
  const note = fields.text("Anything to note", { rows: 3, attributes: { maxlength: "500" } });
  const certificate = fields.text("Certificate number, if there is one", {
    attributes: { maxlength: "100" },
  });
  const rows = [...results.map(({ field }) => field.row), certificate.row, note.row];
  form(app, `#stop/${visit}`, `Check ${itemWords(item)}`, rows, "Save the check", async () => {
    const open = results.find(({ field }) => !field.value());
    if (open) return `Say whether the ${CHECKS[open.kind]} was passed.`;
    const checks = results.map(({ kind, field }) => ({
      kind,
      result: field.value(),
      on: app.round.today(),
      ...(certificate.value() && { certificate: certificate.value() }),
    }));
    const more = note.value() ? { note: note.value() } : {};
    await app.round.record("scan", {
      item: item.code,
      action: "check",
      visit,
      line: line.line,
      checks,
      ...more,
    });
    return null;
  });
}

export function faultView(app, visit) {
  const stop = app.round.world?.stop(visit);
  const codes = [...new Set(stop?.lines.flatMap((line) => line.items) ?? [])];
  const known = codes.map((code) => app.round.world.item(code)).filter(Boolean);
  const which = known.length
    ? fields.radios(
        "Which item",
        known.map((item) => ({ value: item.code, text: itemWords(item) })),
      )
    : null;
  const code = fields.text(known.length ? "Or another item's code" : "The item's code", {
    attributes: {
      autocapitalize: "characters",
      autocomplete: "off",
      class: "nhsuk-input kitback-code",
    },
  });
  const what = fields.text("What is wrong", { rows: 3, attributes: { maxlength: "500" } });
  const photo = photoField("Photo, if it helps");
  const back = stop ? `#stop/${visit}` : "#";
  form(
    app,
    back,
    "Report a fault",
    [which?.row, code.row, what.row, photo.row],
    "Put it on hold",
    async () => {
      const label = code.value() ? readLabel(code.value()) : null;
      if (label && label.kind !== "item") return label.words ?? "This is not an item's code.";
      const item = label ? (app.round.world.find(label)?.code ?? label.text) : which?.value();
      if (!item) return "Say which item it is.";
      if (!what.value()) return "Write what is wrong.";
      await app.round.record(
        "scan",
        { item, action: "hold", reason: what.value(), ...(stop && { visit }) },
        photo.value(),
      );
      return null;
    },
  );
}

export function noteView(app, visit) {
  const note = fields.text("Note", {
    rows: 5,
    hint: "The coordinator reads it.",
    attributes: { maxlength: "2000" },
  });
  form(app, `#stop/${visit}`, "Write a note", [note.row], "Save the note", async () => {
    if (!note.value()) return "Write the note.";
    await app.round.record("note", { visit, text: note.value() });
    return null;
  });
}

export function lateView(app) {
  const options = LATE.map((minutes) => ({ value: String(minutes), text: `${minutes} minutes` }));
  const minutes = fields.radios("How late are you?", [
    { value: "0", text: "On time again" },
    ...options,
  ]);
  form(app, "#", "Running late", [minutes.row], "Tell the coordinator", async () => {
    if (minutes.value() === null) return "Say how late you are.";
    const { pack, world } = app.round;
    const round = world.next()?.round ?? pack.rounds[0]?.id;
    await app.round.record("late", { minutes: Number(minutes.value()), ...(round && { round }) });
    return null;
  });
}
