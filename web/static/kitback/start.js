// Every page works without this: it adds what the design system does with script, such as moving
// the focus to what went wrong and taking a double tap on a button for one.
import { initAll } from "../nhsuk-frontend-10.6.1/nhsuk-frontend.min.js";

initAll();

// What is folded is printed whole by older browsers, too: newer ones do it by style alone.
const unfolded = new Set();
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll(".kitback-folded:not([open])")) {
    each.open = true;
    unfolded.add(each);
  }
});
addEventListener("afterprint", () => {
  for (const each of unfolded) {
    each.open = false;
  }
  unfolded.clear();
});
