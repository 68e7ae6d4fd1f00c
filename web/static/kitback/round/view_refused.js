// What the service did not take as it was sent: both sides, for a person at the depot to settle.
import { button, el, heading, link, list, paragraph } from "./dom.js";
import { stateWords } from "./standing.js";
import { clock, shownCode } from "./words.js";

export function refusedView(app) {
  const refused = app.round.queue.refused();
  app.show(
    link("Back to the day", "#", "nhsuk-back-link"),
    heading("Not taken as sent"),
    refused.length
      ? paragraph(
          "Nothing is lost: the depot has each of these, and will settle it. Call them if you cannot wait.",
        )
      : paragraph("Everything was taken."),
    list(
      refused.map((entry) => row(app, entry)),
      "kitback-round-lines",
    ),
  );
}

function row(app, entry) {
  const { body, answer = {} } = entry;
  const what =
    entry.kind === "scan" ? `${body.action} ${shownCode(answer.item ?? body.item)}` : entry.kind;
  const detail =
    answer.problem?.detail ?? answer.problem?.title ?? "The service could not take it.";
  return el(
    "div",
    {},
    paragraph(`You, at ${clock(entry.at)}: ${what}`),
    paragraph(
      `The service: ${detail}${answer.state ? ` It is ${stateWords(answer.state)} there.` : ""}`,
    ),
    button(
      "I have seen this",
      () => void app.round.queue.forget([entry]).then(() => app.go("#refused")),
      "secondary",
    ),
  );
}
