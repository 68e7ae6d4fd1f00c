"""Writes the phone's copy of the table that decides: `python -m scripts.lifecycle_script`."""

import json
from pathlib import Path
from typing import Final

from equipment.lifecycle import GIVEN_REUSE, NEEDS_IN_DATE, NOT_ON_HOLD, RULES, WORDS
from equipment.standing import State

SCRIPT: Final = (
    Path(__file__).parent.parent / "web" / "static" / "kitback" / "round" / "lifecycle_table.js"
)

_HEAD: Final = """\
// Written from equipment/lifecycle.py by `python -m scripts.lifecycle_script`: never edit it.
"""


def main() -> None:
    """Write the script anew."""
    SCRIPT.write_text(script(), encoding="utf-8")


def script() -> str:
    """The whole script: every rule, and what the rules beyond the table speak of."""
    rules = {
        name: {
            "sources": sorted(rule.sources),
            "target": rule.target,
            "slug": rule.slug,
            "words": rule.words,
        }
        for name, rule in RULES.items()
    }
    parts = {
        "RULES": rules,
        "WORDS": {str(state): WORDS[state] for state in State},
        "NOT_ON_HOLD": sorted(NOT_ON_HOLD),
        "NEEDS_IN_DATE": sorted(NEEDS_IN_DATE),
        "GIVEN_REUSE": sorted(GIVEN_REUSE),
    }
    lines = [f"export const {name} = {json.dumps(part, indent=1)};" for name, part in parts.items()]
    return "\n".join([_HEAD, *lines, ""])


if __name__ == "__main__":
    main()
