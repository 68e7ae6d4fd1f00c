"""How often something out of the ordinary happens in the model year: guesses of ours. Pure.

Each is a share of the times that it could. What a product's rates of collection and reuse are is
not among them: those are the catalogue's.
"""

from typing import Final

# On the way out.
HANDED_OVER: Final = 0.5  # of the walking aids that the therapist could hand over herself
PUT_BACK: Final = 0.01
NOBODY_IN: Final = 0.02
SLIP: Final = 0.008

# In the home.
AT_HOME: Final = {"repair": 0.03, "new address": 0.012, "new funder": 0.006}
TAKES_OVER: Final = ("511", "512")
GONE: Final = 0.12  # of what is never collected
WRITTEN_OFF: Final = 0.5  # of what is gone; the rest is lost
FOUND: Final = 0.35
UNSAFE: Final = 0.004
# Brought to the counter rather than collected, by the crew that the product needs.
BROUGHT_BACK: Final = {1: 0.12, 2: 0.0}
WHY_COLLECTED: Final = (
    "No longer needed",
    "Recovered",
    "Has died",
    "Moved to a care home",
    "Changed for another kind",
)

# On the bench. Working days from the return to the cleaning:
DAYS_TO_CLEAN: Final = (1, 1, 2, 2, 3, 4, 6, 8)
WRONG_LABEL: Final = 0.008
DAYS_TO_REPAIR: Final = (1, 2, 3, 5, 8, 13, 21)
INSPECTED_LATER: Final = 0.4
FAILS: Final = 0.08
FAILS_PAT: Final = 0.02
WITHDRAWN: Final = 0.01
BROKEN: Final = 0.4  # of what is withdrawn
SCRAPPED_DIRTY: Final = 0.6  # of what is scrapped; the rest is seen once it is clean
MINUTES_TO_REPAIR: Final = (15, 20, 30, 45, 60, 90)
WHY_FAILED: Final = (
    "Castor seized",
    "Hand control dead",
    "Ferrules worn through",
    "Cover torn",
    "Frame out of true",
    "Clip missing",
)
WHY_SCRAPPED_DIRTY: Final = (
    "Soiled beyond cleaning",
    "Broken frame",
    "Foam collapsed",
    "Parts missing, no longer made",
)
WHY_CONDEMNED: Final = ("Cracked weld", "Fluid has got into the core", "Label of load unreadable")
