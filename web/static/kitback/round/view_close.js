// The end of the day: everything accounted for, then people go from this phone.
import { button, el, heading, link, list, paragraph } from "./dom.js";
import { itemWords } from "./reading.js";
import { SignedOut } from "./sender.js";
import { nameOf } from "./view_day.js";
import { count } from "./words.js";

export function closeView(app) {
  const { world, queue } = app.round;
  if (!world || app.round.pack.closed) return app.go("#");
  const aboard = world.onVan();
  const open = app.round.pack.stops.filter((stop) => !world.isOver(stop));
  const unsent = queue.unsent().length;
  app.show(
    link("Back to the day", "#", "nhsuk-back-link"),
    heading("End the day"),
    aboard.length
      ? [el("h2", { class: "nhsuk-heading-s" }, "Still on the van"), list(aboard.map(itemWords))]
      : paragraph("Nothing is on the van."),
    aboard.length ? button("Scan it off the van", () => app.go("#back")) : null,
    open.length
      ? [
          el("h2", { class: "nhsuk-heading-s" }, "Stops not finished"),
          list(open.map((stop) => link(`${stop.place}. ${nameOf(stop)}`, `#stop/${stop.visit}`))),
        ]
      : paragraph("Every stop is finished."),
    unsent
      ? paragraph(
          `${count(unsent, "thing")} still to send. The day can be closed once they are sent.`,
        )
      : null,
    button(
      aboard.length || open.length ? "Close the day all the same" : "Close the day",
      () => void close(app),
      aboard.length || open.length ? "secondary" : "",
    ),
    el("p", { class: "nhsuk-hint" }, "People's names and addresses go from this phone."),
  );
}

async function close(app) {
  const { round } = app;
  await round.sender.hurry();
  if (round.queue.unsent().length) {
    return app.show(
      link("Back", "#", "nhsuk-back-link"),
      heading("Not closed yet"),
      paragraph("Not everything has been sent. Close the day where there is a network."),
    );
  }
  try {
    app.left = await round.close();
    app.go("#");
  } catch (error) {
    const words =
      error instanceof SignedOut
        ? "Sign in again first."
        : "There is no network. Close the day where there is one.";
    return app.show(
      link("Back", "#", "nhsuk-back-link"),
      heading("Not closed yet"),
      paragraph(words),
    );
  }
}
