"""The model year in parts that are recorded one by one: people, goods and lists of scans. Pure.

A list is one person's, as `record()` takes it. Scans of one item keep their order: while the item
stands on one list, another's scan of it waits until the lists are handed in. So lists are long and
few, and different items a little out of step. One play makes the same parts in the same order.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Final, TypeAlias, cast

import msgspec

from equipment.people.person_form import NewPerson
from equipment.scans import SCANS_MAX
from scripts.model.ordering import ORDER
from scripts.model.people import Borrower
from scripts.model.scans import Goods, Scan
from scripts.model.year import Year

_PEOPLE_AT_ONCE: Final = 500
_WAITING_MAX: Final = 2_000


class People(msgspec.Struct, frozen=True, tag=True):
    """Some people to be registered."""

    people: list[NewPerson]


class Lot(msgspec.Struct, frozen=True, tag=True):
    """Goods to be received."""

    goods: Goods


class Sheet(msgspec.Struct, frozen=True, tag=True):
    """Somebody's list: each scan as the API takes it, but for its item, whose number is apart.

    `orders` are those behind loans, each with the number of the item that is set aside for it.
    """

    by: str
    items: list[int]
    scans: list[dict[str, Any]]
    orders: list[tuple[int, dict[str, Any]]] = []


Part: TypeAlias = People | Lot | Sheet


def in_parts(year: Year, skip: int = 0) -> Iterator[Part]:
    """Everybody first, then what happens; without the first `skip` parts, which cost little."""
    return (draft() for draft in islice(_drafts(year), skip, None))


_Draft: TypeAlias = Callable[[], Part]


def _drafts(year: Year) -> Iterator[_Draft]:
    for first in range(0, len(year.people), _PEOPLE_AT_ONCE):
        yield partial(_people, year.people[first : first + _PEOPLE_AT_ONCE])
    lists = _Lists()
    for happening in year.happenings:
        if isinstance(happening, Goods):
            yield partial(Lot, happening)
            continue
        while lists.are_full_for(happening):
            yield from lists.handed_in()
        lists.add(happening)
    while lists.hold_any():
        yield from lists.handed_in()


def _people(borrowers: Sequence[Borrower]) -> People:
    return People([new_person(each) for each in borrowers])


def new_person(borrower: Borrower) -> NewPerson:
    """Somebody as they are registered."""
    return NewPerson(
        id=borrower.id,
        name=borrower.name,
        nhs_number=borrower.nhs_number,
        born=borrower.born,
        address=borrower.address,
        postcode=borrower.postcode,
        phone=borrower.phone,
        funder=borrower.funder,
        needs=list(borrower.needs),
    )


@dataclass(slots=True)
class _Lists:
    """Everybody's open list."""

    lists: dict[str, list[Scan]] = field(default_factory=dict)
    # Whose list an item is on; from its first scan that waits on, all of its scans wait.
    listed: dict[int, str | None] = field(default_factory=dict)
    waiting: list[Scan] = field(default_factory=list)

    def are_full_for(self, scan: Scan) -> bool:
        return len(self.lists.get(scan.by, ())) == SCANS_MAX or len(self.waiting) == _WAITING_MAX

    def hold_any(self) -> bool:
        return any(self.lists.values())

    def add(self, scan: Scan) -> None:
        mine = self.lists.setdefault(scan.by, [])
        if len(mine) < SCANS_MAX and self.listed.setdefault(scan.item, scan.by) == scan.by:
            mine.append(scan)
        else:
            self.listed[scan.item] = None
            self.waiting.append(scan)

    def handed_in(self) -> Iterator[_Draft]:
        """Every list, none of which shares an item with another; what waited is listed next."""
        lists, self.lists = self.lists, {}
        waited, self.waiting = self.waiting, []
        self.listed.clear()
        for scan in waited:
            self.add(scan)
        return (partial(_sheet, by, scans) for by, scans in lists.items() if scans)


def _sheet(by: str, scans: Sequence[Scan]) -> Sheet:
    orders = [(scan.item, scan.fields[ORDER]) for scan in scans if ORDER in scan.fields]
    items, sheet = [scan.item for scan in scans], [sent(scan) for scan in scans]
    return Sheet(by, items, sheet, cast("list[tuple[int, dict[str, Any]]]", orders))


def sent(scan: Scan) -> dict[str, Any]:
    """A scan as the API takes it, but for its item."""
    taken = {
        "id": scan.id,
        "action": scan.action,
        "occurred_at": scan.at.isoformat(),
        **scan.fields,
    }
    taken.pop(ORDER, None)
    return taken
