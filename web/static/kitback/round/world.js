// The day as it stands on this phone: what the service last told, and what was done here since.
import { squeezed } from "./labels.js";
import { after } from "./standing.js";

const DONE = {
  delivery: "delivered",
  collection: "collected",
  repair: "repaired",
  service: "checked",
  swap: "swapped",
};
const ACTION = { delivery: "deliver", collection: "collect", repair: "repair", service: "check" };

export class World {
  constructor(pack, entries) {
    this.pack = pack;
    this.items = new Map(Object.entries(pack.items ?? {}));
    this.outcomes = new Map();
    this.scans = [];
    this.late = null;
    this.current = null;
    for (const entry of entries) this.#replay(entry);
  }

  item(code) {
    return this.items.get(code) ?? null;
  }

  // The item that a label names; null for one that is not of today.
  find(label) {
    if (label.code && this.items.has(label.code)) return this.items.get(label.code);
    const wanted = [label.giai, label.alias].filter(Boolean).map(squeezed);
    const names = (item) => [item.giai, ...(item.aliases ?? [])].filter(Boolean).map(squeezed);
    return (
      [...this.items.values()].find((item) => names(item).some((name) => wanted.includes(name))) ??
      null
    );
  }

  product(sku) {
    return this.pack.products?.[sku] ?? {};
  }

  stop(visit) {
    return this.pack.stops.find((each) => each.visit === visit) ?? null;
  }

  // Where something is to be done with an item today.
  stopFor(item) {
    const isAbout = (stop) => stop.lines.some((line) => line.items.includes(item.code));
    return this.pack.stops.find((stop) => isAbout(stop) && !this.isOver(stop)) ?? null;
  }

  // A stop is over once its outcome was said, here or to the service by somebody else.
  isOver(stop) {
    return this.outcomes.has(stop.visit) || ["done", "failed", "cancelled"].includes(stop.status);
  }

  // Of several vans' rounds, the one goes on with which something was done last.
  next() {
    const open = this.pack.stops.filter((stop) => !this.isOver(stop));
    return open.find((stop) => stop.round === this.current) ?? open[0] ?? null;
  }

  done(stop, line) {
    const told = line.outcome === DONE[line.kind];
    const scanned = (action) =>
      this.scans.filter(
        (scan) =>
          scan.visit === stop.visit && scan.action === action && !scan.undone && isOf(scan, line),
      ).length;
    if (line.kind === "swap") {
      const [back, out] = [scanned("collect"), scanned("deliver")];
      return told ? line.quantity : Math.min(back, out, line.quantity);
    }
    const already = line.items.filter((code) => this.#isAt(code, line.kind, stop)).length;
    return told
      ? line.quantity
      : Math.min(line.quantity, Math.max(scanned(ACTION[line.kind]), already));
  }

  isDone(stop, line) {
    return this.done(stop, line) >= line.quantity;
  }

  // The line of a stop that an item is for, the ones with something left to do first.
  lineFor(stop, item) {
    const lines = [...stop.lines].sort((a, b) => this.isDone(stop, a) - this.isDone(stop, b));
    const named = lines.find((line) => line.items.includes(item.code));
    const alike = lines.find(
      (line) =>
        line.sku === item.sku &&
        ["delivery", "swap"].includes(line.kind) &&
        !this.isDone(stop, line),
    );
    return named ?? (item.state === "on_loan" ? null : alike) ?? null;
  }

  onVan(van) {
    return [...this.items.values()].filter(
      (item) => ["loaded", "collected"].includes(item.state) && (!van || item.van === van),
    );
  }

  // When a stop is reached and left, as it looks now: what was said here counts before it was sent.
  times(stop) {
    const said =
      this.late && (!this.late.round || this.late.round === stop.round) ? this.late : null;
    if (!said || this.isOver(stop)) return this.isOver(stop) ? stop : (stop.expected ?? stop);
    const later = (at) => new Date(Date.parse(at) + said.minutes * 60000).toISOString();
    return { arrive_at: later(stop.arrive_at), depart_at: later(stop.depart_at) };
  }

  get minutesLate() {
    return (
      this.late?.minutes ?? Math.max(0, ...this.pack.rounds.map((each) => each.late_minutes ?? 0))
    );
  }

  // What is to be on a van before it leaves, in the order of the stops, the last one first in.
  loadList(round) {
    const stops = this.pack.stops.filter((stop) => stop.round === round.id && !this.isOver(stop));
    return stops
      .reverse()
      .flatMap((stop) =>
        stop.lines
          .filter((line) => line.kind === "delivery" || line.kind === "swap")
          .map((line) => ({ stop, line, items: line.kind === "swap" ? [] : line.items })),
      );
  }

  #isAt(code, kind, stop) {
    const item = this.items.get(code);
    if (!item) return false;
    if (kind === "delivery")
      return (
        item.state === "given" || (item.state === "on_loan" && item.person === stop.person?.id)
      );
    return kind === "collection" && ["collected", "returned"].includes(item.state);
  }

  #replay(entry) {
    // A refused one has not happened, as far as the service is concerned: a case says the rest.
    if (entry.status === "refused") return;
    const { body } = entry;
    this.current = this.#roundOf(body) ?? this.current;
    if (entry.kind === "outcome") this.outcomes.set(body.visit, { ...body, entry });
    if (entry.kind === "late" && entry.seq > (this.pack.upto ?? 0)) this.late = body;
    if (entry.kind === "scan") this.#scan(entry, body);
  }

  #roundOf({ visit, van }) {
    if (visit) return this.stop(visit)?.round;
    return this.pack.rounds?.find((each) => van && each.van === van)?.id;
  }

  #scan(entry, body) {
    const code = entry.answer?.item ?? body.item;
    const item = this.items.get(code);
    const fresh = entry.seq > (this.pack.upto ?? 0);
    const scan = {
      ...body,
      entry,
      id: entry.id,
      sku: item?.sku,
      code,
      before: item,
      wasFresh: fresh,
    };
    this.scans.push(scan);
    if (body.action === "undo") {
      const undone = this.scans.find((each) => each.id === body.movement);
      if (undone) undone.undone = true;
      if (fresh && item && undone)
        this.items.set(code, undone.wasFresh ? undone.before : backFrom(item, undone));
    } else if (fresh && item) {
      this.items.set(code, after(item, body.action, body, this.product(item.sku)));
    }
    const state = entry.answer?.state;
    const now = this.items.get(code);
    if (fresh && state && now)
      this.items.set(code, { ...now, state, allowed: entry.answer.allowed ?? now.allowed });
  }
}

// What it was before an act that the service has told us the result of, never the beginning.
function backFrom(item, { action, van }) {
  const state = { load: "allocated", unload: "loaded", deliver: "loaded", collect: "on_loan" }[
    action
  ];
  return {
    ...item,
    state: state ?? item.state,
    van: state === "loaded" ? (van ?? item.van) : null,
  };
}

const isOf = (scan, line) =>
  scan.line ? scan.line === line.line : line.items.includes(scan.code) || scan.sku === line.sku;
