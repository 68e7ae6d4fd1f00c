// What lies on the phone is sealed with a key that only the technician's PIN unwraps (ADR on phones).

const ROUNDS = 600000;
export const PIN = /^[0-9]{6}$/;
export const TRIES = 5;

const random = (length) => crypto.getRandomValues(new Uint8Array(length));

async function wrappingKey(pin, salt, rounds) {
  const typed = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(pin),
    "PBKDF2",
    false,
    ["deriveKey"],
  );
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  const made = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(how, typed, made, false, ["wrapKey", "unwrapKey"]);
}

// A new key, and what is kept of it: the PIN itself nowhere.
export async function newLock(pin, rounds = ROUNDS) {
  const salt = random(16);
  const iv = random(12);
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, [
    "encrypt",
    "decrypt",
  ]);
  const wrapping = await wrappingKey(pin, salt, rounds);
  const wrapped = await crypto.subtle.wrapKey("raw", key, wrapping, { name: "AES-GCM", iv });
  return { salt, iv, rounds, wrapped };
}

// The vault that this PIN opens, or null where it is a wrong one.
export async function unlock(lock, pin) {
  const wrapping = await wrappingKey(pin, lock.salt, lock.rounds);
  const opened = { name: "AES-GCM", iv: lock.iv };
  try {
    const key = await crypto.subtle.unwrapKey(
      "raw",
      lock.wrapped,
      wrapping,
      opened,
      "AES-GCM",
      false,
      ["encrypt", "decrypt"],
    );
    return new Vault(key);
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") return null;
    throw error;
  }
}

export class Vault {
  #key;

  constructor(key) {
    this.#key = key;
  }

  async seal(value) {
    const iv = random(12);
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#key, plain) };
  }

  async open({ iv, sealed }) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.#key, sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  }
}
