// The technician's day on this phone: told by the service, kept sealed, changed by what is done.
import { Queue } from "./queue.js";
import { get, post, Revoked, Sender, SignedOut } from "./sender.js";
import { londonDay } from "./words.js";
import { World } from "./world.js";

const OLDEST_DAY = 5 * 60 * 1000;
const CHANNEL = "kitback-round";

export class Round {
  #vault;
  #gone = false;
  #listeners = new Set();
  #fetched = 0;
  pack = null;
  trouble = "";

  constructor({ store, vault, device, path }) {
    this.store = store;
    this.device = device;
    this.path = path;
    this.#vault = vault;
    this.queue = new Queue(store, vault);
    const told = (state) => this.#told(state);
    this.sender = new Sender({ queue: this.queue, device, path, told });
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = () => this.queue.load().then(() => this.#changed());
  }

  async open() {
    await this.queue.load();
    const sealed = await this.store.kept("day");
    this.pack = sealed ? await this.#vault.open(sealed) : null;
    if (this.pack && this.pack.date !== londonDay(this.now())) await this.#forgetDay();
    this.#settled();
  }

  start() {
    this.sender.start();
    this.refresh();
    setInterval(() => document.hidden || this.refresh(), OLDEST_DAY);
  }

  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // The service's clock, as far as it is known: a phone may be hours off.
  now() {
    return new Date(Date.now() + (this.pack?.offset ?? 0));
  }

  today() {
    return londonDay(this.now());
  }

  // Stored before anything else happens, then shown, then sent. Times are the phone's own.
  async record(kind, body, photo = null) {
    const whole = kind === "scan" ? { ...body, device: this.device } : body;
    const entry = await this.queue.record(kind, whole, { photo });
    this.#settled();
    this.channel.postMessage("changed");
    void this.sender.hurry();
    return entry;
  }

  // The day as the service has it now, where it can be asked.
  async refresh() {
    const asked = Date.now();
    const upto = Math.max(
      0,
      ...this.queue.entries.filter((e) => e.status !== "unsent").map((e) => e.seq),
    );
    try {
      const pack = await get(`${this.path}/day?device=${this.device}`);
      this.#fetched = Date.now();
      this.trouble = "";
      if (pack.closed) return await this.#closed(pack);
      await this.#keep({
        ...pack,
        upto,
        offset: Date.parse(pack.now) - (asked + this.#fetched) / 2,
      });
    } catch (error) {
      if (error instanceof Revoked) return await this.wipe("revoked");
      this.trouble =
        error instanceof SignedOut
          ? "signed-out"
          : error.status === 404
            ? "not-yours"
            : "no-network";
    }
    this.#changed();
  }

  // Ends the day at the service; what it says is left. The people go from this phone.
  async close() {
    const left = await post(`${this.path}/close`, { device: this.device });
    await this.#closed({ ...this.pack, closed: true });
    return left;
  }

  // The day was closed too early.
  async reopen() {
    await post(`${this.path}/open`, { device: this.device }).catch(() => undefined);
    await this.refresh();
  }

  // People go; what has not been sent stays sealed until it is, unless this phone was revoked.
  async wipe(why) {
    // Several answers at once may say that it was revoked: the store is closed but once.
    if (this.#gone) return;
    this.#gone = why === "revoked";
    // At once: whoever goes on to send would find the store closed.
    if (this.#gone) this.sender.stop();
    await this.#forgetDay();
    if (why === "revoked") {
      this.store.close();
      indexedDB.deleteDatabase("kitback-round");
      for (const name of await caches.keys()) await caches.delete(name);
    }
    this.#changed(why);
  }

  async #closed(pack) {
    await this.#forgetDay();
    await this.queue.forget(this.queue.entries.filter((entry) => entry.status === "done"));
    this.pack = { ...pack, closed: true, stops: [], items: {}, products: {}, rounds: [] };
    this.#settled();
  }

  async #keep(pack) {
    await this.store.keep("day", await this.#vault.seal(pack));
    this.pack = pack;
    const old = this.queue.entries.filter(
      (e) => e.status === "done" && londonDay(e.at) < pack.date,
    );
    if (old.length) await this.queue.forget(old);
    this.#settled();
  }

  async #forgetDay() {
    await this.store.drop("day");
    this.pack = null;
    this.world = null;
  }

  #told(state) {
    if (state === "revoked") void this.wipe("revoked");
    if (state === "idle") this.channel.postMessage("changed");
    this.#settled();
  }

  #settled() {
    this.world = this.pack ? new World(this.pack, this.queue.entries) : null;
    this.#changed();
  }

  #changed(what = "") {
    for (const listener of this.#listeners) listener(what);
  }
}
