// What was read at a station and is not sent yet, in the order of the reading. It lies in IndexedDB,
// so that closing the page or the tablet's battery loses nothing: codes and numbers, nobody's name.
// Where a browser keeps nothing (a private window), it stays in the page alone.
import { openStore } from "./round/store.js";

export async function openReadings(name, user) {
  const store = globalThis.indexedDB ? await openStore(name).catch(() => null) : null;
  return new Readings(store, user);
}

// A number of its own for each reading, also where the page came by plain HTTP.
export function freshId() {
  if (globalThis.crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Readings {
  #store;
  #user;
  #memory = [];
  #turn = Promise.resolve();

  constructor(store, user) {
    this.#store = store;
    this.#user = user;
  }

  // Whether anything would be lost with the page.
  get fleeting() {
    return this.#memory.length;
  }

  // It is kept when this returns; one after another, in the order of the hand.
  add(reading) {
    const made = { ...reading, user: this.#user };
    this.#turn = this.#turn.then(() => this.#keep(made));
    return this.#turn;
  }

  // Those of whoever is signed in, oldest first: nobody sends what somebody else has read.
  async mine() {
    const stored = (await this.#stored()).filter((entry) => entry.user === this.#user);
    return [...stored, ...this.#memory].sort((one, other) => one.at - other.at);
  }

  async others() {
    return (await this.#stored()).filter((entry) => entry.user !== this.#user).length;
  }

  async done(entry) {
    this.#memory = this.#memory.filter((each) => each.id !== entry.id);
    if (!entry.seq) return;
    await this.#store.settle([{ seq: entry.seq, id: entry.id, status: "done" }]);
    await this.#store.forget([entry.seq]);
  }

  async #keep(reading) {
    try {
      if (!this.#store) throw new Error("nothing is kept here");
      await this.#store.append(reading);
    } catch {
      this.#memory.push(reading);
    }
  }

  async #stored() {
    if (!this.#store) return [];
    const entries = await this.#store.entries().catch(() => []);
    return entries.filter((entry) => entry.status === "unsent");
  }
}
