"""One stop put elsewhere: where it could go, and what that costs and moves, before it is kept.

Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from budget.refusals import Refusal
from logistics.planner.day import Plan
from logistics.rounds.clock_times import moment_of
from logistics.rounds.round_form import PlannedDay
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.rounds.round_times import at
from web.rounds.round_words import Facts, km
from web.visits.visit_words import KIND_WORDS, what
from web.words import pounds, weekday

OUT: Final = "out"
_SAME_TIME: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MovePage:
    """Where a stop could go; with what that would do to the day, once a place was chosen."""

    title: str
    heading: str
    what: list[str]
    back: str
    errors: list[dict[str, str]]
    look: str
    fields: list[Field]
    kept: list[Field]
    keep: str | None
    sums: list[str]
    head: list[str]
    moved: list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which stop of which day is to go where, as it was typed."""

    depot: str
    day: date
    visit: UUID
    filled: Filled


def values(wish: Wish, version: int) -> dict[str, Any]:
    """The move for the domain function: a place is a van, and the stop before it on its round."""
    place = wish.filled.text("place")
    van, _, after = place.partition(":")
    out = place == OUT
    return {
        "depot": wish.depot,
        "date": wish.day.isoformat(),
        "version": version,
        "visit": str(wish.visit),
        "left_out": out,
        "van": None if out else van or None,
        "after": after or None,
        "begins": None if out else wish.filled.given("begins"),
        "pinned": not out and bool(wish.filled.ticked("pinned")),
    }


def move_page(
    wish: Wish,
    planned: PlannedDay,
    facts: Facts,
    base: str,
    *,
    plan: Plan | None = None,
    refusal: Refusal | None = None,
) -> MovePage:
    """`plan` is the day as it would be, `refusal` why it could not be so."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    fields = Fields(wish.filled, faults)
    asked = [
        fields.hidden("depot", wish.depot),
        fields.hidden("day", wish.day.isoformat()),
        fields.hidden("visit", wish.visit),
    ]
    each = [
        *asked,
        fields.select("place", "Where to", _places(wish, planned, facts)),
        fields.text("begins", "Begin at", width=5, hint={"text": "Such as 10:30. Or leave empty."}),
        fields.checkboxes(
            "pinned", "When the day is planned anew", {"yes": "Keep it on this van"}, values=["yes"]
        ),
    ]
    wrong = errors(faults, each, trouble=trouble)
    called = facts.called.get(wish.visit)
    kind = KIND_WORDS[called.visit.kind] if called else "Visit"
    where = called.visit.postcode if called else None
    title = f"Move: {kind}, {where or 'place not known'}"
    return MovePage(
        title=f"Error: {title}" if wrong else title,
        heading=title,
        what=what(called.visit.lines) if called else [],
        back=f"{base}/rounds?depot={wish.depot}&day={wish.day.isoformat()}",
        errors=wrong,
        look=f"{base}/rounds/move",
        fields=each,
        kept=list(_kept(fields, wish, planned)) if plan is not None else [],
        keep=f"{base}/rounds/move" if plan is not None else None,
        sums=[] if plan is None else list(_sums(planned, plan)),
        head=["Visit", "Was", "Would be"],
        moved=[] if plan is None else list(_moved(planned, plan, wish.day, facts)),
    )


def _places(wish: Wish, planned: PlannedDay, facts: Facts) -> Mapping[str, str]:
    places = {"": "Choose"}
    stops = {each.van: each.stops for each in planned.rounds}
    for van in facts.vans:
        if van.depot != wish.depot or van.code in facts.off:
            continue
        places[f"{van.code}:"] = f"{van.code}, first"
        for number, stop in enumerate(stops.get(van.code, []), 1):
            if stop.visit != wish.visit:
                called = facts.called.get(stop.visit)
                where = called.visit.postcode if called and called.visit.postcode else "stop"
                places[f"{van.code}:{stop.visit}"] = f"{van.code}, after {number} ({where})"
    return places | {OUT: "On no van on this day"}


def _kept(fields: Fields, wish: Wish, planned: PlannedDay) -> Iterator[Field]:
    """What the preview was made from: whoever was faster is not overwritten."""
    yield fields.hidden("depot", wish.depot)
    yield fields.hidden("day", wish.day.isoformat())
    yield fields.hidden("visit", wish.visit)
    yield Fields().hidden("version", planned.version)
    yield fields.hidden("place", "")
    yield fields.hidden("begins", "")
    if wish.filled.ticked("pinned"):
        yield fields.hidden("pinned", "yes")


def _sums(planned: PlannedDay, plan: Plan) -> Iterator[str]:
    more = plan.cost_pence - planned.cost_pence
    words = f"{pounds(more)} more" if more > 0 else f"{pounds(-more)} less" if more else "as before"
    yield f"The day would cost {pounds(plan.cost_pence)}: {words}."
    before = sum(each.distance_m for each in planned.rounds)
    after = sum(each.metres for each in plan.rounds)
    yield f"The vans would go {km(after)}; now it is {km(before)}."


def _moved(
    planned: PlannedDay, plan: Plan, day: date, facts: Facts
) -> Iterator[list[dict[str, Any]]]:
    before = {stop.visit: (each.van, stop.begin) for each in planned.rounds for stop in each.stops}
    after = {
        UUID(stop.visit): (each.van, moment_of(day, stop.begin_s))
        for each in plan.rounds
        for stop in each.stops
    }
    for visit in [*before, *(each for each in after if each not in before)]:
        was, will = before.get(visit), after.get(visit)
        if _same(was, will):
            continue
        called = facts.called.get(visit)
        named = KIND_WORDS[called.visit.kind] if called else "Visit"
        where = (called.visit.postcode if called else None) or "place not known"
        words = _when(will)
        if will is None and called is not None and called.visit.due_on <= day:
            words = f"On no van: its promise, {weekday(called.visit.due_on)}, is broken"
        yield [{"text": f"{named}, {where}"}, {"text": _when(was)}, {"text": words}]


_At = tuple[str, datetime] | None


def _same(was: _At, will: _At) -> bool:
    if was is None or will is None:
        return was is will
    return was[0] == will[0] and abs(was[1] - will[1]) < _SAME_TIME


def _when(it: _At) -> str:
    return "On no van" if it is None else f"{it[0]} at {at(it[1])}"
