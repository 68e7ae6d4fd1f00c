// Sends the queue whenever there is a network, in order, from one tab at a time.

const MOST = 100;
const BYTES = 200000;
const LOCK = "kitback-round-send";
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60000;
const PATIENCE = 45000;

export class SignedOut extends Error {}
export class Revoked extends Error {}

// Posts JSON to the service; its answer, or an error that says what kind of trouble it is.
export async function post(path, content) {
  const plain = typeof content !== "string" && !(content instanceof Blob);
  const answer = await fetch(path, {
    method: "POST",
    headers: plain ? { "Content-Type": "application/json" } : { "Content-Type": content.type },
    body: plain ? JSON.stringify(content) : content,
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  return read(answer);
}

export async function get(path) {
  return read(await fetch(path, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) }));
}

async function read(answer) {
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (answer.status === 410) throw new Revoked();
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => null);
  throw Object.assign(new Error(`answered ${answer.status}`), { status: answer.status, problem });
}

export class Sender {
  #queue;
  #device;
  #post;
  #path;
  #told;
  #timer = 0;
  #wait = FIRST_WAIT;
  #running = false;
  #again = false;
  #stopped = false;
  state = "idle"; // idle, sending, waiting, signed-out, revoked

  // told(state) is called whenever the state or the queue has changed.
  constructor({ queue, device, path, told = () => undefined, send = post }) {
    this.#queue = queue;
    this.#device = device;
    this.#path = path;
    this.#told = told;
    this.#post = send;
  }

  start() {
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.hurry();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  // There is something to send, or perhaps a network again: do not wait for the timer.
  hurry() {
    this.#wait = FIRST_WAIT;
    return this.run();
  }

  async run() {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = true;
    try {
      do {
        this.#again = false;
        await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) =>
          lock ? this.#sendAll() : this.#later(),
        );
      } while (this.#again && !this.#stopped);
    } finally {
      this.#running = false;
    }
  }

  async #sendAll() {
    if (this.#stopped) return;
    try {
      // Another tab may have sent some, or this page was asleep while it was stored.
      await this.#queue.load();
      while (this.#queue.unsent().length) {
        this.#tell("sending");
        await this.#send(batchOf(this.#queue.unsent()));
        this.#wait = FIRST_WAIT;
      }
      this.#tell("idle");
    } catch (error) {
      if (error instanceof Revoked) this.#tell("revoked");
      else if (error instanceof SignedOut) this.#tell("signed-out");
      else this.#later();
    }
  }

  async #send(batch) {
    try {
      const entries = [];
      for (const entry of batch) entries.push(await this.#ready(entry));
      const answer = await this.#post(`${this.#path}/send`, {
        device: this.#device,
        sent_at: new Date().toISOString(),
        unsent: this.#queue.unsent().length,
        entries,
      });
      const known = answered(batch, answer.answers);
      if (!known.length) throw new Error("nothing was answered");
      await this.#queue.settle(known);
    } catch (error) {
      if (!isFault(error)) throw error;
      await this.#apart(batch, error);
    }
  }

  // The service would not read the list at all: one bad one must not stop the good ones.
  async #apart(batch, error) {
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await this.#send(batch.slice(0, half));
      await this.#send(batch.slice(half));
      return;
    }
    const [{ seq, id }] = batch;
    const problem = error.problem ?? { detail: "The service could not read this." };
    await this.#queue.settle([{ seq, id, status: "refused", problem }]);
  }

  async #ready({ seq, id, at, kind, body, photo }) {
    const picture = photo && blobOf(photo);
    if (!picture) return { seq, id, at, kind, body };
    try {
      const kept = await this.#post(
        `${this.#path}/photos?device=${this.#device}&entry=${id}`,
        picture,
      );
      return { seq, id, at, kind, body: { ...body, photos: [kept.photo] } };
    } catch (error) {
      // What was done counts more than its picture.
      if (!isFault(error)) throw error;
      return { seq, id, at, kind, body };
    }
  }

  #later() {
    this.#tell("waiting");
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.run(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #tell(state) {
    this.state = state;
    this.#told(state);
  }
}

// The picture in a data URL: our pages may not fetch one. One that is none must not stop the queue.
function blobOf(url) {
  const [, type, body] = /^data:([^;,]+);base64,([A-Za-z0-9+/]+=*)$/.exec(url) ?? [];
  if (!body) return null;
  return new Blob([Uint8Array.from(atob(body), (character) => character.charCodeAt(0))], { type });
}

// No better for being sent again. What is not there, not allowed or too much today may be tomorrow.
const isFault = (error) => [400, 413, 415, 422].includes(error.status);

function batchOf(unsent) {
  const batch = [];
  let size = 0;
  for (const entry of unsent.slice(0, MOST)) {
    size += JSON.stringify(entry.body).length;
    if (batch.length && size > BYTES) break;
    batch.push(entry);
  }
  return batch;
}

function answered(batch, answers) {
  const ids = new Map(batch.map((entry) => [entry.seq, entry.id]));
  return (answers ?? []).filter((answer) => ids.get(answer.seq) === answer.id);
}
