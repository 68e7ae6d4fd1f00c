// A hardware scanner types: many keys within milliseconds, then Enter.

const GAP = 60;
const SHORTEST = 6;

// Calls read(text) for each burst; what a person types into a field is left alone. Gives the way to stop.
export function listen(read) {
  let typed = "";
  let last = 0;
  const heard = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const fast = event.timeStamp - last < GAP;
    last = event.timeStamp;
    if (event.key === "Enter" || event.key === "Tab") {
      if (typed.length >= SHORTEST && fast) {
        event.preventDefault();
        read(typed);
      }
      typed = "";
    } else if (event.key.length === 1) {
      if (event.target.closest?.("input, textarea, select")) return;
      typed = fast ? typed + event.key : event.key;
    }
  };
  document.addEventListener("keydown", heard, true);
  return () => document.removeEventListener("keydown", heard, true);
}
