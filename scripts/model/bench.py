"""The bench in the model year: what came back is made fit, or scrapped. Pure."""

from collections.abc import Generator
from datetime import date, timedelta
from typing import TypeAlias

from scripts.model import chances
from scripts.model.calendar import working_days_on
from scripts.model.scans import IN_DATE_TO_STAY, Course, Pen, Scan, Thing
from scripts.model.service import store_of

_Shelved: TypeAlias = Generator[Scan, None, bool]


def make_fit(pen: Pen, thing: Thing, back_on: date, *, fit: bool) -> _Shelved:
    """Cleaned and inspected, or scrapped; whether it is to be shelved."""
    day = working_days_on(back_on, pen.rng.choice(chances.DAYS_TO_CLEAN))
    if thing.line.reuse == "single_patient":
        yield _scrap(pen, thing, day, "For one person only")
        return False
    if not fit and pen.chance("scrapped dirty", chances.SCRAPPED_DIRTY):
        yield _scrap(pen, thing, day, pen.rng.choice(chances.WHY_SCRAPPED_DIRTY))
        return False
    yield from _clean(pen, thing, day)
    if not fit:
        yield from _condemn(pen, thing, day)
        return False
    day = yield from _mend(pen, thing, day)
    yield from _pass(pen, thing, day)
    if not pen.chance("withdrawn", chances.WITHDRAWN):
        return True
    return (yield from _withdraw(pen, thing, working_days_on(day, pen.rng.randrange(1, 8))))


def _scrap(pen: Pen, thing: Thing, day: date, reason: str) -> Scan:
    at = pen.at(day, "08:00", "11:00")
    return pen.scan(thing, at, store_of(thing.depot), "scrap", reason=reason)


def _clean(pen: Pen, thing: Thing, day: date) -> Course:
    store, how = store_of(thing.depot), thing.line.cleaning
    at = pen.at(day, "08:00", "10:00")
    yield pen.scan(thing, at, store, "clean", note=how)
    if pen.chance("wrong label", chances.WRONG_LABEL):
        yield pen.undo(thing, at + timedelta(minutes=3), store, "Took the label beside it")
        yield pen.scan(thing, at + timedelta(minutes=30), store, "clean", note=how)


def _condemn(pen: Pen, thing: Thing, day: date) -> Course:
    """Seen to be past repair once it is clean."""
    at, store = pen.at(day, "11:00", "12:00"), store_of(thing.depot)
    yield pen.scan(thing, at, store, "fail", reason=pen.rng.choice(chances.WHY_CONDEMNED))
    day = working_days_on(day, pen.rng.randrange(1, 4))
    yield _scrap(pen, thing, day, "Would cost more than a new one")


def _mend(pen: Pen, thing: Thing, day: date) -> Generator[Scan, None, date]:
    """Repaired where it needs to be; the day on which it is ready for inspection."""
    store = store_of(thing.depot)
    unsafe = thing.line.pat and pen.chance("fails its test", chances.FAILS_PAT)
    if not unsafe and not pen.chance("fails", chances.FAILS):
        later = pen.chance("inspected later", chances.INSPECTED_LATER)
        return working_days_on(day, 1) if later else day
    if unsafe:
        yield pen.failed_check(thing, pen.at(day, "10:40", "11:00"), store, "pat")
    reason = "Failed its electrical test" if unsafe else pen.rng.choice(chances.WHY_FAILED)
    yield pen.scan(thing, pen.at(day, "11:00", "12:00"), store, "fail", reason=reason)
    day = working_days_on(day, pen.rng.choice(chances.DAYS_TO_REPAIR))
    yield pen.repair(thing, pen.at(day, "08:30", "11:30"), store)
    return day


def _pass(pen: Pen, thing: Thing, day: date) -> Course:
    """Inspected, with the checks that it needs, and released where it was on hold."""
    store = store_of(thing.depot)
    at = pen.at(day, "12:05", "15:00")
    kinds = thing.due_by(day + IN_DATE_TO_STAY) + (["pat"] if thing.line.pat else [])
    if kinds:
        yield pen.check(thing, at, store, kinds)
    if thing.is_held:
        thing.is_held = False
        yield pen.scan(thing, at + timedelta(minutes=6), store, "release")
    yield pen.scan(thing, at + timedelta(minutes=12), store, "pass")


def _withdraw(pen: Pen, thing: Thing, day: date) -> _Shelved:
    """Damaged on the shelf: made good again, or the end of it."""
    at, store = pen.at(day, "09:00", "12:00"), store_of(thing.depot)
    yield pen.scan(thing, at, store, "withdraw", reason="Damaged on the shelf")
    day = working_days_on(day, 1)
    if pen.chance("broken", chances.BROKEN):
        yield _scrap(pen, thing, day, "Broken")
        return False
    yield from _clean(pen, thing, day)
    yield from _pass(pen, thing, day)
    return True
