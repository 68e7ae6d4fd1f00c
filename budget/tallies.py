"""The counting rules behind the recycling figures: what each movement adds. Pure.

Source: contract section 6. `waiting` is kept as a running count of its own, +1 where a loan ends
by `return` or `find` and -1 where it is decided, both with the end's own partner, product and
depot, so that it can be read for the end of any day.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from budget.event import Event

COLUMNS: Final = {
    "movement": "uuid",
    "kind": "varchar",
    "units": "smallint",
    "pence": "bigint",
    "occurred_on": "date",
    "recorded_at": "timestamptz",
    "loan": "uuid",
    "item": "bigint",
    "funder": "varchar",
    "sku": "varchar",
    "category": "varchar",
    "reuse": "varchar",
    "depot": "varchar",
}
OUT: Final = ("on_loan", "collected")


class Tally(msgspec.Struct, frozen=True):
    """One count: its fields are the columns of `tallies`. `units` is 1 or -1."""

    movement: UUID
    kind: str
    units: int
    pence: int
    occurred_on: date
    recorded_at: datetime
    loan: UUID
    item: int
    funder: str
    sku: str
    category: str
    reuse: str
    depot: str | None


def tallies(  # noqa: PLR0911 - one arm for each action that counts
    event: Event, waiting: Tally | None, reused: Tally | None
) -> list[Tally]:
    """What the movement adds to the figures.

    `waiting` is what the loan's end counted, `reused` what its deciding `pass` counted: a decision
    takes the first back, a scrap before the next loan the second.
    """
    if event.loan is None:
        return []
    match event.action:
        case "deliver":
            recycled = [_tally(event, "issued_recycled")] if event.lent_before else []
            return [_tally(event, "issued"), *recycled]
        case "return" | "find" if event.phase_before == "open":
            return [_tally(event, "returned"), _tally(event, "waiting")]
        case "pass" if event.phase_before == "ended":
            return [_tally(event, "reused"), *_decided(event, waiting)]
        case "scrap":
            return _scrapped(event, waiting, reused)
        case "lose" if event.before in OUT:
            return [_tally(event, "lost")]
        case _:
            return []


def reversal(counted: Iterable[Tally], event: Event) -> list[Tally]:
    """An undone movement counts nowhere: each count is taken back on the day it was made for."""
    return [
        replace(
            tally,
            movement=event.movement,
            units=-tally.units,
            pence=-tally.pence,
            recorded_at=event.recorded_at,
        )
        for tally in counted
    ]


def _scrapped(event: Event, waiting: Tally | None, reused: Tally | None) -> list[Tally]:
    if event.before in OUT:
        return [_tally(event, "written_off")]
    if event.phase_before == "ended":
        return [_tally(event, "scrapped"), *_decided(event, waiting)]
    if event.phase_before == "reused":
        return [_tally(event, "scrapped"), *_taken_back(event, reused, event.day)]
    return []


def _decided(event: Event, waiting: Tally | None) -> list[Tally]:
    """No longer waiting: from the decision's day, or from the end's own where that came later."""
    return _taken_back(event, waiting, max(event.day, waiting.occurred_on)) if waiting else []


def _taken_back(event: Event, earlier: Tally | None, day: date) -> list[Tally]:
    """An earlier count less, on that day."""
    if earlier is None:
        return []
    less = replace(earlier, units=-earlier.units, pence=-earlier.pence, occurred_on=day)
    return [replace(less, movement=event.movement, recorded_at=event.recorded_at)]


def _tally(event: Event, kind: str) -> Tally:
    assert event.loan is not None
    return Tally(
        movement=event.movement,
        kind=kind,
        units=1,
        pence=event.loan.charged_pence,
        occurred_on=event.day,
        recorded_at=event.recorded_at,
        loan=event.loan.id,
        item=event.item,
        funder=event.loan.funder,
        sku=event.sku,
        category=event.category,
        reuse=event.reuse,
        depot=event.depot,
    )
