"""A loan in the model year: out to the person, in the home, and back. Pure."""

from collections.abc import Generator
from datetime import date, datetime, timedelta
from typing import Final

from scripts.model import chances
from scripts.model.calendar import THE_END, is_in_year, working_day, working_days_on
from scripts.model.demand import Demand
from scripts.model.ordering import ORDER
from scripts.model.people import Borrower
from scripts.model.scans import IN_DATE_TO_GO, Course, DatedCourse, Pen, Scan, Thing
from scripts.model.service import (
    COORDINATOR,
    CUPBOARD,
    MAIN,
    PRESCRIBER,
    PRESCRIBER_FOR,
    crew_of,
    store_of,
    van_from,
)

_LOSS_AFTER: Final = (60, 300)
_FOUND_AFTER: Final = (7, 60)
_MINUTE: Final = timedelta(minutes=1)


def deliver(pen: Pen, thing: Thing, demand: Demand, at: datetime) -> Course:
    """From the shelf to the person, in date, from the depot that serves them."""
    depot = demand.borrower.depot
    lapsing = thing.due_by((at + IN_DATE_TO_GO).date())
    if lapsing:
        at += 10 * _MINUTE
        yield pen.check(thing, at, store_of(thing.depot), lapsing)
    if thing.depot != depot:
        # It travels with the evening's shuttle.
        at = pen.at(at.date(), "16:30", "18:00")
        thing.depot = depot
        yield pen.scan(thing, at, store_of(depot), "move", depot=depot)
    if _is_handed_over(pen, demand):
        yield from _hand_over(pen, thing, demand, at)
    else:
        yield from _drive_out(pen, thing, demand, at)


def stay(pen: Pen, thing: Thing, demand: Demand) -> DatedCourse:
    """What happens in the home and how it ends; the day it is back, or None where it never is."""
    crew = crew_of(demand.borrower.depot)
    first = working_days_on(demand.deliver_on, 3)
    loss = None
    if demand.back_on is None and pen.chance("gone", chances.GONE):
        loss = working_day(first + timedelta(days=pen.rng.randrange(*_LOSS_AFTER)))
    last = demand.back_on or loss or THE_END.date()
    yield from _visits(pen, thing, crew, first, last)
    if loss is not None:
        return (yield from _go_missing(pen, thing, demand.borrower, loss))
    if demand.back_on is None:
        return None
    # The shortest loans are still being talked about on their last day.
    day = max(demand.back_on, working_days_on(demand.deliver_on, 4))
    yield from _fetch(pen, thing, demand.borrower, day)
    return day


def _is_handed_over(pen: Pen, demand: Demand) -> bool:
    """Some walking aids are, by a therapist, from a cupboard in the health centre."""
    here = demand.borrower.funder == PRESCRIBER_FOR and demand.borrower.depot == MAIN
    walks = demand.line.category == "Walking aids"
    return here and walks and pen.chance("handed over", chances.HANDED_OVER)


def _hand_over(pen: Pen, thing: Thing, demand: Demand, at: datetime) -> Course:
    yield pen.scan(thing, at + 5 * _MINUTE, store_of(thing.depot), "move", depot=CUPBOARD)
    handed = pen.at(demand.deliver_on, "09:30", "16:00")
    yield pen.scan(thing, handed, PRESCRIBER, "deliver", person=str(demand.borrower.id))


def _drive_out(pen: Pen, thing: Thing, demand: Demand, at: datetime) -> Course:
    store, crew = store_of(thing.depot), crew_of(thing.depot)
    van = van_from(thing.depot, thing.line.crew, pen.rng)
    person = str(demand.borrower.id)
    yield pen.scan(thing, at + 20 * _MINUTE, store, "allocate")
    if pen.chance("put back", chances.PUT_BACK):
        yield pen.scan(thing, at + 25 * _MINUTE, store, "deallocate")
        yield pen.scan(thing, at + 40 * _MINUTE, store, "allocate")
    day = demand.deliver_on
    ordered = pen.book.order(demand)
    # Who records the play puts it behind the loan (scripts/playing/orders.py): no part of the scan.
    said = {} if ordered is None else {ORDER: ordered}
    yield pen.scan(thing, pen.at(day, "07:00", "07:50"), crew, "load", van=van, **said)
    tomorrow = working_days_on(day, 1)
    # Whoever is in only in the next financial year would be an issue of that year's.
    in_one_year = is_in_year(day) == is_in_year(tomorrow)
    if in_one_year and pen.chance("nobody in", chances.NOBODY_IN):
        back = pen.at(day, "15:00", "16:30")
        yield pen.scan(thing, back, crew, "unload", note="Nobody answered the door")
        day = tomorrow
        yield pen.scan(thing, pen.at(day, "07:00", "07:50"), crew, "load", van=van)
    given = pen.at(day, "09:00", "14:30")
    yield pen.scan(thing, given, crew, "deliver", person=person)
    if pen.chance("slip", chances.SLIP):
        yield pen.undo(thing, given + 6 * _MINUTE, crew, "Scanned at the wrong door")
        yield pen.scan(thing, given + 40 * _MINUTE, crew, "deliver", person=person)


def _visits(pen: Pen, thing: Thing, crew: str, first: date, last: date) -> Course:
    """Repairs, transfers and examinations in the home, in order, before the last day."""
    span = max((last - first).days, 1)
    plan = [
        (first + timedelta(days=pen.rng.randrange(span)), what)
        for what, share in chances.AT_HOME.items()
        if not thing.line.is_given and pen.chance(what, share)
    ]
    for day, what in sorted(plan):
        first = yield from _examine(pen, thing, crew, first, min(day, last))
        first = working_days_on(max(day, first), 1)
        if first < last:
            yield _visit(pen, thing, crew, first, what)
            first = working_days_on(first, 1)
    yield from _examine(pen, thing, crew, first, last)


def _examine(
    pen: Pen, thing: Thing, crew: str, first: date, last: date
) -> Generator[Scan, None, date]:
    """What falls due at home from one day until before another; the first day left."""
    while (due := thing.next_due()) is not None:
        visit = max(working_days_on(due, -3), first)
        if visit >= last:
            break
        yield pen.check(
            thing, pen.at(visit, "09:00", "15:00"), crew, thing.due_by(visit + IN_DATE_TO_GO)
        )
        first = working_days_on(visit, 1)
    return first


def _visit(pen: Pen, thing: Thing, crew: str, day: date, what: str) -> Scan:
    at = pen.at(day, "09:00", "15:00")
    if what == "new address":
        address = f"{pen.rng.randrange(1, 90)} Larch Court"
        return pen.scan(thing, at, COORDINATOR, "transfer", address=address)
    if what == "new funder":
        funder = pen.rng.choice(chances.TAKES_OVER)
        return pen.scan(thing, at, COORDINATOR, "transfer", funder=funder)
    return pen.repair(thing, at, crew)


def _go_missing(pen: Pen, thing: Thing, borrower: Borrower, day: date) -> DatedCourse:
    """Written off, or lost and perhaps found again."""
    crew, store = crew_of(borrower.depot), store_of(borrower.depot)
    at = pen.at(day, "09:00", "15:00")
    if pen.chance("written off", chances.WRITTEN_OFF):
        yield pen.scan(thing, at, store, "scrap", reason="Not worth fetching")
        return None
    yield pen.scan(thing, at, crew, "lose", reason="Not at the address any more")
    if not pen.chance("found", chances.FOUND):
        return None
    thing.depot = borrower.depot
    found = working_day(day + timedelta(days=pen.rng.randrange(*_FOUND_AFTER)))
    at = pen.at(found, "09:00", "15:00")
    yield pen.scan(thing, at, crew, "find", depot=thing.depot, note="In the garage")
    return found


def _fetch(pen: Pen, thing: Thing, borrower: Borrower, day: date) -> Course:
    """Collected and unloaded the same day, or brought to the counter by somebody."""
    depot = thing.depot = borrower.depot
    store, crew = store_of(depot), crew_of(depot)
    if pen.chance("unsafe", chances.UNSAFE):
        # What follows "happened" before today's recording of the hold: each raises a case.
        thing.is_held = True
        reason = "The carer says that it gives way"
        yield pen.scan(thing, pen.at(day, "08:00", "08:50"), COORDINATOR, "hold", reason=reason)
    if pen.chance("brought back", chances.BROUGHT_BACK[thing.line.crew]):
        at = pen.at(day, "09:00", "16:00")
        yield pen.scan(thing, at, store, "return", depot=depot, note="Brought to the counter")
        return
    van = van_from(depot, thing.line.crew, pen.rng)
    reason = pen.rng.choice(chances.WHY_COLLECTED)
    yield pen.scan(thing, pen.at(day, "09:00", "14:30"), crew, "collect", van=van, reason=reason)
    yield pen.scan(thing, pen.at(day, "15:00", "16:30"), crew, "return", depot=depot)
