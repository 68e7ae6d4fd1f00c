"""Goods and scans as the model year hands them out, and the pen that writes them. Pure."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha1
from random import Random
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from equipment.safety import months_on
from scripts.model import chances
from scripts.model.calendar import moment
from scripts.model.demand import Line, Share
from scripts.model.ordering import OrderBook

# What is set aside is still in date when it goes out, what is shelved stays so for a while.
IN_DATE_TO_GO: Final = timedelta(days=14)
IN_DATE_TO_STAY: Final = timedelta(days=60)
_EXAMINER: Final = {"pat": "Depot bench", "loler": "Inspection body", "service": "Depot bench"}


@dataclass(frozen=True, slots=True)
class Goods:
    """A delivery from a supplier: items numbered on from `first`."""

    id: UUID
    at: datetime
    by: str
    sku: str
    depot: str
    first: int
    quantity: int
    price_pence: int

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.quantity)

    @property
    def serials(self) -> list[str]:
        return [f"{self.sku}-{number:06d}" for number in self.numbers]

    @property
    def batch(self) -> str:
        return f"{self.sku}-{self.at:%y%m}"


class Scan(NamedTuple):
    """A scan of the item of that number; `fields` are those beyond id, item, action and time."""

    id: str
    at: datetime
    by: str
    item: int
    action: str
    fields: Mapping[str, object]


Course: TypeAlias = Generator[Scan, None, None]
DatedCourse: TypeAlias = Generator[Scan, None, date | None]


@dataclass(slots=True)
class Thing:
    """An item as the play knows it."""

    number: int
    line: Line
    depot: str
    # The days of the last examination and service, or else of its receipt.
    checked: dict[str, date]
    was_lent: bool = False
    is_held: bool = False
    newest: str | None = None
    scans: int = 0

    def next_due(self) -> date | None:
        """When its next examination or service falls due."""
        if not self.line.is_examined:
            return None
        return min((due for kind in ("loler", "service") if (due := self._due(kind))), default=None)

    def due_by(self, day: date) -> list[str]:
        """The examinations and services that fall due by a day."""
        if not self.line.is_examined:
            return []
        return [kind for kind in ("loler", "service") if (self._due(kind) or date.max) <= day]

    def _due(self, kind: str) -> date | None:
        months = self.line.loler_months if kind == "loler" else self.line.service_months
        return months_on(self.checked[kind], months) if months else None


@dataclass(slots=True)
class Pen:
    """Writes scans with ids that only the seed and the item's own history decide."""

    namespace: UUID
    rng: Random
    book: OrderBook
    shares: dict[str, Share] = field(default_factory=dict)

    def scan(
        self,
        thing: Thing,
        at: datetime,
        by: str,
        action: str,
        **fields: object,
    ) -> Scan:
        """The thing's next scan."""
        newest = thing.newest = self._id(thing)
        thing.scans += 1
        return Scan(newest, at, by, thing.number, action, fields)

    def _id(self, thing: Thing) -> str:
        """What `uuid5()` would make of the item's number and the scan's, in half the time."""
        name = b"%sitem %d scan %d" % (self.namespace.bytes, thing.number, thing.scans)
        digits = sha1(name, usedforsecurity=False).hexdigest()
        variant = "89ab"[int(digits[16], 16) & 3]
        return (
            f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
        )

    def check(self, thing: Thing, at: datetime, by: str, kinds: Sequence[str]) -> Scan:
        """Checks passed."""
        thing.checked.update(dict.fromkeys(kinds, at.date()))
        return self.scan(thing, at, by, "check", checks=_checks(kinds, at, "pass"))

    def failed_check(self, thing: Thing, at: datetime, by: str, kind: str) -> Scan:
        """A check failed, which puts the thing on hold."""
        thing.is_held = True
        return self.scan(thing, at, by, "check", checks=_checks([kind], at, "fail"))

    def repair(self, thing: Thing, at: datetime, by: str) -> Scan:
        """A repair; every other one needs parts."""
        dear = thing.line.price_pence
        parts_pence = self.rng.choice((0, 0, dear // 50, dear // 20))
        minutes = self.rng.choice(chances.MINUTES_TO_REPAIR)
        return self.scan(thing, at, by, "repair", minutes=minutes, parts_pence=parts_pence)

    def undo(self, thing: Thing, at: datetime, by: str, reason: str) -> Scan:
        """Take back the thing's newest scan."""
        return self.scan(thing, at, by, "undo", movement=thing.newest, reason=reason)

    def chance(self, what: str, share: float) -> bool:
        """Whether it happens this time: an even share of all the times it is asked."""
        shared = self.shares.get(what)
        if shared is None:
            shared = self.shares[what] = Share(self.rng.random())
        return shared.takes(share)

    def at(self, day: date, earliest: str, latest: str) -> datetime:
        """Some minute of the day between two times."""
        return moment(day, earliest, latest, self.rng)


def _checks(kinds: Sequence[str], at: datetime, result: str) -> list[dict[str, str]]:
    day = at.date().isoformat()
    return [
        {"kind": kind, "result": result, "on": day, "examiner": _EXAMINER[kind]} for kind in kinds
    ]
