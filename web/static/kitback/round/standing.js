// What the rules say of an item, here and now, by the service's own table. The service decides
// again: this is for the thumb that must not do the wrong thing where there is no network.
import { GIVEN_REUSE, NEEDS_IN_DATE, NOT_ON_HOLD, RULES, WORDS } from "./lifecycle_table.js";
import { dayWords, lowered } from "./words.js";

export const stateWords = (state) => WORDS[state] ?? state;

const DOES = { deliver: "deliver", load: "load", allocate: "set aside", pass: "pass" };
const CHECKS = { loler: "safety check", service: "service" };

// Why this must not be done, or null. `unsafe`: nobody may do it all the same.
export function refusal(item, action, today) {
  const rule = RULES[action];
  if (!rule) return null;
  const name = lowered(item.name ?? "item");
  if (!rule.sources.includes(item.state)) {
    return { unsafe: false, words: `This ${name} ${rule.words}: it is ${stateWords(item.state)}.` };
  }
  if (item.on_hold && NOT_ON_HOLD.includes(action)) {
    const why = item.held_why ? `: ${item.held_why}` : "";
    return {
      unsafe: true,
      words: `Do not ${DOES[action]} this ${name}. It is on hold${why}. Call the depot.`,
    };
  }
  if (NEEDS_IN_DATE.includes(action)) {
    for (const [kind, called] of Object.entries(CHECKS)) {
      const due = item.due?.[kind];
      if (due && due < today) {
        const ran = `Its ${called} ran out on ${dayWords(due)}.`;
        return {
          unsafe: true,
          words: `Do not ${DOES[action]} this ${name}. ${ran} Call the depot.`,
        };
      }
    }
  }
  return null;
}

// The item after the act, whether the rules agree or not: it has happened.
export function after(item, action, body, product) {
  const rule = RULES[action];
  if (!rule) return item;
  const moved = { ...item, state: target(rule, item, action, product) };
  if (action === "load" || action === "collect")
    Object.assign(moved, { van: body.van ?? item.van ?? null });
  if (action === "unload") Object.assign(moved, { van: null });
  if (action === "deliver") Object.assign(moved, { van: null, person: body.person ?? null });
  if (action === "return" || action === "find") Object.assign(moved, { van: null, person: null });
  if (action === "hold") Object.assign(moved, { on_hold: true, held_why: body.reason ?? null });
  if (action === "release") Object.assign(moved, { on_hold: false, held_why: null });
  if ((body.checks ?? []).some((check) => check.result === "fail")) moved.on_hold = true;
  return moved;
}

function target(rule, item, action, product) {
  if (action === "deliver" && GIVEN_REUSE.includes(product?.reuse)) return "given";
  if (!rule.target || (action === "repair" && item.state === "on_loan")) return item.state;
  return rule.target;
}
