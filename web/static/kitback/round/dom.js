// Elements are made, never written as HTML: what other people typed stays text.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined));
  return made;
}

export const paragraph = (text, extra = "") => el("p", { class: extra }, text);

export const heading = (text, level = 1) =>
  el(`h${level}`, { class: `nhsuk-heading-${level === 1 ? "l" : "m"}`, tabIndex: -1 }, text);

export function button(text, press, kind = "") {
  const extra = kind ? ` nhsuk-button--${kind}` : "";
  return el(
    "button",
    { type: "button", class: `nhsuk-button kitback-round-button${extra}`, onclick: press },
    text,
  );
}

export const link = (text, href, extra = "") => el("a", { href, class: extra }, text);

export const list = (rows, extra = "") =>
  el(
    "ul",
    { class: `nhsuk-list ${extra}` },
    rows.map((row) => el("li", {}, row)),
  );

// What is wrong and must not be missed: red, and read out at once.
export const warning = (text) =>
  el("div", { class: "kitback-round-warning", role: "alert" }, el("p", {}, el("strong", {}, text)));

export const details = (summary, ...inside) =>
  el(
    "details",
    { class: "nhsuk-details" },
    el(
      "summary",
      { class: "nhsuk-details__summary" },
      el("span", { class: "nhsuk-details__summary-text" }, summary),
    ),
    el("div", { class: "nhsuk-details__text" }, ...inside),
  );

// Shows a view in the place of the last one; whoever listens to the page hears its heading.
export function show(...parts) {
  const view = document.getElementById("view");
  view.replaceChildren(...parts.flat(3).filter(Boolean));
  window.scrollTo(0, 0);
  view.querySelector("h1")?.focus({ preventScroll: true });
}

export function say(text) {
  const place = document.getElementById("saved");
  if (place.textContent !== text) place.textContent = text;
}
