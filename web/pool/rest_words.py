"""What stands in a report's total and under none of its keys, in words. Pure."""

from collections.abc import Mapping
from typing import Final

from budget.recycling import By, Count, Report
from web.words import listed, pounds

_KEYS: Final[Mapping[By, str]] = {
    "team": "no team has ordered it",
    "depot": "no depot is known",
    "age": "the item's age is not known",
}


def of_no_key(report: Report, counts: Mapping[str, str]) -> str:
    """What the rows lack to the total, count by count; empty where they come to it.

    `counts` are the words for each.
    """
    left = []
    for kind, words in counts.items():
        whole: Count | None = getattr(report.total, kind)
        parts: list[Count | None] = [getattr(row, kind) for row in report.rows]
        known = [part for part in parts if part is not None]
        if whole is None or len(known) < len(parts):
            continue
        units = whole.units - sum(part.units for part in known)
        pence = whole.pence - sum(part.pence for part in known)
        if units or pence:
            left.append(f"{words.lower()} {units:,} ({pounds(pence)})")
    if report.by == "none" or not left:
        return ""
    why = _KEYS.get(report.by, "nothing else is known")
    return f"In the total alone, as {why}: {listed(left)}."
