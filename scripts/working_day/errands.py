"""What is asked of the example's service around the day on which it is opened. Pure.

The same people and the same days make the same errands, whenever that is. The wards' and teams'
words are made up, as the people are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final, Literal, TypeAlias

from budget.years import LONDON
from equipment.catalogue.products import Speed
from equipment.working_days import WORKING_DAYS, is_working_day, working_day_after
from scripts.model.service import DISCHARGE_TEAM, PRESCRIBER, PRESCRIBER_FOR

Kind: TypeAlias = Literal["collection", "repair", "swap"]

_DELIVERIES_TODAY: Final = 84
_DELIVERIES_TOMORROW: Final = 46
_COLLECTIONS_TODAY: Final = 36
_COLLECTIONS_TOMORROW: Final = 18
_ON_THE_WAY: Final = 12
_REPAIRS: Final = 7
_SWAPS: Final = 3
_REQUESTS: Final = 5
# So many people are enough for a full day; of fewer, less is asked.
_PEOPLE: Final = 350


@dataclass(frozen=True, slots=True)
class Days:
    """The days around the one on which the example is opened, be it at a weekend."""

    today: date

    @property
    def is_worked(self) -> bool:
        """Whether anything but the urgent is promised for today."""
        return is_working_day(self.today)

    @property
    def tomorrow(self) -> date:
        """The next day on which vans go out."""
        return working_day_after(self.today, 1)

    def before(self, working_days: int) -> date:
        """The working day that lies so many before today."""
        day = self.today
        while working_days > 0:
            day -= timedelta(days=1)
            working_days -= is_working_day(day)
        return day

    @property
    def evening(self) -> date:
        """Yesterday, when today was planned, be it a working day or not."""
        return self.today - timedelta(days=1)


def at(day: date, clock: str) -> datetime:
    """A time of day in London."""
    return datetime.combine(day, time.fromisoformat(clock), LONDON)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the example, the depot that serves them, and whether they have any loans."""

    id: str
    funder: str
    depot: str
    borrows: bool


@dataclass(frozen=True, slots=True)
class Errand:
    """An order: who wants what for whom; `number` is its own."""

    number: int
    depot: str
    by: str
    person: str
    lines: tuple[tuple[str, int], ...]
    speed: Speed
    at: datetime
    reason: str
    is_for_today: bool

    @property
    def decided_at(self) -> datetime:
        """When an authoriser has looked at it, where one has to."""
        return self.at + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Call:
    """Something on loan to be fetched, mended or swapped; collections take all that is there."""

    number: int
    depot: str
    kind: Kind
    person: str
    at: datetime
    ready_on: date
    due_on: date | None
    reason: str
    window: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Errands:
    """All of them, each in the order of time; `requests` are people who write by themselves."""

    before: tuple[Errand | Call, ...]
    after: tuple[Errand | Call, ...]
    requests: tuple[str, ...]


# Products that go out together, how often, and why: commodes and frames most of all.
_SETS: Final[Sequence[tuple[int, tuple[tuple[str, int], ...], str]]] = (
    (9, (("BED01", 1), ("MAT01", 1), ("TRA01", 1), ("TOI01", 1)), "Coming home from hospital."),
    (12, (("TOI01", 1), ("WAL04", 1)), "Cannot reach the bathroom at night."),
    (10, (("BAT02", 1), ("BAT10", 1), ("TOI06", 1)), "Unsafe getting into the bath."),
    (10, (("WAL04", 1), ("TOI06", 1), ("BAT05", 1)), "Two falls in a month."),
    (9, (("TOI05", 1), ("SEA01", 1), ("SEA05", 1), ("DLE01", 1), ("WAL02", 1)), "New hip."),
    (8, (("MAT02", 1), ("CUS02", 1)), "Category 2 pressure damage on both heels."),
    (5, (("HOI01", 1), ("SLI01", 1)), "No longer stands to transfer."),
    (7, (("WHE01", 1),), "To get to hospital appointments."),
    (6, (("SEA02", 1), ("SEA06", 1)), "Cannot rise from a low chair."),
    (7, (("MIN04", 1), ("MIN01", 2)), "Carers need to get in four times a day."),
    (6, (("BAT01", 1),), "Cannot lower herself into the bath."),
    (3, (("SEA03", 1),), "Sits all day, ankles swollen."),
    (4, (("MAT03", 1),), "Category 3 pressure damage, in bed most of the day."),
    (4, (("BAT07", 1),), "Showered by two carers."),
)
_REASONS: Final[dict[Kind, tuple[str, ...]]] = {
    "collection": (
        "No longer needed: she manages without.",
        "The family asks for it to be taken away.",
        "Moved into a care home.",
        "Replaced by another.",
    ),
    "repair": (
        "The handset does nothing.",
        "The brake does not hold.",
        "The motor hums and stops.",
    ),
    "swap": ("Too small by now.", "The seat is torn."),
}
_WINDOWS: Final = (("09:00", "12:00"), ("13:00", "17:00"), ("10:00", "14:00"))
_SPEEDS: Final[tuple[Speed, ...]] = (
    "next_day",
    "next_day",
    "next_day",
    "3_day",
    "3_day",
    "5_day",
    "7_day",
)


def errands(people: Sequence[Somebody], days: Days) -> Errands:
    """What is asked for before today was planned, and after it; each of somebody else."""
    rng = Random("errands")  # noqa: S311 - a play, not a secret
    share = min(1.0, len(people) / _PEOPLE)
    having = [each for each in people if each.borrows]
    rng.shuffle(having)
    calling = iter(having)
    called = list(_calls(calling, days, rng, share))
    requests = tuple(next(calling).id for _ in range(_some(_REQUESTS, share)))
    taken = {each.person for each in called} | set(requests)
    wanting = [each for each in people if each.id not in taken]
    rng.shuffle(wanting)
    ordered = list(_orders(wanting, days, rng, share))
    planned_at = at(days.evening, "17:30")
    mixed: list[Errand | Call] = [*called, *ordered]
    every = sorted(mixed, key=lambda each: (each.at, each.number))
    return Errands(
        before=tuple(each for each in every if each.at < planned_at),
        after=tuple(each for each in every if each.at >= planned_at),
        requests=requests,
    )


def _some(many: int, share: float) -> int:
    """So many of a full day's as there are people for it."""
    return max(1, round(many * share))


def _calls(people: Iterator[Somebody], days: Days, rng: Random, share: float) -> Iterator[Call]:
    late = at(days.evening, "17:45")
    # A collection is due five working days after it could be made first: at a weekend, on Friday.
    week_ago = days.before(5 if days.is_worked else 6)
    plans: list[tuple[int, Kind, datetime, date, date | None]] = [
        (_COLLECTIONS_TODAY, "collection", at(week_ago, "11:00"), week_ago, None),
        (_ON_THE_WAY, "collection", at(days.before(1), "12:30"), days.before(1), None),
        (_REPAIRS, "repair", at(days.before(1), "10:15"), days.before(1), days.today),
        (_SWAPS, "swap", at(days.before(1), "10:45"), days.before(1), days.today),
        (_COLLECTIONS_TOMORROW, "collection", late, days.tomorrow, None),
        (_REPAIRS, "repair", late, days.tomorrow, days.tomorrow),
    ]
    number = 0
    for many, kind, moment, ready_on, due_on in plans:
        for _ in range(_some(many, share)):
            number += 1
            person = next(people)
            # Every third has said when it suits them.
            window = rng.choice(_WINDOWS) if number % 3 == 0 else None
            yield Call(
                number=number,
                depot=person.depot,
                kind=kind,
                person=person.id,
                at=moment + timedelta(minutes=number),
                ready_on=ready_on,
                due_on=due_on,
                reason=rng.choice(_REASONS[kind]),
                window=window,
            )


def _orders(people: Sequence[Somebody], days: Days, rng: Random, share: float) -> Iterator[Errand]:
    today = _some(_DELIVERIES_TODAY, share)
    every = today + _some(_DELIVERIES_TOMORROW, share)
    shares = [share for share, _, _ in _SETS]
    speed: Speed
    for number, person in enumerate(people[:every]):
        _, lines, reason = rng.choices(_SETS, shares)[0]
        own = person.funder == PRESCRIBER_FOR and all(sku != "BED01" for sku, _ in lines)
        if number < today:
            speed = rng.choice(_SPEEDS)
            moment = at(days.before(WORKING_DAYS[speed]), "09:00") + timedelta(minutes=2 * number)
            if not days.is_worked:
                # On a day off only the urgent is promised: ordered after the cut-off before it.
                speed, moment = "same_day", at(days.evening, "15:30") + timedelta(minutes=number)
        else:
            speed = "next_day"
            # After the cut-off: it counts as ordered today.
            moment = at(days.evening, "17:45") + timedelta(minutes=number - today)
        yield Errand(
            number=number,
            depot=person.depot,
            by=PRESCRIBER if own else DISCHARGE_TEAM,
            person=person.id,
            lines=lines,
            speed=speed,
            at=moment,
            reason=reason,
            is_for_today=number < today,
        )
