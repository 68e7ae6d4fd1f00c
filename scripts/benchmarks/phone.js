// Measures the phone's own queue and scanner in a browser, with no service behind them.
import { Queue } from "/web/static/kitback/round/queue.js";
import { Scanner } from "/web/static/kitback/round/scanner.js";
import { openStore } from "/web/static/kitback/round/store.js";
import { newLock, unlock } from "/web/static/kitback/round/vault.js";

const shown = () => new Promise((resolve) => requestAnimationFrame(resolve));

async function opened(name) {
  const store = await openStore(name);
  return { store, queue: new Queue(store, await unlock(await newLock("274951", 1000), "274951")) };
}

// Milliseconds from a tap to a scan that no dead battery takes away, and of the bare transaction.
export async function taps(count) {
  const { store, queue } = await opened("taps");
  const body = { item: "AAAAAAAA", action: "deliver", visit: crypto.randomUUID(), van: "V1" };
  const [durable, bare] = [[], []];
  for (let number = 0; number < count; number += 1) {
    const began = performance.now();
    const { seq, ...entry } = await queue.record("scan", body);
    const between = performance.now();
    await store.keep("bare", entry);
    durable.push(between - began);
    bare.push(performance.now() - between);
  }
  return { durable, bare };
}

// Watches the film for so long: each text that was read, and how long after its frame it was shown.
export async function watch(milliseconds) {
  const { queue } = await opened("watch");
  const video = document.querySelector("video");
  const place = document.querySelector("p");
  const read = [];
  const scanner = new Scanner(video, async (text, began) => {
    await queue.record("scan", { item: text, action: "deliver" });
    place.textContent = text;
    await shown();
    read.push({ text, ms: performance.now() - began });
  });
  await scanner.open("/web/static/barcode-detector-3.2.2");
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  scanner.close();
  return read;
}
