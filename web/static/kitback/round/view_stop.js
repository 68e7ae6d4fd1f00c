// One stop: who, where, when, what, and the next right thing to do, first.
import { button, details, el, heading, link, list, paragraph, warning } from "./dom.js";
import { callDepot, nameOf, whatWords, whenWords } from "./view_day.js";
import { refusal } from "./standing.js";
import { itemWords } from "./reading.js";
import { count, lowered, wallClock } from "./words.js";

// What is seen to where it stands, by a form.
const HOME = { repair: ["Mend", "mend"], service: ["Check", "check"] };

export function stopView(app, visit) {
  const stop = app.round.world?.stop(visit);
  if (!stop) {
    return app.show(
      heading("Not on this phone"),
      paragraph("This stop is not part of today's round."),
      button("Back to the day", () => app.go("#")),
    );
  }
  const { world } = app.round;
  const over = world.isOver(stop);
  app.show(
    link("All stops", "#", "nhsuk-back-link"),
    heading(`Stop ${stop.place} of ${stop.of}: ${nameOf(stop)}`),
    paragraph(`${[stop.address, stop.postcode].filter(Boolean).join(", ")}.`),
    paragraph(
      [whenWords(world.times(stop)), stop.two_person ? "2-person lift" : ""]
        .filter(Boolean)
        .map((each) => `${each}.`)
        .join(" "),
      "kitback-round-when",
    ),
    ...stop.warnings.map(warning),
    ...unsafe(app, stop).map(warning),
    stop.warnings.length || unsafe(app, stop).length ? callDepot(app.round.pack) : null,
    ...whatWords(stop).map(({ bold, rest }) => el("p", {}, el("strong", {}, bold), ` ${rest}.`)),
    over ? ended(app, stop) : next(app, stop),
    el("div", { class: "kitback-round-ways" }, ways(stop)),
    ...facts(stop),
    lines(app, stop),
    over ? null : others(app, stop),
  );
}

// What stands on the list and must not be handed over, said before anybody carries it upstairs.
function unsafe(app, stop) {
  const today = app.round.today();
  return stop.lines
    .filter((line) => line.kind === "delivery")
    .flatMap((line) => line.items)
    .map((code) => app.round.world.item(code))
    .filter(
      (item) =>
        item && item.state !== "on_loan" && !stop.warnings.some((each) => each.includes(item.code)),
    )
    .map((item) => refusal(item, "deliver", today))
    .filter((refused) => refused?.unsafe)
    .map((refused) => refused.words);
}

function next(app, stop) {
  const { world } = app.round;
  const toScan = stop.lines.filter(
    (line) => ["delivery", "collection", "swap"].includes(line.kind) && !world.isDone(stop, line),
  );
  const begun = Boolean(lastMove(app, stop));
  const scan = begun ? "Scan next item" : "Scan first item";
  const ways = toScan.length ? [[scan, `#scan/${stop.visit}`]] : [];
  for (const line of stop.lines) {
    if (!HOME[line.kind] || world.isDone(stop, line)) continue;
    const [verb, view] = HOME[line.kind];
    ways.push([`${verb} ${lowered(line.name)}`, `#${view}/${stop.visit}/${line.line}`]);
  }
  if (!ways.length) ways.push(["Finish this stop", `#finish/${stop.visit}`]);
  return ways.map(([words, to], place) => button(words, () => app.go(to), place && "secondary"));
}

function ended(app, stop) {
  const told = app.round.world.outcomes.get(stop.visit);
  const words =
    (told?.outcome ?? stop.status) === "done"
      ? "This stop is done."
      : "This stop is over: it could not be done.";
  const after = app.round.world.next();
  const on = after
    ? button(`Go to stop ${after.place}`, () => app.go(`#stop/${after.visit}`))
    : button("End the day", () => app.go("#close"));
  return [el("p", {}, el("strong", {}, words)), on];
}

function ways(stop) {
  const where = [stop.address, stop.postcode].filter(Boolean).join(", ");
  return [
    stop.person?.phone
      ? link(
          `Call ${stop.person.name}`,
          `tel:${stop.person.phone.replace(/[^0-9+]/g, "")}`,
          "nhsuk-button nhsuk-button--secondary",
        )
      : null,
    link("Open the map", mapAddress(stop.point, where), "nhsuk-button nhsuk-button--secondary"),
  ];
}

// The phone's own map, whichever that is.
function mapAddress(point, where) {
  const sought = encodeURIComponent(where);
  if (/iPhone|iPad|Mac/.test(navigator.userAgent)) return `maps:?q=${sought}`;
  return point ? `geo:${point.lat},${point.lon}?q=${sought}` : `geo:0,0?q=${sought}`;
}

function facts(stop) {
  const { window: expected, person } = stop;
  if (!person) return [];
  return [
    expected?.from
      ? paragraph(
          `They expect us between ${wallClock(expected.from)} and ${wallClock(expected.to)}.`,
        )
      : null,
    stop.access ? el("p", {}, el("strong", {}, "Getting in: "), stop.access) : null,
    stop.notes
      ? el(
          "p",
          { class: "kitback-round-notes" },
          el("strong", {}, "From the depot: "),
          stop.notes,
        )
      : null,
    stop.key_safe
      ? details("Show the key safe's code", paragraph(String(stop.key_safe), "kitback-code"))
      : null,
    person.needs?.length
      ? el("p", {}, el("strong", {}, "They need: "), person.needs.join(", "))
      : null,
    person.weight_kg ? paragraph(`They weigh ${person.weight_kg} kg.`) : null,
    stop.crew > 1 && !stop.two_person
      ? paragraph(`${count(stop.crew, "person", "people")} are needed here.`)
      : null,
  ];
}

function lines(app, stop) {
  const { world } = app.round;
  const verbs = {
    delivery: "Deliver",
    collection: "Collect",
    swap: "Swap",
    repair: "Mend",
    service: "Check",
  };
  const rows = stop.lines.map((line) => {
    const done = world.done(stop, line);
    const items = line.items
      .map((code) => world.item(code))
      .filter(Boolean)
      .map(itemWords)
      .join(", ");
    const how =
      done >= line.quantity ? "Done" : line.quantity > 1 ? `${done} of ${line.quantity}` : "To do";
    return el(
      "span",
      {},
      `${verbs[line.kind]} ${items || lowered(line.name)}. `,
      el(
        "strong",
        { class: `nhsuk-tag${how === "Done" ? " nhsuk-tag--green" : " nhsuk-tag--grey"}` },
        how,
      ),
    );
  });
  return [
    el("h2", { class: "nhsuk-heading-s" }, "What to bring and take"),
    list(rows, "kitback-round-lines"),
  ];
}

const others = (app, stop) =>
  el(
    "div",
    { class: "kitback-round-others" },
    button("Could not do it", () => app.go(`#could-not/${stop.visit}`), "secondary"),
    button("Finish with some left", () => app.go(`#finish/${stop.visit}`), "secondary"),
    button("Report a fault", () => app.go(`#fault/${stop.visit}`), "secondary"),
    button("Write a note", () => app.go(`#note/${stop.visit}`), "secondary"),
    lastScan(app, stop)
      ? button("Undo the last scan", () => void undo(app, stop), "secondary")
      : null,
  );

// The last thing that was handed over or taken here.
const lastMove = (app, stop) =>
  app.round.world.scans
    .filter((scan) => scan.visit === stop.visit && !scan.undone)
    .findLast((scan) => ["deliver", "collect"].includes(scan.action));

const lastScan = (app, stop) =>
  app.round.world.scans
    .filter((scan) => scan.visit === stop.visit && !scan.undone && scan.action !== "undo")
    .at(-1);

async function undo(app, stop) {
  const last = lastScan(app, stop);
  if (!last) return;
  const body = { item: last.code, action: "undo", movement: last.id, visit: stop.visit };
  await app.round.record("scan", body);
}
