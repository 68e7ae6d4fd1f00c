// Plays a list of happenings on the phone's own queue and sender, against a service that keeps a
// record of every effect. Runs in the browser: Chromium's IndexedDB, locks and cryptography.
import { Queue } from "/round/queue.js";
import { Sender, SignedOut } from "/round/sender.js";
import { openStore } from "/round/store.js";
import { Vault } from "/round/vault.js";

class Service {
  effects = [];
  answers = new Map();
  network = ["ok"];

  // One network for each request, in turn; after the last it is the last one's.
  async take(path, { entries }) {
    const network = this.network.length > 1 ? this.network.shift() : this.network[0];
    if (network === "cut") throw new TypeError("Failed to fetch");
    if (network === "busy") throw Object.assign(new Error("503"), { status: 503 });
    if (network === "signed-out") throw new SignedOut();
    if (entries.some((entry) => entry.body.item === "unreadable")) {
      throw Object.assign(new Error("422"), { status: 422, problem: { detail: "Unreadable." } });
    }
    const half = Math.ceil(entries.length / 2);
    const taken = network === "half" ? entries.slice(0, half) : entries;
    const answers = taken.map((entry) => this.#answer(entry));
    if (network === "answer lost") throw new TypeError("Failed to fetch");
    return { answers };
  }

  #answer({ seq, id, body }) {
    if (this.answers.has(id)) return this.answers.get(id);
    const refused = body.item === "refused";
    if (!refused) this.effects.push({ seq, id, item: body.item });
    const answer = {
      seq,
      id,
      status: refused ? "refused" : "accepted",
      problem: refused ? {} : null,
    };
    this.answers.set(id, { ...answer, status: refused ? "refused" : "duplicate" });
    return answer;
  }
}

class Tab {
  static async open(name, key, service) {
    const store = await openStore(name);
    const queue = new Queue(store, new Vault(key));
    await queue.load();
    const send = (path, content) => service.take(path, content);
    return Object.assign(new Tab(), {
      store,
      queue,
      sender: new Sender({ queue, device: "d", path: "", send }),
    });
  }

  // As when a phone dies: nothing is waited for, and what ran goes nowhere.
  kill() {
    this.sender.stop();
    this.store.close();
  }
}

// happenings: ["scan", item] | ["die", item] | ["send", [network]] | ["send twice", [network]]
export async function play(name, happenings) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const service = new Service();
  let tab = await Tab.open(name, key, service);
  const other = await Tab.open(name, key, service);
  const recorded = [];
  for (const [what, how] of happenings) {
    if (what === "scan") recorded.push(slim(await tab.queue.record("scan", { item: how })));
    if (what === "scan elsewhere")
      recorded.push(slim(await other.queue.record("scan", { item: how })));
    if (what === "die") {
      void tab.queue.record("scan", { item: how }).catch(() => undefined);
      tab.kill();
      tab = await Tab.open(name, key, service);
    }
    if (what.startsWith("send")) {
      service.network = how;
      await Promise.all([tab.sender.run(), what === "send twice" ? other.sender.run() : null]);
    }
  }
  service.network = ["ok"];
  await tab.sender.run();
  await tab.sender.run();
  const entries = (await tab.queue.load()).map(({ seq, id, status, body }) => ({
    seq,
    id,
    status,
    item: body.item,
  }));
  tab.kill();
  other.kill();
  indexedDB.deleteDatabase(name);
  return { recorded, entries, effects: service.effects };
}

const slim = ({ seq, id, body }) => ({ seq, id, item: body.item });
