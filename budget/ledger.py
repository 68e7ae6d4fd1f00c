"""The posting rules: which movement costs whom what. Double entry, whole pence. Pure.

Source: contract section 6. A partner's legs stand on `issues`, `credits` and `activity`, signed
as what they cost that partner; the pool's own legs on `equipment` and `services` balance them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from budget.books import Books
from budget.event import Event, LoanTerms

PARTNER_ACCOUNTS: Final = ("issues", "credits", "activity")
PURCHASE: Final = "stock_purchase"
CONTRA: Final = {"issues": "equipment", "credits": "equipment", "activity": "services"}

COLUMNS: Final = {
    "entry": "uuid",
    "movement": "uuid",
    "kind": "varchar",
    "account": "varchar",
    "partner": "varchar",
    "amount_pence": "bigint",
    "posted_on": "date",
    "late": "boolean",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "loan": "uuid",
    "item": "bigint",
    "sku": "varchar",
    "category": "varchar",
    "depot": "varchar",
    "description": "varchar",
    "no_tariff": "boolean",
}


class Leg(msgspec.Struct, frozen=True):
    """One leg of an entry: its fields are the columns of `postings`."""

    entry: UUID
    movement: UUID
    kind: str
    account: str
    partner: str | None
    amount_pence: int
    posted_on: date
    late: bool
    occurred_at: datetime
    recorded_at: datetime
    loan: UUID | None
    item: int
    sku: str
    category: str
    depot: str | None
    description: str
    no_tariff: bool = False


def postings(event: Event, books: Books) -> list[Leg]:
    """The legs that a movement posts, in balanced entries; none where it costs nobody anything."""
    loan = event.loan
    if loan is None or _only_counted(event, loan):
        return []
    match event.action:
        case "deliver":
            return _entry(event, books, "issue", "issues", loan.funder, loan.charged_pence)
        case "pass" if event.phase_before == "ended":
            return _entry(event, books, "credit", "credits", loan.funder, -credit_pence(loan))
        case "clean" | "repair" if _charged_to_loan(event):
            return _activity(event, books, loan.funder)
        case "transfer" if event.new_funder not in (None, loan.funder):
            assert event.new_funder is not None
            return _transfer(event, books, loan, event.new_funder)
        case _:
            return []


def purchase(event: Event, books: Books, shares: Mapping[str, int]) -> list[Leg]:
    """The legs of stock that the pool has bought: what each partner's share of it comes to."""
    return [
        leg
        for ods, pence in shares.items()
        if pence
        for leg in _entry(event, books, PURCHASE, "activity", ods, pence)
    ]


def reversal(legs: Iterable[Leg], event: Event, books: Books) -> list[Leg]:
    """The same legs the other way, on the undo's own day, its entries balanced as theirs were."""
    posted_on, late = books.posted(event.day)
    return [
        replace(
            leg,
            entry=uuid5(event.movement, str(leg.entry)),
            movement=event.movement,
            kind="reversal",
            partner=leg.partner and books.payer(leg.partner, posted_on),
            amount_pence=-leg.amount_pence,
            posted_on=posted_on,
            late=late,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            description=f"Undone: {leg.description}",
            no_tariff=False,
        )
        for leg in legs
    ]


def credit_pence(loan: LoanTerms) -> int:
    """What comes back to the funder of a recycled loan, to the nearest penny, halves up."""
    return (2 * loan.charged_pence * loan.credit_percent + 100) // 200


def repair_pence(minutes: int, repair_hour_pence: int, parts_pence: int) -> int:
    """Labour by the hour, to the nearest penny, halves up, and the parts."""
    return (2 * minutes * repair_hour_pence + 60) // 120 + parts_pence


def _only_counted(event: Event, loan: LoanTerms) -> bool:
    """On pool-owned stock issues and credits cost nobody; nor is credited what was not charged."""
    of_issues = event.action in {"deliver", "pass", "transfer"}
    return of_issues and (event.pool_stock or loan.only_counted)


def _charged_to_loan(event: Event) -> bool:
    """Between a loan's end and its decision, and for repairs also while it lasts."""
    at_home = event.action == "repair" and event.before == "on_loan"
    return event.phase_before == "ended" or at_home


def _activity(event: Event, books: Books, funder: str) -> list[Leg]:
    """By the tariff of the event's own year; where it has none, only the parts cost anything."""
    rate = _rate(event.tariff, "clean" if event.action == "clean" else "repair_hour")
    amount = rate or 0
    if event.action == "repair":
        amount = repair_pence(event.minutes, rate or 0, event.parts_pence)
    return _entry(event, books, event.action, "activity", funder, amount, no_tariff=rate is None)


def _rate(tariff: Mapping[str, int] | None, name: str) -> int | None:
    return None if tariff is None else tariff.get(name)


def _transfer(event: Event, books: Books, loan: LoanTerms, funder: str) -> list[Leg]:
    """What was charged moves from the old funder's issues to the new one's, on that day."""
    gives = _entry(event, books, "transfer", "issues", loan.funder, -loan.charged_pence)
    takes = _entry(event, books, "transfer", "issues", funder, loan.charged_pence)
    return gives + takes


def _entry(  # noqa: PLR0913, PLR0917 - an entry is these six things
    event: Event,
    books: Books,
    kind: str,
    account: str,
    funder: str,
    amount_pence: int,
    *,
    no_tariff: bool = False,
) -> list[Leg]:
    """Two legs that sum to zero. A partner that has been succeeded by that day is its successor."""
    posted_on, late = books.posted(event.day)
    leg = Leg(
        entry=uuid5(event.movement, f"{kind} {funder} {account}"),
        movement=event.movement,
        kind=kind,
        account=account,
        partner=books.payer(funder, posted_on),
        amount_pence=amount_pence,
        posted_on=posted_on,
        late=late,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        loan=event.loan.id if event.loan else None,
        item=event.item,
        sku=event.sku,
        category=event.category,
        depot=event.depot,
        description=_description(event, kind),
        no_tariff=no_tariff,
    )
    contra = replace(leg, account=CONTRA[account], partner=None, amount_pence=-amount_pence)
    return [leg, contra]


def _description(event: Event, kind: str) -> str:
    what = {
        "issue": "Issue of",
        "credit": "Credit for recycled",
        "clean": "Cleaning of",
        PURCHASE: "Share of the purchase of",
    }
    words = what.get(kind, "Repair of" if kind == "repair" else "Change of funder of")
    return f"{words} {event.sku} {event.code}"
