"""Reads the items that scans name, and all else that the rules ask about them, in one statement.

One statement is one snapshot: what it says of an item, of a scan's id and of a loan is of one and
the same moment (docs/adr/0012-recording-scans.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.books import OPEN_FROM, Books
from budget.database import fetch
from budget.tallies import COLUMNS as TALLY_COLUMNS
from budget.tallies import Tally
from budget.years import london_day, year_of
from equipment.catalogue.terms import Terms
from equipment.hand import Charged, Earlier, Hand, InHand
from equipment.journal import STANDING
from equipment.orders.order_hand import FOR_LINES
from equipment.orders.order_reading import OrdersKnown, orders_sql, put_orders
from equipment.scan_form import Reading
from equipment.standing import Kind, Phase, Standing
from equipment.whereabouts import PLACES, Named, Place, keys_of, whereabouts
from labels.identifiers import codes_in
from labels.places import PlaceKind

_TARIFFED: Final = frozenset({"clean", "repair"})
# What takes back what a loan's end or decision counted.
_DECISIONS: Final = frozenset({"pass", "scrap"})
# What may bring an item onto the shelf, which it does not reach without its parts.
_TO_SHELF: Final = frozenset({"pass", "undo"})
# What a loan in these phases counted may be taken back by what comes next.
COUNTED_AS: Final = {Phase.ENDED: "waiting", Phase.REUSED: "reused"}


@dataclass(slots=True)
class Asked:
    """Which items, by code, by GIAI or by key, and what earlier standings of theirs name."""

    codes: Iterable[str] = ()
    giais: Iterable[str] = ()
    ids: Iterable[int] = ()
    past: Sequence[Standing] = field(default_factory=list[Standing])


async def read_known(hand: Hand, readings: Sequence[Reading], asked: Asked) -> None:
    """Put the items in hand, and what the scans and the items name."""
    named = set(_places(readings))
    rows = await fetch(_KNOWN, *_values(readings, asked, named), by_index=True)
    known = _KNOWN_FROM.decode(rows[0]["known"])
    for each in known.items:
        hand.items[each.id] = _in_hand(each)
        hand.by_key[f"code {each.code}"] = hand.by_key[f"giai {each.giai}"] = each.id
    hand.receipts = {r.id: Earlier(r.caller, r.content, r.item) for r in known.receipts}
    hand.orders.fulfilled = {
        loan.id: loan.order_line for loan in known.loans if loan.order_line is not None
    }
    hand.loans = {
        loan.id: Charged(loan.charged_pence, loan.credit_percent, loan.only_counted)
        for loan in known.loans
    }
    for tally in known.counted:
        (hand.waiting if tally.kind == "waiting" else hand.reused)[tally.loan] = tally
    hand.places = whereabouts(named, known.places)
    hand.funders = {person.id: person.funder for person in known.people}
    hand.partners = {partner.ods for partner in known.partners}
    succession = {
        partner.ods: (partner.succeeded_by, partner.succeeded_on)
        for partner in known.partners
        if partner.succeeded_by is not None and partner.succeeded_on is not None
    }
    hand.books = Books(succession, known.open_from)
    put_orders(hand, known.orders)
    for terms in known.terms:
        hand.terms.setdefault(terms.sku, []).append(terms)
    hand.tariffs = {
        each.year: {name: rate for name, rate in each.tariff.items() if isinstance(rate, int)}
        for each in known.tariffs
    }
    hand.stock_years = frozenset(each.year for each in known.stock_years)


def _values(
    readings: Sequence[Reading], asked: Asked, named: Iterable[Named]
) -> tuple[object, ...]:
    """The parameters of the statement, in the order of their numbers."""
    fields = [reading.fields for reading in readings if reading.fields is not None]
    actions = {reading.action for reading in readings}
    days = {london_day(each.occurred_at) for each in fields} if actions & _TARIFFED else set()
    counted = {
        (standing.loan, standing.phase_at, COUNTED_AS[standing.loan_phase])
        for standing in asked.past
        if standing.loan_phase in COUNTED_AS
    }
    return (
        [*asked.codes, *codes_in(asked.giais)],
        [*asked.codes, *asked.giais],
        list(asked.ids),
        [reading.id for reading in readings if reading.id is not None],
        list({standing.loan for standing in asked.past if standing.loan is not None}),
        bool(actions & _DECISIONS),
        [loan for loan, _, _ in counted],
        [at for _, at, _ in counted],
        [kind for _, _, kind in counted],
        keys_of(named),
        list({each.person for each in fields if each.person is not None}),
        "deliver" in actions,
        list(set(map(year_of, days))),
        order_lines(readings),
        bool(actions & _TO_SHELF),
    )


def order_lines(readings: Iterable[Reading]) -> list[UUID]:
    """The lines of orders that scans are said to be for."""
    fields = [each.fields for each in readings if each.action in FOR_LINES]
    return list({each.order_line for each in fields if each and each.order_line})


def _places(readings: Sequence[Reading]) -> Iterator[Named]:
    for fields in (reading.fields for reading in readings if reading.fields is not None):
        named: tuple[tuple[PlaceKind, str | None], ...]
        named = (("depot", fields.depot), ("van", fields.van), ("bay", fields.bay))
        yield from (Named(kind, text) for kind, text in named if text)


class _Item(Standing, frozen=True, kw_only=True):
    """An item with its product."""

    id: int
    code: str
    giai: str
    sku: str
    owner: str
    received_on: date | None
    newest_movement: UUID
    updated_at: datetime
    category: str
    reuse: str
    pat: bool
    loler_months: int | None
    service_months: int | None
    lacking: list[str] | None


def _in_hand(item: _Item) -> InHand:
    return InHand(
        id=item.id,
        code=item.code,
        giai=item.giai,
        sku=item.sku,
        category=item.category,
        kind=Kind(
            reuse=item.reuse,
            pat=item.pat,
            loler_months=item.loler_months,
            service_months=item.service_months,
            pool_owned=item.owner == "pool",
            received_on=item.received_on,
        ),
        standing=Standing(*(getattr(item, name) for name in STANDING)),
        newest_movement=item.newest_movement,
        updated_at=item.updated_at,
        lacking=item.lacking or [],
    )


class _Receipt(msgspec.Struct, frozen=True):
    id: UUID
    caller: str
    content: str
    item: int


class _Loan(msgspec.Struct, frozen=True):
    id: UUID
    charged_pence: int
    credit_percent: int
    only_counted: bool
    order_line: UUID | None


class _Partner(msgspec.Struct, frozen=True):
    ods: str
    succeeded_by: str | None
    succeeded_on: date | None


class _Person(msgspec.Struct, frozen=True):
    id: UUID
    funder: str | None


class _ProductTerms(Terms, frozen=True, kw_only=True):
    sku: str


class _Tariff(msgspec.Struct, frozen=True):
    year: str
    tariff: dict[str, int | dict[str, int]]


class _StockYear(msgspec.Struct, frozen=True):
    year: str


class _Known(msgspec.Struct, frozen=True):
    """What the statement says of everything that the scans name."""

    items: list[_Item]
    receipts: list[_Receipt]
    loans: list[_Loan]
    counted: list[Tally]
    places: list[Place]
    people: list[_Person]
    partners: list[_Partner]
    terms: list[_ProductTerms]
    tariffs: list[_Tariff]
    stock_years: list[_StockYear]
    orders: OrdersKnown
    open_from: date | None


_KNOWN_FROM: Final = msgspec.json.Decoder(_Known)
# A function of PostgreSQL's finds what was counted, as it looks into the one month that it names:
# a join would have every month that there is made ready, whatever it is about.
_ASKED: Final = {
    "items": "select * from named",
    "receipts": """
        select r.* from unnest($4::uuid[]) as sent (id) cross join lateral (
            select id, caller, encode(content, 'hex') as content, item from receipts
            where id = sent.id and kind = 'scan' limit 1
        ) r
        """,
    "loans": """
        select id, charged_pence, credit_percent, only_counted, order_line from loans
        where id in (select loan from named union select unnest($5::uuid[]))
        """,
    "counted": f"""
        select {", ".join(TALLY_COLUMNS)} from (
            select loan, phase_at, case loan_phase when 'ended' then 'waiting' else loan_phase end
            from named where $6 and loan_phase in ('ended', 'reused')
            union select * from unnest($7::uuid[], $8::timestamptz[], $9::varchar[])
        ) as ended (loan_asked, at, kind_asked)
        cross join lateral tally_of(loan_asked, at, kind_asked)
        """,  # noqa: S608 - column names from code
    "places": PLACES.format(keys="$10::varchar[]"),
    "people": "select id, funder from person_funders where id = any($11::uuid[])",
    "partners": "select ods, succeeded_by, succeeded_on from partners",
    "terms": """
        select sku, from_on, price_pence, credit_percent from product_terms
        where $12 and sku in (select sku from named) order by sku, from_on
        """,
    "tariffs": "select year, tariff from budget_years where year = any($13::varchar[])",
    "stock_years": "select year from budget_years where model = 'pool_stock'",
}
_ORDERS: Final = f"({orders_sql('named', '$14')})"
_LISTS: Final = ", ".join(
    f"'{name}', (select coalesce(json_agg(each), '[]') from ({query}) each)"  # noqa: S608 - our own
    for name, query in _ASKED.items()
)
_KNOWN: Final = f"""
with named as materialized (
    select i.id, i.code, i.giai, i.sku, i.owner, i.received_on, i.newest_movement, i.updated_at,
        {", ".join(f"i.{name}" for name in STANDING)},
        p.category, p.reuse, p.pat, p.loler_months, p.service_months,
        case when $15 then array(select part from lacking_parts where item = i.id) end as lacking
    from items i join products p on p.sku = i.sku
    where i.code = any($1) and (i.code = any($2) or i.giai = any($2)) or i.id = any($3::bigint[])
)
select json_build_object({_LISTS}, 'orders', {_ORDERS}, 'open_from', ({OPEN_FROM}))::text as known
"""  # noqa: S608 - column names from code
