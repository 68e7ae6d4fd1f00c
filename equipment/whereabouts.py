"""Which place a text in a scan means: its code, or what was read from its label."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import asyncpg

from budget.database import fetch
from budget.wording import sought
from labels.places import PlaceKind, parse_place, place_key


class Named(NamedTuple):
    """A place as a scan names it."""

    kind: PlaceKind
    text: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The places that a list of scans names, by what it calls them; unknown ones are not there."""

    codes: Mapping[Named, str] = field(default_factory=dict)
    depot_of_bay: Mapping[str, str] = field(default_factory=dict)

    def code(self, kind: PlaceKind, text: str | None) -> str | None:
        """The code of the place that is called so; None where there is none."""
        return self.codes.get(Named(kind, text)) if text is not None else None


async def read_whereabouts(named: Iterable[Named]) -> Whereabouts:
    """Look up all of them in one statement; none, if there is nothing to look up."""
    said = {each: _said(each) for each in named}
    keys = {place_key(code) for _, code in said.values()}
    if not keys:
        return Whereabouts()
    rows = await fetch(_PLACES, list(keys))
    found = {each: _choice(each.kind, *said[each], rows) for each in said}
    return Whereabouts(
        {each: code for each, code in found.items() if code is not None},
        {row["code"]: row["depot"] for row in rows if row["kind"] == "bay"},
    )


# Each code's key as place_key() makes it: a code has neither spaces nor hyphens of another kind.
_PLACES: Final = """
select kind, code, key, depot, (select value from settings where name = 'gcp') as prefix
from (
    select 'depot' as kind, code, replace(upper(code), '-', '') as key, code as depot from depots
    union all select 'van', code, replace(upper(code), '-', ''), depot from vans
    union all select 'bay', code, replace(upper(code), '-', ''), depot from bays
) places
where key = any($1)
"""


def _said(named: Named) -> tuple[str | None, str]:
    """The prefix that stands on the label, None where a bare code was given; and the code."""
    place = parse_place(named.text)
    if place is None:
        return None, sought(named.text)
    # The label of a place of another kind is no code of this kind.
    return place.prefix, place.code if place.kind == named.kind else ""


def _choice(
    kind: PlaceKind, prefix: str | None, code: str, rows: Sequence[asyncpg.Record]
) -> str | None:
    """The place with this very code, else the only one with its key; of this service alone."""
    key = place_key(code)
    alike = {
        str(row["code"])
        for row in rows
        if row["kind"] == kind and row["key"] == key and prefix in {None, row["prefix"]}
    }
    return code if code in alike else alike.pop() if len(alike) == 1 else None
