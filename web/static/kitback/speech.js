// What is not as usual is said aloud: whoever looks at the goods and not at the screen hears it.
import { bad, good } from "./round/signals.js";

export function aloud(words) {
  if (!words || !globalThis.speechSynthesis) return;
  const said = new SpeechSynthesisUtterance(words);
  said.lang = "en-GB";
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
}

// A panel of told.jinja: a beep where all is well, else a low one and the words.
export function signal(panel) {
  if (panel.dataset.good === "yes") good();
  else bad();
  aloud(panel.dataset.aloud);
}
