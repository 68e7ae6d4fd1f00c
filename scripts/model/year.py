"""The model year: what happens to each item, in order of time, from the catalogue's figures. Pure.

Each issue runs its course by itself, as a generator of scans; courses meet at the shelves, where
what came back is taken before what is new, oldest receipt first. The same catalogue, scale and
seed give the same happenings, with the same ids.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from math import ceil
from random import Random
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from scripts.model.bench import make_fit
from scripts.model.calendar import THE_END, YEAR_TO, moment, working_days_on
from scripts.model.demand import Demand, Line, demands, read_line
from scripts.model.loan import deliver, stay
from scripts.model.ordering import book_for
from scripts.model.people import Borrower, Register, by_district
from scripts.model.scans import Course, Goods, Pen, Scan, Thing
from scripts.model.service import COORDINATOR, MAIN, NORTH, store_of

_NAMESPACE: Final = UUID("6d1f5c1e-6f0b-4a52-9a57-2f1a4a0f8c35")
_WEEKS_A_YEAR: Final = 52
_LOT_WEEKS: Final = 13
_LOT_MAX: Final = 500
# Near the end the maker of some cushions warns of them, and those on the shelf are held.
_WARNED_OF: Final = "CUS01"
_WARNED_ON: Final = date(2019, 3, 27)

# An issue is allocated, loaded and delivered; what returns is collected, cleaned and passed.
_SCANS_OUT: Final = 3
_SCANS_BACK: Final = 5

Happening: TypeAlias = Goods | Scan
_Entry: TypeAlias = tuple[datetime, int, Scan | None, Course]
Rows: TypeAlias = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Sources:
    """The rows of data/catalogue.csv, partners.csv and postcodes_ng.csv."""

    catalogue: Rows
    partners: Rows
    postcodes: Rows


@dataclass(frozen=True, slots=True)
class Year:
    """A year to be played: who is lent to, and what happens, in order of time.

    `scans` says about how many there are, before they are played.
    """

    people: Sequence[Borrower]
    happenings: Iterator[Happening]
    scans: int


def play(sources: Sources, scale: float, seed: int) -> Year:
    """All of it obeys the lifecycle. A scale of 1 is the whole year.

    Codes are not known here: items go by number, in the order of their receipt.
    """
    rng = Random(f"{seed}")  # noqa: S311 - a play, not a secret
    namespace = uuid5(_NAMESPACE, f"{seed} at {scale}")
    register = Register(namespace, by_district(sources.postcodes), rng)
    lines = [read_line(row) for row in sources.catalogue]
    shares = {row["ods"]: float(row["contribution_share_percent"]) for row in sources.partners}
    asked = demands(lines, shares, scale, register)
    pen = Pen(namespace, rng, book_for(namespace, asked))
    returns = sum(1 for demand in asked if demand.back_on and demand.back_on <= YEAR_TO)
    scans = _SCANS_OUT * len(asked) + _SCANS_BACK * returns
    return Year(register.people, _Play(pen, scale).run(asked), scans)


@dataclass(slots=True)
class _Play:
    pen: Pen
    scale: float
    # By depot, product and whether it was lent before; the oldest receipt first.
    shelves: dict[tuple[str, str, bool], list[tuple[int, Thing]]] = field(default_factory=dict)
    received: int = 0
    arrived: list[Goods] = field(default_factory=list)

    def run(self, asked: Iterable[Demand]) -> Iterator[Happening]:
        """Let every course run, always the one whose next scan comes first."""
        agenda = _Agenda(self._begun(asked))
        warned = moment(_WARNED_ON, "16:00", "17:00", self.pen.rng)
        agenda.add(warned, None, self._warn(warned))
        for scan, course in agenda:
            if scan is not None:
                yield scan
            following = next(course, None)
            # Before the scans of what arrived.
            if self.arrived:
                yield from self.arrived
                self.arrived.clear()
            if following is not None:
                agenda.add(following.at, following, course)

    def _begun(self, asked: Iterable[Demand]) -> Iterator[tuple[datetime, Course]]:
        """The issues in the order of their days, each from the afternoon before."""
        for demand in asked:
            day = working_days_on(demand.deliver_on, -1)
            begins = moment(day, "12:00", "15:00", self.pen.rng)
            yield begins, self._serve(demand, begins)

    def _serve(self, demand: Demand, begins: datetime) -> Course:
        """An issue, from the shelf to what becomes of it."""
        thing = self._take(demand, begins)
        yield from deliver(self.pen, thing, demand, begins)
        if demand.line.is_given:
            return
        thing.was_lent = True
        back_on = yield from stay(self.pen, thing, demand)
        if back_on is None:
            return
        # Nobody said of what was lost and found whether it would be fit: it had hardly been used.
        fit = demand.fit or demand.back_on is None
        if (yield from make_fit(self.pen, thing, back_on, fit=fit)):
            self._shelve(thing)

    def _warn(self, at: datetime) -> Course:
        reason = "Maker's warning: seam may open"
        for shelf in [self.shelves.get((MAIN, _WARNED_OF, used), []) for used in (True, False)]:
            while shelf:
                yield self.pen.scan(heappop(shelf)[1], at, COORDINATOR, "hold", reason=reason)

    def _take(self, demand: Demand, at: datetime) -> Thing:
        """What came back goes first, from either depot; else what is new, bought if need be."""
        sku, here = demand.line.sku, demand.borrower.depot
        there = NORTH if here == MAIN else MAIN
        for depot, used in ((here, True), (there, True), (here, False)):
            shelf = self.shelves.get((depot, sku, used))
            if shelf:
                return heappop(shelf)[1]
        return self._buy(demand.line, here, at)

    def _buy(self, line: Line, depot: str, at: datetime) -> Thing:
        """A lot for some weeks; the first of it is taken at once."""
        weekly = line.annual_issues * self.scale * line.new_share / _WEEKS_A_YEAR
        first, quantity = self.received, min(max(ceil(weekly * _LOT_WEEKS), 1), _LOT_MAX)
        goods = Goods(
            id=uuid5(self.pen.namespace, f"goods {first}"),
            at=at,
            by=store_of(depot),
            sku=line.sku,
            depot=depot,
            first=first,
            quantity=quantity,
            price_pence=line.price_pence,
        )
        self.received += quantity
        self.arrived.append(goods)
        checked = [dict.fromkeys(("loler", "service"), at.date()) for _ in goods.numbers]
        things = [
            Thing(number, line, depot, days)
            for number, days in zip(goods.numbers, checked, strict=True)
        ]
        for thing in things[1:]:
            self._shelve(thing)
        return things[0]

    def _shelve(self, thing: Thing) -> None:
        shelf = self.shelves.setdefault((thing.depot, thing.line.sku, thing.was_lent), [])
        heappush(shelf, (thing.number, thing))


@dataclass(slots=True)
class _Agenda:
    """What is to happen, in order of time, to the end of the play: day after day.

    A heap for each day, as one of all courses would outgrow the processor's cache.
    """

    # Those that begin, in the order of their days.
    begun: Iterator[tuple[datetime, Course]]
    days: dict[date, list[_Entry]] = field(default_factory=dict)
    order: Iterator[int] = field(default_factory=count)

    def add(self, at: datetime, scan: Scan | None, course: Course) -> None:
        """To be taken up at that time, which is not before what was taken up last."""
        day = self.days.setdefault(at.date(), [])
        heappush(day, (at, next(self.order), scan, course))

    def __iter__(self) -> Iterator[tuple[Scan | None, Course]]:
        day, last = None, THE_END.date()
        upcoming = next(self.begun, None)
        day = upcoming[0].date() if upcoming else last
        while day <= last:
            while upcoming is not None and upcoming[0].date() <= day:
                self.add(upcoming[0], None, upcoming[1])
                upcoming = next(self.begun, None)
            entries = self.days.get(day, [])
            while entries:
                _, _, scan, course = heappop(entries)
                yield scan, course
            self.days.pop(day, None)
            day += timedelta(days=1)
