// What follows when a label was read: what it is, what was done at once, what may be done, what is
// wrong. On the stop's list it is done at once and can be undone; all else is asked.
import { readLabel } from "./labels.js";
import { refusal, stateWords } from "./standing.js";
import { lowered, shortName, shownCode } from "./words.js";

const DONE = {
  load: "On the van",
  unload: "Off the van",
  deliver: "Delivered",
  collect: "Collected",
  return: "Back in the depot",
  undo: "Undone",
};
const ASK = {
  load: "Load it on the van",
  unload: "Take it off the van: not used",
  deliver: "Deliver it here all the same",
  collect: "Collect it",
  return: "Return it to the depot to be cleaned",
};

export class Reading {
  // where: { mode: "stop" | "load" | "back" | "any", stop, round }
  constructor(round, where) {
    this.round = round;
    this.where = where;
    this.van = where.round?.van ?? null;
    this.bay = null;
  }

  get world() {
    return this.round.world;
  }

  // { tone: "good" | "bad" | "ask", title, words, acts: [{ text, act }], item, entry }
  async read(text) {
    const label = readLabel(text);
    if (label.kind === "place") return this.#place(label);
    const item = label.kind === "item" || label.alias ? this.world.find(label) : null;
    if (item) return this.#item(item);
    if (label.kind === "none")
      return { tone: "bad", title: "Not read", words: label.words, acts: [] };
    return this.#stranger(label);
  }

  async act(item, action, more = {}) {
    const body = { item: item.code, action, ...this.#fields(item, action), ...more };
    const entry = await this.round.record("scan", body);
    return this.#told(item, action, entry);
  }

  async undo(item, entry) {
    await this.round.record("scan", { item: item.code, action: "undo", movement: entry.id });
    return { tone: "good", title: "Undone", words: nameOf(item), acts: [], item };
  }

  #told(item, action, entry) {
    const undo = { text: "Undo", act: () => this.undo(item, entry), quiet: true };
    return {
      tone: "good",
      title: DONE[action] ?? "Done",
      words: nameOf(item),
      acts: [undo],
      item,
      entry,
    };
  }

  async #item(item) {
    const { action, line } = this.#wanted(item);
    if (!action) return this.#offer(item);
    const refused = refusal(item, action, this.round.today());
    if (refused) return this.#refused(item, action, refused, line);
    return this.act(item, action, line ? lineFields(line) : {});
  }

  // The one right action for this item here; none where a person has to say.
  #wanted(item) {
    const { mode, stop, round } = this.where;
    if (mode === "load") {
      const row = this.world.loadList(round).find((each) => each.items.includes(item.code));
      return row && item.state !== "loaded" ? { action: "load", line: row.line } : {};
    }
    if (mode === "back") return item.state === "collected" ? { action: "return" } : {};
    if (mode !== "stop") return {};
    const line = this.world.lineFor(stop, item);
    if (!line) return {};
    if (line.kind === "delivery" && item.state !== "on_loan") return { action: "deliver", line };
    if (line.kind === "collection" && item.state !== "collected")
      return { action: "collect", line };
    if (line.kind === "swap" && item.state !== "collected") {
      return { action: line.items.includes(item.code) ? "collect" : "deliver", line };
    }
    return {};
  }

  #refused(item, action, refused, line) {
    if (refused.unsafe)
      return { tone: "bad", title: nameOf(item), words: refused.words, acts: [], item };
    const act = () => this.act(item, action, line ? lineFields(line) : {});
    const acts = [{ text: "It has been done: let the depot settle it", act, quiet: true }];
    return { tone: "bad", title: nameOf(item), words: refused.words, acts, item };
  }

  // Nothing is done by itself: what it is, what is wrong with it, and what may be done.
  #offer(item) {
    const today = this.round.today();
    const may = ["load", "unload", "deliver", "collect", "return"].filter((action) => {
      if (action === "deliver" && this.where.mode !== "stop") return false;
      if (action === "load" && this.where.mode === "stop") return false;
      return !refusal(item, action, today);
    });
    const acts = may.map((action) => ({ text: ASK[action], act: () => this.act(item, action) }));
    const unsafe = refusal(item, "deliver", today);
    return {
      tone: unsafe?.unsafe ? "bad" : "ask",
      title: nameOf(item),
      words: unsafe?.unsafe ? unsafe.words : this.#standing(item),
      acts,
      item,
    };
  }

  #standing(item) {
    const { mode, stop } = this.where;
    const here = mode === "stop" && item.state === "on_loan" && item.person === stop.person?.id;
    if (here) return "It is on loan to this person. It is not on the list of this stop.";
    if (mode === "load" && item.state === "loaded") return `It is on van ${item.van} already.`;
    const listed = mode === "stop" || mode === "load" ? " It is not on this list." : "";
    const wanted = this.world.stopFor(item);
    const where = wanted ? ` It is for stop ${wanted.place}.` : "";
    return `It is ${stateWords(item.state)}.${listed}${where}`;
  }

  // Ours, to look at, but nothing that this phone has been told of.
  #stranger(label) {
    const item = { code: label.code ?? label.text, name: "Item" };
    const here = { stop: ["deliver", "collect"], load: ["load"], back: ["return", "unload"] };
    const acts = (here[this.where.mode] ?? ["collect"]).map((action) => ({
      text: ASK[action],
      act: () => this.act(item, action),
    }));
    acts.unshift(...this.#swaps(item));
    const shown = label.code ? shownCode(label.code) : label.alias;
    return {
      tone: "ask",
      title: `Not on today's list: ${shown}`,
      words:
        "This phone does not know what may be done with it. Call the depot if you are not sure.",
      acts,
      item,
    };
  }

  // What is brought in the place of something else comes from any shelf: say which it is for.
  #swaps(item) {
    const { stop } = this.where;
    if (!stop) return [];
    return stop.lines
      .filter((line) => line.kind === "swap" && !this.world.isDone(stop, line))
      .map((line) => ({
        text: `It stays here for the old ${lowered(line.name)}`,
        act: () => this.act(item, "deliver", lineFields(line)),
      }));
  }

  #place({ place, code }) {
    const said = { depot: "Depot", van: "Van", bay: "Bay" }[place];
    if (place === "van") this.van = code;
    if (place === "bay") this.bay = code;
    return { tone: "good", title: `${said} ${code}`, words: PLACES[place], acts: [] };
  }

  #fields(item, action) {
    const { stop } = this.where;
    const van = this.van ?? this.#vanOf(stop);
    if (action === "load") return { van };
    if (action === "deliver") return { visit: stop?.visit, person: stop?.person?.id };
    if (action === "collect") return { van, visit: stop?.visit };
    if (action === "return")
      return { depot: this.world.pack.depot.code, ...(this.bay && { bay: this.bay }) };
    return {};
  }

  #vanOf(stop) {
    return stop?.van ?? this.world.pack.rounds[0]?.van ?? null;
  }
}

const PLACES = {
  depot: "Now scan what is brought in here.",
  van: "What you scan now goes on this van.",
  bay: "What you scan now goes into this bay.",
};

const nameOf = (item) =>
  `${shortName(item.name)}, ${item.code.length === 8 ? shownCode(item.code) : item.code}`;
export const itemWords = (item) => `${lowered(item.name)} ${shownCode(item.code)}`;

const lineFields = (line) => ({
  line: line.line,
  ...(line.order_line && line.kind === "delivery" ? { order_line: line.order_line } : {}),
});
