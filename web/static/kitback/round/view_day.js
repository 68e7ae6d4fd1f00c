// The day: its stops in order, the next one first under the thumb.
import { button, details, el, heading, link, list, paragraph, warning } from "./dom.js";
import { clock, count, dayWords, lowered, shownCode } from "./words.js";

export const whatWords = (stop) => {
  const kinds = {
    delivery: "Deliver",
    collection: "Collect",
    swap: "Swap",
    repair: "Mend",
    service: "Check",
  };
  return Object.entries(kinds).flatMap(([kind, verb]) => {
    const lines = stop.lines.filter((line) => line.kind === kind);
    const number = lines.reduce((sum, line) => sum + line.quantity, 0);
    if (!number) return [];
    const names = lines.map(
      (line) => `${line.quantity > 1 ? `${line.quantity} ` : ""}${lowered(line.name)}`,
    );
    return [{ bold: `${verb} ${count(number, "item")}:`, rest: names.join(", ") }];
  });
};

// Once a stop is over, the service says no longer whose it was.
export const nameOf = (stop) => stop.person?.name ?? "Finished stop";

export const whenWords = (times) => {
  if (!times.arrive_at) return "";
  const [from, to] = [clock(times.arrive_at), clock(times.depart_at)];
  return from === to ? from : `${from} to ${to}`;
};

export function dayView(app) {
  const { round } = app;
  const { pack, world } = round;
  if (!pack) return app.show(heading("Your round"), ...nothing(app));
  if (pack.closed) return app.show(heading("The day is closed"), ...closed(app));
  const next = world.next();
  app.show(
    heading(`Your round, ${dayWords(pack.date)}`),
    ...troubles(app),
    pack.stops.length ? null : paragraph("No stops have been given to you today."),
    next
      ? button(
          next.status === "under_way" ? "Go on with this stop" : `Go to stop ${next.place}`,
          () => app.go(`#stop/${next.visit}`),
        )
      : pack.stops.length
        ? button("End the day", () => app.go("#close"))
        : null,
    ...pack.rounds.map((each) => stopsOf(app, each)),
    ...pack.rounds.map((each) => {
      const words = `Load van ${each.van}`;
      return button(words, () => app.go(`#load/${each.id}`), "secondary");
    }),
    button("Scan anything", () => app.go("#scan"), "secondary"),
    button("Running late", () => app.go("#late"), "secondary"),
    next ? button("End the day", () => app.go("#close"), "secondary") : null,
    callDepot(pack),
    details("This phone", ...phone(app)),
  );
}

// Whoever has several vans to choose from sees which stops are whose.
function stopsOf(app, { id, van }) {
  const { pack } = app.round;
  const stops = pack.stops.filter((stop) => stop.round === id);
  return [
    pack.rounds.length > 1 ? el("h2", { class: "nhsuk-heading-m" }, `Van ${van}`) : null,
    el(
      "ol",
      { class: "kitback-round-stops" },
      stops.map((stop) => row(app, stop)),
    ),
  ];
}

function row(app, stop) {
  const { world } = app.round;
  const over = world.isOver(stop);
  const told = world.outcomes.get(stop.visit)?.outcome ?? stop.status;
  const state = over
    ? ({ done: "Done", failed: "Could not", cancelled: "Called off" }[told] ?? "Done")
    : "";
  return el(
    "li",
    { class: `kitback-round-stop${over ? " kitback-round-stop--over" : ""}` },
    el(
      "p",
      { class: "kitback-round-stop__name" },
      link(`${stop.place}. ${nameOf(stop)}`, `#stop/${stop.visit}`),
    ),
    paragraph(
      [whenWords(world.times(stop)), stop.address].filter(Boolean).join(". "),
      "nhsuk-body-s",
    ),
    stop.two_person ? paragraph("2-person lift", "nhsuk-body-s") : null,
    state
      ? el(
          "strong",
          { class: `nhsuk-tag${told === "done" ? " nhsuk-tag--green" : " nhsuk-tag--grey"}` },
          state,
        )
      : null,
  );
}

function troubles(app) {
  const { round } = app;
  const parts = [];
  const refused = round.queue.refused().length;
  if (round.trouble === "signed-out" || round.sender.state === "signed-out") {
    parts.push(
      el(
        "p",
        {},
        el("strong", {}, "You are signed out. "),
        link("Sign in to send what you did.", app.config.signIn),
      ),
    );
  }
  if (refused) {
    parts.push(warning(`${count(refused, "thing")} you did could not be taken as sent.`));
    parts.push(el("p", {}, link("See what, and why", "#refused")));
  }
  if (round.world.minutesLate)
    parts.push(
      paragraph(
        `You are running ${count(round.world.minutesLate, "minute")} late. The coordinator has been told, or will be.`,
      ),
    );
  return parts;
}

export const callDepot = (pack) =>
  pack.depot?.phone
    ? el(
        "p",
        {},
        link(
          `Call the depot, ${pack.depot.phone}`,
          `tel:${pack.depot.phone.replace(/[^0-9+]/g, "")}`,
        ),
      )
    : null;

function nothing(app) {
  const out = app.round.trouble;
  if (out === "signed-out")
    return [el("p", {}, link("Sign in to get today's stops", app.config.signIn))];
  if (out)
    return [
      paragraph(
        "Today's stops are not on this phone, and there is no network. They come as soon as there is one.",
      ),
      button("Try again", () => app.round.refresh()),
    ];
  return [paragraph("Getting today's stops…")];
}

const closed = (app) => [
  ...notAccountedFor(app.left),
  paragraph("People's names and addresses have gone from this phone. Thank you."),
  button("Open the day again", () => void app.round.reopen(), "secondary"),
  details("This phone", ...phone(app)),
];

// As the service has it, which knows of other phones on the same van, too.
function notAccountedFor(left) {
  const lacking = [
    ...(left?.left_on_van ?? []).map(
      ({ name, code, van }) => `${lowered(name)} ${shownCode(code)} is still on van ${van}`,
    ),
    ...(left?.not_done?.length ? [`${count(left.not_done.length, "stop")} not finished`] : []),
    ...(left?.missing?.length
      ? [`${count(left.missing.length, "thing")} of this phone never came to the depot`]
      : []),
  ];
  if (!lacking.length) return [];
  return [paragraph("Not accounted for, as the coordinator sees it, too:"), list(lacking)];
}

const phone = (app) => [
  paragraph(`${count(app.round.queue.unsent().length, "thing")} to send.`),
  button("Lock this page", () => location.reload(), "secondary"),
  button("Sign out", () => app.signOut(), "secondary"),
];
