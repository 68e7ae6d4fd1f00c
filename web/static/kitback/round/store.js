// What the phone keeps, in IndexedDB: the queue of what was done, and a few things by name.
// Nothing here knows what is inside: bodies come sealed (vault.js).

const NAME = "kitback-round";
const VERSION = 1;
// On the disk when we say so, not some time later: a phone may fall into the bath next.
const STRICT = { durability: "strict" };

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
    transaction.onerror = () => reject(transaction.error);
  });

export async function openStore(name = NAME) {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("entries", { keyPath: "seq" });
    request.result.createObjectStore("kept");
  };
  const database = await asked(request);
  // A later version of this page wants to change the store: let it.
  database.onversionchange = () => database.close();
  return new Store(database);
}

export class Store {
  constructor(database) {
    this.database = database;
  }

  close() {
    this.database.close();
  }

  async kept(key) {
    return asked(this.database.transaction("kept").objectStore("kept").get(key));
  }

  async keep(key, value) {
    const transaction = this.database.transaction("kept", "readwrite", STRICT);
    transaction.objectStore("kept").put(value, key);
    await completed(transaction);
  }

  async drop(...keys) {
    const transaction = this.database.transaction("kept", "readwrite", STRICT);
    for (const key of keys) transaction.objectStore("kept").delete(key);
    await completed(transaction);
  }

  // Gives the entry the next number of this phone; once it returns, the entry survives anything.
  async append(entry) {
    const transaction = this.database.transaction(["entries", "kept"], "readwrite", STRICT);
    const kept = transaction.objectStore("kept");
    const seq = (await asked(kept.get("seq"))) ?? 1;
    kept.put(seq + 1, "seq");
    transaction.objectStore("entries").add({ ...entry, seq, status: "unsent" });
    await completed(transaction);
    return seq;
  }

  // The service has seen numbers that this phone has forgotten: it goes on after them.
  async numberFrom(next) {
    const transaction = this.database.transaction("kept", "readwrite", STRICT);
    const kept = transaction.objectStore("kept");
    const seq = (await asked(kept.get("seq"))) ?? 1;
    kept.put(Math.max(seq, next), "seq");
    await completed(transaction);
  }

  async entries() {
    return asked(this.database.transaction("entries").objectStore("entries").getAll());
  }

  // Writes down what was answered, each for the entry with that number and id only, and only once.
  async settle(answers) {
    const transaction = this.database.transaction("entries", "readwrite", STRICT);
    const entries = transaction.objectStore("entries");
    for (const answer of answers) {
      const entry = await asked(entries.get(answer.seq));
      if (!entry || entry.id !== answer.id || entry.status !== "unsent") continue;
      const status = answer.status === "refused" ? "refused" : "done";
      entries.put({ ...entry, status, answer });
    }
    await completed(transaction);
  }

  // Takes away what has been answered; what has not is never taken.
  async forget(seqs) {
    const transaction = this.database.transaction("entries", "readwrite", STRICT);
    const entries = transaction.objectStore("entries");
    for (const seq of seqs) {
      const entry = await asked(entries.get(seq));
      if (entry && entry.status !== "unsent") entries.delete(seq);
    }
    await completed(transaction);
  }
}
