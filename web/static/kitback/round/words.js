// How the page writes times, numbers of things and lists of them.

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "numeric",
  minute: "2-digit",
  hour12: true,
  timeZone: "Europe/London",
});
const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  timeZone: "Europe/London",
});
const ISO = new Intl.DateTimeFormat("en-CA", {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  timeZone: "Europe/London",
});

// 10:30am, and 11am on the hour.
export function clock(at) {
  const parts = Object.fromEntries(
    CLOCK.formatToParts(new Date(at)).map(({ type, value }) => [type, value]),
  );
  const minutes = parts.minute === "00" ? "" : `:${parts.minute}`;
  const hour = parts.hour === "0" ? "12" : parts.hour;
  return `${hour}${minutes}${parts.dayPeriod.toLowerCase().replaceAll(".", "")}`;
}

export const dayWords = (iso) => DAY.format(new Date(`${iso.slice(0, 10)}T12:00:00Z`));
export const londonDay = (at) => ISO.format(new Date(at));

// A window is written as HH:MM of London's clock already.
export function wallClock(text) {
  const [hours, minutes] = text.split(":").map(Number);
  const half = hours < 12 ? "am" : "pm";
  return `${hours % 12 || 12}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}${half}`;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

export const lowered = (whole) => {
  const name = shortName(whole);
  return /^[A-Z][a-z]/.test(name) ? name[0].toLowerCase() + name.slice(1) : name;
};

// Grouped for the eye, and never broken between lines: the hyphen is one that holds.
export const shownCode = (code) =>
  code.length === 8 ? `${code.slice(0, 4)}\u2011${code.slice(4)}` : code;

// What a product is called in a hallway: its sizes and fittings come after the first comma.
export const shortName = (name) => name.split(",")[0];
