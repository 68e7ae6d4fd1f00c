// Written from equipment/lifecycle.py by `python -m scripts.lifecycle_script`: never edit it.

export const RULES = {
 "allocate": {
  "sources": [
   "available"
  ],
  "target": "allocated",
  "slug": "item-not-available",
  "words": "is not available"
 },
 "deallocate": {
  "sources": [
   "allocated"
  ],
  "target": "available",
  "slug": "item-not-allocated",
  "words": "is not allocated"
 },
 "load": {
  "sources": [
   "allocated"
  ],
  "target": "loaded",
  "slug": "item-not-allocated",
  "words": "is not allocated"
 },
 "unload": {
  "sources": [
   "loaded"
  ],
  "target": "allocated",
  "slug": "item-not-loaded",
  "words": "is not loaded on a van"
 },
 "deliver": {
  "sources": [
   "allocated",
   "available",
   "loaded"
  ],
  "target": "on_loan",
  "slug": "item-not-ready",
  "words": "is not clean stock that can be delivered"
 },
 "collect": {
  "sources": [
   "on_loan"
  ],
  "target": "collected",
  "slug": "item-not-on-loan",
  "words": "is not on loan"
 },
 "return": {
  "sources": [
   "collected",
   "loaded",
   "on_loan"
  ],
  "target": "returned",
  "slug": "item-not-out",
  "words": "is not out of the store"
 },
 "withdraw": {
  "sources": [
   "allocated",
   "available"
  ],
  "target": "returned",
  "slug": "item-not-on-shelf",
  "words": "is not on the shelf"
 },
 "clean": {
  "sources": [
   "returned"
  ],
  "target": "cleaned",
  "slug": "item-not-returned",
  "words": "is not waiting to be cleaned"
 },
 "pass": {
  "sources": [
   "cleaned"
  ],
  "target": "available",
  "slug": "item-not-cleaned",
  "words": "has not just been cleaned"
 },
 "fail": {
  "sources": [
   "cleaned"
  ],
  "target": "in_repair",
  "slug": "item-not-cleaned",
  "words": "has not just been cleaned"
 },
 "repair": {
  "sources": [
   "in_repair",
   "on_loan"
  ],
  "target": "cleaned",
  "slug": "item-not-in-repair",
  "words": "is neither in repair nor on loan"
 },
 "check": {
  "sources": [
   "allocated",
   "available",
   "cleaned",
   "in_repair",
   "loaded",
   "on_loan",
   "returned"
  ],
  "target": null,
  "slug": "item-not-checkable",
  "words": "cannot be checked where it is"
 },
 "move": {
  "sources": [
   "available",
   "cleaned",
   "collected",
   "in_repair",
   "loaded",
   "returned"
  ],
  "target": null,
  "slug": "item-not-movable",
  "words": "cannot be moved as it is"
 },
 "transfer": {
  "sources": [
   "on_loan"
  ],
  "target": null,
  "slug": "item-not-on-loan",
  "words": "is not on loan"
 },
 "scrap": {
  "sources": [
   "available",
   "cleaned",
   "collected",
   "in_repair",
   "on_loan",
   "returned"
  ],
  "target": "scrapped",
  "slug": "item-not-scrappable",
  "words": "cannot be scrapped as it is"
 },
 "hand_back": {
  "sources": [
   "returned"
  ],
  "target": "handed_back",
  "slug": "item-not-returned",
  "words": "is not back in the store"
 },
 "lose": {
  "sources": [
   "allocated",
   "available",
   "cleaned",
   "collected",
   "in_repair",
   "loaded",
   "on_loan",
   "returned"
  ],
  "target": "lost",
  "slug": "item-not-live",
  "words": "is no longer in the service"
 },
 "find": {
  "sources": [
   "lost"
  ],
  "target": "returned",
  "slug": "item-not-lost",
  "words": "is not lost"
 },
 "hold": {
  "sources": [
   "allocated",
   "available",
   "cleaned",
   "collected",
   "in_repair",
   "loaded",
   "on_loan",
   "returned"
  ],
  "target": null,
  "slug": "item-not-live",
  "words": "is no longer in the service"
 },
 "release": {
  "sources": [
   "allocated",
   "available",
   "cleaned",
   "collected",
   "in_repair",
   "loaded",
   "on_loan",
   "returned"
  ],
  "target": null,
  "slug": "item-not-live",
  "words": "is no longer in the service"
 }
};
export const WORDS = {
 "available": "available",
 "allocated": "allocated",
 "loaded": "loaded",
 "on_loan": "on loan",
 "given": "given",
 "collected": "collected",
 "returned": "returned",
 "cleaned": "cleaned",
 "in_repair": "in repair",
 "scrapped": "scrapped",
 "handed_back": "handed back",
 "lost": "lost"
};
export const NOT_ON_HOLD = [
 "allocate",
 "deliver",
 "load",
 "pass"
];
export const NEEDS_IN_DATE = [
 "allocate",
 "deliver",
 "load"
];
export const GIVEN_REUSE = [
 "consumable",
 "fixed"
];
