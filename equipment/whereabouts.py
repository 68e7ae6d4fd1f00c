"""Which place a text in a scan means: its code, or what was read from its label."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import msgspec

from budget.database import fetch
from budget.refusals import Missing, Refused
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
    kind_of_bay: Mapping[str, str] = field(default_factory=dict)
    # From which day on those are closed that are: a bay as its depot.
    closed_from: Mapping[tuple[PlaceKind, str], date] = field(default_factory=dict)

    def code(self, kind: PlaceKind, text: str | None) -> str | None:
        """The code of the place that is called so; None where there is none."""
        return self.codes.get(Named(kind, text)) if text is not None else None

    def used(
        self, kind: PlaceKind, text: str | None, needs: frozenset[str], day: date
    ) -> str | None:
        """The same; where the action needs it, Missing for none and Refused for a closed one."""
        code = self.code(kind, text)
        check_known(kind, text, code, needs)
        closed = None if code is None else self.closed_from.get((kind, code))
        if closed is not None and day >= closed and kind in needs:
            words = f"The {kind} {code} is closed from {closed:%-d %B %Y} on."
            raise Refused("place-closed", words)
        return code


class Place(msgspec.Struct, frozen=True):
    """A place that has one of the keys that were looked for."""

    kind: PlaceKind
    code: str
    key: str
    depot: str
    prefix: str | None
    # Of a bay, what it is for: clean, dirty, quarantine.
    bay_kind: str | None = None
    closed_from: date | None = None


def keys_of(named: Iterable[Named]) -> list[str]:
    """The keys by which the places are looked up."""
    return list({place_key(_said(each)[1]) for each in named})


def whereabouts(named: Iterable[Named], places: Sequence[Place]) -> Whereabouts:
    """Which of the places with these keys each of them means."""
    found = {each: _choice(each.kind, *_said(each), places) for each in named}
    return Whereabouts(
        {each: code for each, code in found.items() if code is not None},
        {place.code: place.depot for place in places if place.kind == "bay"},
        {place.code: place.bay_kind for place in places if place.bay_kind is not None},
        {
            (place.kind, place.code): place.closed_from
            for place in places
            if place.closed_from is not None
        },
    )


async def read_whereabouts(named: Iterable[Named]) -> Whereabouts:
    """Look up all of them in one statement; none, if there is nothing to look up."""
    named = list(named)
    if not named:
        return Whereabouts()
    rows = await fetch(PLACES.format(keys="$1"), keys_of(named))
    return whereabouts(named, [Place(**row) for row in rows])


# Each code's key as place_key() makes it: a code has neither spaces nor hyphens of another kind.
PLACES: Final = """
select kind, code, key, depot, bay_kind, closed_from,
    (select value from settings where name = 'gcp') as prefix
from (
    select 'depot' as kind, code, replace(upper(code), '-', '') as key, code as depot,
        null as bay_kind, closed_from from depots
    union all select 'van', code, replace(upper(code), '-', ''), depot, null, closed_from from vans
    union all select 'bay', code, replace(upper(code), '-', ''), depot, kind,
        (select closed_from from depots d where d.code = bays.depot) from bays
) places
where key = any({keys})
"""
"""The places with these keys, as a part of another statement."""


def _said(named: Named) -> tuple[str | None, str]:
    """The prefix that stands on the label, None where a bare code was given; and the code."""
    place = parse_place(named.text)
    if place is None:
        return None, sought(named.text)
    # The label of a place of another kind is no code of this kind.
    return place.prefix, place.code if place.kind == named.kind else ""


def _choice(kind: PlaceKind, prefix: str | None, code: str, places: Sequence[Place]) -> str | None:
    """The place with this very code, else the only one with its key; of this service alone."""
    key = place_key(code)
    alike = {
        place.code
        for place in places
        if place.kind == kind and place.key == key and prefix in {None, place.prefix}
    }
    return code if code in alike else alike.pop() if len(alike) == 1 else None


def needed_by(action: str) -> frozenset[str]:
    """Which codes an action cannot do without: an unknown one elsewhere is only kept."""
    return _NEEDED.get(action, _NOTHING)


_NEEDED: Final[dict[str, frozenset[str]]] = {
    "load": frozenset({"van"}),
    "collect": frozenset({"van"}),
    "return": frozenset({"depot", "bay"}),
    "find": frozenset({"depot", "bay"}),
    "move": frozenset({"depot", "bay", "van"}),
    "deliver": frozenset({"funder"}),
    "transfer": frozenset({"funder"}),
}
_NOTHING: Final[frozenset[str]] = frozenset()


def check_known(name: str, said: str | None, code: str | None, needs: frozenset[str]) -> None:
    """Missing where it is unknown and the action needs it; elsewhere it is only kept."""
    if said is not None and code is None and name in needs:
        raise Missing(f"unknown-{name}", f"There is no {name} “{said}”.")
