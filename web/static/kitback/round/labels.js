// Which item or place a text means that a camera read, a scanner sent or a thumb typed.
// The service reads it again by all of GS1's rules (labels/identifiers.py): here it is only found on
// this phone, and a code that was mistyped is caught while whoever typed it still holds the item.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRTVWXYZ";
const LENGTH = 8;
const LONGEST = 2000;
const SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z]/;
const IGNORED = /[\s\-\u2010\u2011]+/g;
const PLACE = /^KITBACK:([0-9]{4,12}):(DEPOT|VAN|BAY):([A-Z0-9][A-Z0-9._]*)$/;
const OURS = /^([0-9]{4,12})([0-9A-Z]{8})$/;

export const squeezed = (text) => text.replace(IGNORED, "").toUpperCase();

// The characters' values, weighted 8 to 1, sum to a multiple of 31 (labels/code.py).
export function isCode(text) {
  if (text.length !== LENGTH) return false;
  let sum = 0;
  for (let place = 0; place < LENGTH; place += 1) {
    const value = ALPHABET.indexOf(text[place]);
    if (value < 0) return false;
    sum += value * (LENGTH - place);
  }
  return sum % ALPHABET.length === 0;
}

// { kind: "item", code, giai, alias, text } or { kind: "place", place, code } or { kind: "none", words }.
export function readLabel(raw) {
  const text = raw.trim();
  if (!text || text.length > LONGEST || text.includes("\0"))
    return none("This is not a label of ours.");
  const body = text.replace(SYMBOLOGY, "");
  const key = squeezed(body);
  const place = PLACE.exec(key);
  if (place) return { kind: "place", place: place[2].toLowerCase(), code: place[3] };
  if (key.length === LENGTH && !SYMBOLOGY.test(text)) {
    if (isCode(key)) return item(text, { code: key });
    if (/^[0-9A-Z]{8}$/.test(key)) {
      return {
        ...none("One character of this code is wrong. Look at the label again."),
        alias: key,
      };
    }
  }
  const giai = giaiOf(body);
  if (giai === undefined) return none("This is not a label of ours.");
  if (giai === null) return item(text, { alias: key });
  const ours = OURS.exec(squeezed(giai));
  const code = ours && isCode(ours[2]) ? ours[2] : null;
  return item(text, { code, giai: code ? squeezed(giai) : giai, alias: code ? "" : key });
}

const item = (text, found) => ({ kind: "item", text, code: null, giai: null, alias: "", ...found });
const none = (words) => ({ kind: "none", words, alias: "" });

// The asset that a link or element string names; undefined of an address that names none.
function giaiOf(body) {
  if (/^https?:\/\//i.test(body)) {
    const found = /\/8004\/([^/?#]+)/.exec(body);
    if (!found) return undefined;
    try {
      return decodeURIComponent(found[1]);
    } catch {
      return undefined;
    }
  }
  const marked = /^\(8004\)(.+)$/.exec(body) ?? /^\x1d?8004([0-9A-Za-z].*)$/.exec(body);
  if (marked) return marked[1].split("\x1d")[0];
  return OURS.test(squeezed(body)) && isCode(squeezed(body).slice(-LENGTH)) ? body : null;
}
