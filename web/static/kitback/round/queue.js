// What was done on this phone, in order, each once: stored first, sent later (sender.js).

export class Queue {
  #store;
  #vault;
  #turn = Promise.resolve();
  entries = [];

  constructor(store, vault) {
    this.#store = store;
    this.#vault = vault;
  }

  // Reads the whole queue anew, as after a restart or a change in another tab.
  async load() {
    const known = new Map(this.entries.map((entry) => [entry.seq, entry]));
    const stored = await this.#store.entries();
    this.entries = await Promise.all(stored.map((each) => this.#opened(each, known.get(each.seq))));
    return this.entries;
  }

  // Stores it with an id and a time of its own. It is safe, and only then shown, when this returns.
  record(kind, body, { photo = null, at = new Date() } = {}) {
    // One after another: sealing takes its time, and the numbers are the order of the thumb.
    const made = this.#turn.then(() => this.#record(kind, body, photo, at));
    this.#turn = made.catch(() => undefined);
    return made;
  }

  unsent() {
    return this.entries.filter((entry) => entry.status === "unsent");
  }

  refused() {
    return this.entries.filter((entry) => entry.status === "refused");
  }

  async settle(answers) {
    await this.#store.settle(answers);
    await this.load();
  }

  async forget(entries) {
    await this.#store.forget(entries.map((entry) => entry.seq));
    await this.load();
  }

  async #record(kind, body, photo, at) {
    const entry = { id: crypto.randomUUID(), at: at.toISOString(), kind };
    const sealed = await this.#vault.seal({ body, photo });
    const seq = await this.#store.append({ ...entry, sealed });
    const whole = { ...entry, seq, status: "unsent", body, photo };
    this.entries = [...this.entries, whole];
    return whole;
  }

  async #opened({ sealed, ...stored }, known) {
    if (known && known.id === stored.id) return { ...known, ...stored };
    return { ...stored, ...(await this.#vault.open(sealed)) };
  }
}
