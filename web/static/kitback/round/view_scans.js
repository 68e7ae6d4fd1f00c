// What scanning is for: a stop's list, a van to be loaded, the depot in the evening, or just to look.
import { button, heading, paragraph } from "./dom.js";
import { readLabel } from "./labels.js";
import { itemWords } from "./reading.js";
import { scanView } from "./view_scan.js";
import { count, lowered, shownCode } from "./words.js";

const missing = (app) =>
  app.show(
    heading("Not on this phone"),
    paragraph("This is not part of today's round."),
    button("Back to the day", () => app.go("#")),
  );

// What brought somebody here is read once: going back to it must not read it again.
const onlyOnce = (hash) => history.replaceState(history.state, "", hash);

export function scanStop(app, visit, first = "") {
  const stop = app.round.world.stop(visit);
  if (!stop) return missing(app);
  if (first) onlyOnce(`#scan/${visit}`);
  const left = () =>
    stop.lines
      .filter(
        (line) =>
          ["delivery", "collection", "swap"].includes(line.kind) &&
          !app.round.world.isDone(stop, line),
      )
      .map((line) => {
        const number = line.quantity - app.round.world.done(stop, line);
        const verb = { delivery: "Deliver", collection: "Collect", swap: "Swap" }[line.kind];
        const codes = line.items.length === 1 ? ` ${shownCode(line.items[0])}` : "";
        return `${verb} ${number > 1 ? `${number} ` : ""}${lowered(line.name)}${codes}`;
      });
  const more = () =>
    left().length ? null : button("Finish this stop", () => app.go(`#finish/${visit}`));
  return scanView(app, {
    title: `Stop ${stop.place}: scan`,
    where: { mode: "stop", stop },
    back: `#stop/${visit}`,
    done: { text: "Stop scanning", to: `#stop/${visit}` },
    left,
    more,
    first,
  });
}

// A label that was read elsewhere: at the stop that is next, where it is on its list.
export function labelView(app, text = "") {
  const { world } = app.round;
  const item = world.find(readLabel(text));
  const next = world.next();
  if (item && next && world.lineFor(next, item)) return scanStop(app, next.visit, text);
  onlyOnce("#scan");
  return scanAnything(app, text);
}

export function loadView(app, id) {
  const round = app.round.pack.rounds.find((each) => each.id === id);
  if (!round) return missing(app);
  const { world } = app.round;
  const total = world.loadList(round).reduce((sum, row) => sum + row.items.length, 0);
  const isOn = (code) => ["loaded", "on_loan", "given"].includes(app.round.world.item(code)?.state);
  const left = () =>
    app.round.world.loadList(round).flatMap(({ stop, items }) =>
      items
        .filter((code) => !isOn(code))
        .map((code) => {
          const item = app.round.world.item(code);
          return item
            ? `Stop ${stop.place}: ${itemWords(item)}`
            : `Stop ${stop.place}: ${shownCode(code)}`;
        }),
    );
  return scanView(app, {
    title: `Load van ${round.van}: ${count(total, "item")}`,
    where: { mode: "load", round },
    back: "#",
    done: { text: "Stop loading", to: "#" },
    left,
  });
}

// In the evening: what was collected is returned, what was not used goes back on the shelf.
export function backView(app) {
  const left = () =>
    app.round.world
      .onVan()
      .map(
        (item) =>
          `${itemWords(item)}, ${item.state === "collected" ? "to be cleaned" : "not used"}`,
      );
  return scanView(app, {
    title: "Empty the van",
    where: { mode: "back" },
    back: "#close",
    done: { text: "Stop scanning", to: "#close" },
    left,
  });
}

export const scanAnything = (app, first = "") =>
  scanView(app, {
    title: "Scan anything",
    where: { mode: "any" },
    back: "#",
    done: { text: "Stop scanning", to: "#" },
    left: () => null,
    first,
  });
