"""What a visit is charged: by the tariff, once for each funder and kind of line done on it.

Source: contract section 6. A failed visit whose fault is not the service's costs `failed_visit`.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import asyncpg
import msgspec

from budget.books import read_books
from budget.database import fetch, fetch_one, insert
from budget.pool import Tariff
from budget.years import london_day, year_of

ChargeKind: TypeAlias = Literal[
    "delivery", "collection", "swap", "repair_visit", "service_visit", "failed_visit"
]
_WORDS: Final[dict[ChargeKind, str]] = {
    "delivery": "Delivery",
    "collection": "Collection",
    "swap": "Swap",
    "repair_visit": "Visit for a repair",
    "service_visit": "Visit for a service",
    "failed_visit": "Failed visit",
}


class Charge(msgspec.Struct, frozen=True):
    """One thing that a visit costs somebody; of a delivery, the order whose speed it goes by."""

    kind: ChargeKind
    funder: str
    order: UUID | None = None
    speed: str | None = None


class VisitEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that has ended: by what, when, and from which depot it was made."""

    visit: UUID
    ended_by: UUID
    depot: str
    occurred_at: datetime
    recorded_at: datetime


async def post(end: VisitEnd, charges: Sequence[Charge]) -> int:
    """Post what a visit costs, and nothing that it was charged before; how many charges it was.

    Within the caller's open transaction, who holds the visit. Of several at one funder's cost and
    of one kind the first counts; a partner that was succeeded by that day is its successor.
    """
    if not charges:
        return 0
    day = london_day(end.occurred_at)
    books, tariff = await read_books(), await _tariff(day)
    posted = books.posted(day)
    entries = await _entries(end.visit)
    known = {(row["kind"], row["partner"]) for row in _standing(entries)}
    legs: list[tuple[object, ...]] = []
    for charge in charges:
        partner = books.payer(charge.funder, posted[0])
        if (charge.kind, partner) not in known:
            known.add((charge.kind, partner))
            entry = _fresh(end.visit, f"{charge.kind} {partner}", entries)
            legs += _legs(end, charge, entry, (partner, *posted), _rate(tariff, charge))
    await insert("postings", _COLUMNS, legs)
    return len(legs) // 2


async def reverse(undo: VisitEnd, still_due: Collection[ChargeKind]) -> int:
    """Take back what a visit was charged for what was undone, on the undo's own day; how much.

    `still_due` are the kinds of which something is done. Within the caller's open transaction, who
    holds the visit; `ended_by` is the undo. Said twice, it is taken back once.
    """
    books = await read_books()
    day, late = books.posted(london_day(undo.occurred_at))
    wrong = [row for row in _standing(await _entries(undo.visit)) if row["kind"] not in still_due]
    legs: list[tuple[object, ...]] = []
    for row in wrong:
        entry = uuid5(undo.ended_by, str(row["entry"]))
        partner = books.payer(row["partner"], day)
        words = f"Undone: {row['description']}"
        sides = (
            ("activity", partner, -row["amount_pence"]),
            ("services", None, row["amount_pence"]),
        )
        legs += [
            (
                entry, undo.ended_by, "reversal", account, who, pence, day, undo.occurred_at,
                undo.recorded_at, row["depot"], undo.visit, row["order"], words, False, late,
            )
            for account, who, pence in sides
        ]  # fmt: skip
    await insert("postings", _COLUMNS, legs)
    return len(wrong)


async def _entries(visit: UUID) -> list[asyncpg.Record]:
    """The partners' legs of all that a visit was charged, and that was taken back of it."""
    return await fetch(_CHARGED, visit)


_CHARGED: Final = """
select entry, movement, kind, partner, amount_pence, depot, "order", description
from postings where visit = $1 and partner is not null order by seq
"""


def _standing(entries: Sequence[asyncpg.Record]) -> list[asyncpg.Record]:
    """What has not been taken back."""
    back = [row for row in entries if row["kind"] == "reversal"]
    undos, reversed_ = {row["movement"] for row in back}, {row["entry"] for row in back}
    return [
        row
        for row in entries
        if row["kind"] != "reversal"
        and not any(uuid5(undo, str(row["entry"])) in reversed_ for undo in undos)
    ]


def _fresh(visit: UUID, what: str, entries: Sequence[asyncpg.Record]) -> UUID:
    """An id for an entry, the same however often it is asked for: of what is charged again, next.

    What was taken back and is done after all is charged once more.
    """
    taken, number = {row["entry"] for row in entries}, 1
    entry = uuid5(visit, what)
    while entry in taken:
        number += 1
        entry = uuid5(visit, f"{what} {number}")
    return entry


_COLUMNS: Final = {
    "entry": "uuid",
    "movement": "uuid",
    "kind": "varchar",
    "account": "varchar",
    "partner": "varchar",
    "amount_pence": "bigint",
    "posted_on": "date",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "depot": "varchar",
    "visit": "uuid",
    "order": "uuid",
    "description": "varchar",
    "no_tariff": "boolean",
    "late": "boolean",
}


async def _tariff(day: date) -> Tariff:
    row = await fetch_one(_TARIFF, year_of(day))
    return Tariff() if row is None else msgspec.json.decode(row["tariff"], type=Tariff)


_TARIFF: Final = "select tariff from budget_years where year = $1"


def _rate(tariff: Tariff, charge: Charge) -> int | None:
    """Pence by the tariff of that day's year; None where none was agreed: it is charged 0."""
    if charge.kind == "delivery":
        speeds: dict[str, int] = msgspec.to_builtins(tariff.delivery)
        return speeds.get(charge.speed or "")
    rate: int | None = getattr(tariff, charge.kind)
    return rate


def _legs(
    end: VisitEnd, charge: Charge, entry: UUID, posted: tuple[str, date, bool], rate: int | None
) -> list[tuple[object, ...]]:
    """The partner's leg and the pool's, which sum to zero."""
    partner, day, late = posted
    words = _WORDS[charge.kind]
    if charge.speed is not None:
        words = f"{words}, {charge.speed.replace('_', ' ')}"
    sides = (("activity", partner, rate or 0), ("services", None, -(rate or 0)))
    return [
        (
            entry, end.ended_by, charge.kind, account, who, pence, day, end.occurred_at,
            end.recorded_at, end.depot, end.visit, charge.order, words, rate is None, late,
        )
        for account, who, pence in sides
    ]  # fmt: skip
