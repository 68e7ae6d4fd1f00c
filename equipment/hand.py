"""The items in hand while a list of scans is decided: plain values.

equipment/lookups.py fills them from the database; deciding (equipment/clerk.py) changes them, so
that the next scan of the list sees what the one before it did.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.books import Books
from budget.ledger import Leg
from budget.tallies import Tally
from budget.years import year_of
from equipment.catalogue.terms import Terms, terms_on
from equipment.journal import STANDING
from equipment.lifecycle import IN_DEPOT
from equipment.orders.order_hand import LineInHand, OrdersInHand
from equipment.staff.roles import ADMINISTRATOR, COORDINATOR, DEPOT, TECHNICIAN, Caller
from equipment.standing import Kind, Phase, Standing, State
from equipment.whereabouts import Whereabouts
from labels.identifiers import Designation

# A delivery may name anyone to these: what they may *see* of people is another matter.
_NAMES_ANYONE: Final = frozenset({ADMINISTRATOR, COORDINATOR, DEPOT, TECHNICIAN})


class InHand(msgspec.Struct):
    """One item as it stands at this point of the list."""

    id: int
    code: str
    giai: str
    sku: str
    category: str
    kind: Kind
    standing: Standing
    # The movement that it was read after.
    newest_movement: UUID
    updated_at: datetime
    # Parts that are missing; read where it might come onto the shelf.
    lacking: list[str] = msgspec.field(default_factory=list[str])


class Past(msgspec.Struct, frozen=True):
    """A movement that still counts: what an `undo` could take back."""

    id: UUID
    action: str
    actor: str
    recorded_at: datetime
    standing: Standing
    # Whether a recall held the item by it, or let it go.
    by_recall: bool = False


class Earlier(msgspec.Struct, frozen=True):
    """The receipt of a movement recorded before; nobody's where no scan told of it.

    `content` is a hash in hexadecimal digits.
    """

    caller: str
    content: str
    item: int


class Charged(msgspec.Struct, frozen=True):
    """What a loan was charged, and what percentage of it comes back."""

    pence: int
    credit_percent: int
    # Issued in a year on pool-owned stock: it was counted, and not charged.
    only_counted: bool = False


@dataclass(slots=True)
class Hand:
    """Everything in hand."""

    by_key: dict[str, int] = field(default_factory=dict)
    # Codes and GIAIs of blank labels, which no item has yet.
    blanks: set[str] = field(default_factory=set)
    items: dict[int, InHand] = field(default_factory=dict)
    receipts: dict[UUID, Earlier] = field(default_factory=dict)
    loans: dict[UUID, Charged] = field(default_factory=dict)
    terms: dict[str, list[Terms]] = field(default_factory=dict)
    places: Whereabouts = field(default_factory=Whereabouts)
    partners: set[str] = field(default_factory=set)
    books: Books = field(default_factory=Books)
    funders: dict[UUID, str | None] = field(default_factory=dict)
    tariffs: dict[str, dict[str, int]] = field(default_factory=dict)
    # The years that run on pool-owned stock.
    stock_years: frozenset[str] = frozenset()
    past: dict[int, list[Past]] = field(default_factory=dict)
    legs: dict[UUID, list[Leg]] = field(default_factory=dict)
    tallies: dict[UUID, list[Tally]] = field(default_factory=dict)
    # What each loan's end and its deciding `pass` counted: to be taken back later.
    waiting: dict[UUID, Tally] = field(default_factory=dict)
    reused: dict[UUID, Tally] = field(default_factory=dict)
    orders: OrdersInHand = field(default_factory=OrdersInHand)

    def item(self, designation: Designation) -> InHand | None:
        """The item that is named by its code, its GIAI or another label."""
        for key in keys_of(designation):
            if key in self.by_key:
                return self.items[self.by_key[key]]
        return None

    @property
    def newest(self) -> datetime | None:
        """When the newest movement of the items in hand was recorded."""
        return max((item.updated_at for item in self.items.values()), default=None)

    def is_blank(self, designation: Designation) -> bool:
        """Whether it means a label of ours that no item has yet."""
        return not self.blanks.isdisjoint({designation.code, designation.giai})

    def price_on(self, sku: str, day: date) -> tuple[int, int]:
        """The product's price in pence and its credit in per cent, in force on a day."""
        terms = terms_on(self.terms[sku], day)
        return terms.price_pence, terms.credit_percent

    def on_stock(self, day: date) -> bool:
        """Whether that day's year runs on pool-owned stock."""
        return bool(self.stock_years) and year_of(day) in self.stock_years

    def may_charge(self, caller: Caller, partner: str) -> bool:
        """Whether the caller may name that partner as the one who pays, and there is one."""
        anyone = bool(caller.roles & _NAMES_ANYONE)
        return partner in self.partners and (anyone or partner in caller.partners)

    def may_serve(self, caller: Caller, line: LineInHand) -> bool:
        """Whether the caller may deliver what was ordered on that line."""
        return bool(caller.roles & _NAMES_ANYONE) or line.funder in caller.partners

    def may_lend_to(self, caller: Caller, person: UUID) -> bool:
        """Whether the caller may deliver to that person, and there is one."""
        anyone = bool(caller.roles & _NAMES_ANYONE)
        return person in self.funders and (anyone or self.funders[person] in caller.partners)


def standing_of(row: asyncpg.Record) -> Standing:
    """The standing in a row of `items`."""
    values = {name: row[name] for name in STANDING}
    values["state"] = _STATES[row["state"]]
    values["loan_phase"] = _PHASES[row["loan_phase"]]
    return Standing(**values)


_STATES: Final = {state.value: state for state in State}
_PHASES: Final = {None: None} | {phase.value: phase for phase in Phase}


def standing_after(row: asyncpg.Record) -> Standing:
    """The standing in a row of `movements`, whose depot may only say where it was handed over."""
    standing = standing_of(row)
    if standing.state in IN_DEPOT:
        return standing
    return msgspec.structs.replace(standing, depot=None)


def kind_of(row: asyncpg.Record) -> Kind:
    """What the rules need to know of an item, from a row of items joined to products."""
    return Kind(
        reuse=row["reuse"],
        pat=row["pat"],
        loler_months=row["loler_months"],
        service_months=row["service_months"],
        pool_owned=row["owner"] == "pool",
        received_on=row["received_on"],
    )


def keys_of(designation: Designation) -> Iterator[str]:
    """By what an item may be named, the surest first."""
    if designation.code:
        yield f"code {designation.code}"
    if designation.giai:
        yield f"giai {designation.giai}"
    if designation.alias:
        yield f"alias {designation.alias}"
