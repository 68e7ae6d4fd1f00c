"""The items in hand while a list of scans is decided, and all that the rules ask about them.

`lay_out()` reads it in a handful of statements, whatever the length of the list. The items are
locked first, in a statement of their own: everything read after it sees what those before us in
the queue for the same item have committed (design: "A scan, in four files").
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from budget.database import fetch
from budget.ledger import COLUMNS as LEG_COLUMNS
from budget.ledger import Leg
from budget.partners import Succession
from budget.tallies import COLUMNS as TALLY_COLUMNS
from budget.tallies import Tally
from budget.years import london_day, year_of
from equipment.blank_labels import blank_among
from equipment.journal import STANDING
from equipment.lifecycle import IN_DEPOT
from equipment.roles import ADMINISTRATOR, COORDINATOR, DEPOT, TECHNICIAN, Caller
from equipment.scan_form import Reading
from equipment.standing import Kind, Phase, Standing, State
from equipment.terms import Terms, terms_of, terms_on
from equipment.whereabouts import Named, Whereabouts, read_whereabouts
from labels.identifiers import Designation, parse_designation
from labels.places import PlaceKind

# A delivery may name anyone to these: what they may *see* of people is another matter.
_NAMES_ANYONE: Final = frozenset({ADMINISTRATOR, COORDINATOR, DEPOT, TECHNICIAN})
_STANDING_SQL: Final = ", ".join(STANDING)


@dataclass(slots=True)
class InHand:
    """One item as it stands at this point of the list."""

    id: int
    code: str
    sku: str
    category: str
    kind: Kind
    standing: Standing
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """A movement that still counts: what an `undo` could take back."""

    id: UUID
    action: str
    actor: str
    recorded_at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Earlier:
    """The receipt of a scan accepted before."""

    caller: str
    content: bytes
    item: int


@dataclass(slots=True)
class Charged:
    """What a loan was charged, and what percentage of it comes back."""

    pence: int
    credit_percent: int


@dataclass(slots=True)
class Bench:
    """Everything in hand; deciding changes it, so that the next scan of the list sees it."""

    by_key: dict[str, int] = field(default_factory=dict)
    # Codes and GIAIs of blank labels, which no item has yet.
    blanks: set[str] = field(default_factory=set)
    items: dict[int, InHand] = field(default_factory=dict)
    receipts: dict[UUID, Earlier] = field(default_factory=dict)
    loans: dict[UUID, Charged] = field(default_factory=dict)
    terms: dict[str, list[Terms]] = field(default_factory=dict)
    places: Whereabouts = field(default_factory=Whereabouts)
    # The partners that the caller may charge.
    partners: set[str] = field(default_factory=set)
    succession: Succession = field(default_factory=dict)
    funders: dict[UUID, str | None] = field(default_factory=dict)
    tariffs: dict[str, dict[str, int]] = field(default_factory=dict)
    past: dict[int, list[Past]] = field(default_factory=dict)
    legs: dict[UUID, list[Leg]] = field(default_factory=dict)
    tallies: dict[UUID, list[Tally]] = field(default_factory=dict)
    # What each loan's end and its deciding `pass` counted: to be taken back later.
    waiting: dict[UUID, Tally] = field(default_factory=dict)
    reused: dict[UUID, Tally] = field(default_factory=dict)

    def item(self, text: str) -> InHand | None:
        """The item that a text names, by its code, its GIAI or an earlier label."""
        designation = parse_designation(text)
        for key in _keys(designation):
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

    def terms_on(self, sku: str, day: date) -> Terms:
        """The product's price and credit in force on a day."""
        return terms_on(self.terms[sku], day)


async def lay_out(readings: Sequence[Reading], caller: Caller) -> Bench:
    """Lock the items that the scans name, in the order of their codes, and read what is needed."""
    bench = Bench()
    designations = [parse_designation(reading.text) for reading in readings]
    bench.by_key = await _resolve(designations)
    unknown = (each for each in designations if bench.by_key.keys().isdisjoint(_keys(each)))
    bench.blanks = await blank_among(unknown)
    bench.items = await _lock(sorted(set(bench.by_key.values())))
    bench.receipts = await _receipts([r.id for r in readings if r.id is not None])
    bench.places = await read_whereabouts(_places(readings))
    await _read_people(bench, readings, caller)
    await _read_past(bench, readings)
    await _read_money(bench, readings, caller)
    await _read_loans(bench)
    return bench


def standing_of(row: asyncpg.Record) -> Standing:
    """The standing in a row of `items`."""
    values = {name: row[name] for name in STANDING}
    phase = row["loan_phase"]
    return Standing(
        **values | {"state": State(row["state"]), "loan_phase": Phase(phase) if phase else None}
    )


def standing_after(row: asyncpg.Record) -> Standing:
    """The standing in a row of `movements`, whose depot may only say where it was handed over."""
    standing = standing_of(row)
    return standing if standing.state in IN_DEPOT else replace(standing, depot=None)


def _keys(designation: Designation) -> list[str]:
    named = (("code", designation.code), ("giai", designation.giai), ("alias", designation.alias))
    return [f"{kind} {key}" for kind, key in named if key]


async def _resolve(designations: Iterable[Designation]) -> dict[str, int]:
    codes, giais, aliases = set[str](), set[str](), set[str]()
    for designation in designations:
        codes.add(designation.code or "")
        giais.add(designation.giai or "")
        aliases.add(designation.alias)
    rows = await fetch(_RESOLVE, list(codes), list(giais), list(aliases))
    return {row["key"]: row["id"] for row in rows}


_RESOLVE: Final = """
select 'code ' || code as key, id from items where code = any($1)
union all select 'giai ' || giai, id from items where giai = any($2)
union all select 'code ' || code, item from item_labels where code = any($1)
union all select 'giai ' || giai, item from item_labels where giai = any($2)
union all select 'alias ' || key, item from item_aliases where key = any($3)
"""


async def _lock(ids: list[int]) -> dict[int, InHand]:
    rows = await fetch(_LOCK, ids) if ids else []
    return {row["id"]: _in_hand(row) for row in rows}


_LOCK: Final = f"""
select i.id, i.code, i.sku, i.owner, i.received_on, i.updated_at,
    {", ".join(f"i.{name}" for name in STANDING)},
    p.category, p.reuse, p.pat, p.loler_months, p.service_months
from items i join products p on p.sku = i.sku
where i.id = any($1::bigint[]) order by i.code for update of i
"""  # noqa: S608 - column names from code


def _in_hand(row: asyncpg.Record) -> InHand:
    return InHand(
        id=row["id"],
        code=row["code"],
        sku=row["sku"],
        category=row["category"],
        kind=kind_of(row),
        standing=standing_of(row),
        updated_at=row["updated_at"],
    )


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


async def _receipts(ids: list[UUID]) -> dict[UUID, Earlier]:
    rows = await fetch(_RECEIPTS, ids) if ids else []
    return {row["id"]: Earlier(row["caller"], row["content"], row["item"]) for row in rows}


# A receipt of goods and an opening balance made their own ids, which no scan may take.
_RECEIPTS: Final = """
select id, caller, content, item from receipts where id = any($1::uuid[]) and kind = 'scan'
union all select id, '', '', item from movements
where id = any($1::uuid[]) and action in ('receive', 'open')
"""


def _places(readings: Sequence[Reading]) -> Iterator[Named]:
    for fields in (reading.fields for reading in readings if reading.fields is not None):
        named: tuple[tuple[PlaceKind, str | None], ...]
        named = (("depot", fields.depot), ("van", fields.van), ("bay", fields.bay))
        yield from (Named(kind, text) for kind, text in named if text)


async def _read_people(bench: Bench, readings: Sequence[Reading], caller: Caller) -> None:
    people = [r.fields.person for r in readings if r.fields is not None and r.fields.person]
    if people:
        anyone = bool(caller.roles & _NAMES_ANYONE)
        rows = await fetch(_PEOPLE, list(set(people)), anyone, list(caller.partners))
        bench.funders = {row["id"]: row["funder"] for row in rows}


_PEOPLE: Final = """
select id, funder from people where id = any($1::uuid[]) and ($2 or funder = any($3))
"""


async def _read_money(bench: Bench, readings: Sequence[Reading], caller: Caller) -> None:
    rows = await fetch("select ods, succeeded_by, succeeded_on from partners")
    anyone = bool(caller.roles & _NAMES_ANYONE)
    bench.partners = {row["ods"] for row in rows if anyone or row["ods"] in caller.partners}
    bench.succession = {
        row["ods"]: (row["succeeded_by"], row["succeeded_on"])
        for row in rows
        if row["succeeded_by"] is not None
    }
    actions = {reading.action for reading in readings}
    if "deliver" in actions:
        bench.terms = await terms_of(item.sku for item in bench.items.values())
    if actions & {"clean", "repair"}:
        bench.tariffs = await _tariffs(readings)


async def _tariffs(readings: Sequence[Reading]) -> dict[str, dict[str, int]]:
    days = {london_day(r.fields.occurred_at) for r in readings if r.fields is not None}
    rows = await fetch(
        "select year, tariff from budget_years where year = any($1)", list({*map(year_of, days)})
    )
    return {row["year"]: msgspec.json.decode(row["tariff"]) for row in rows}


async def _read_loans(bench: Bench) -> None:
    """The loans in hand, also those that an undo may bring back, and what they counted."""
    standings = [item.standing for item in bench.items.values()]
    standings += [past.standing for pasts in bench.past.values() for past in pasts]
    loans = list({standing.loan for standing in standings if standing.loan})
    if not loans:
        return
    for row in await fetch(_LOANS, loans):
        bench.loans[row["id"]] = Charged(row["charged_pence"], row["credit_percent"])
    for row in await fetch(_COUNTED, loans):
        tally = Tally(**{name: row[name] for name in TALLY_COLUMNS})
        (bench.waiting if tally.kind == "waiting" else bench.reused)[tally.loan] = tally


_LOANS: Final = "select id, charged_pence, credit_percent from loans where id = any($1::uuid[])"
# Oldest first, so that the newest end or decision of a loan is the one that stays in hand. What
# an undo gives back stands on the day it was taken, not on that of the end: it is passed over.
_COUNTED: Final = f"""
select {", ".join(f"t.{name}" for name in TALLY_COLUMNS)}
from tallies t join movements m on m.id = t.movement and m.action <> 'undo'
where t.loan = any($1::uuid[]) and t.kind in ('waiting', 'reused') and t.units > 0 order by t.seq
"""  # noqa: S608 - column names from code


async def _read_past(bench: Bench, readings: Sequence[Reading]) -> None:
    undone: dict[int, int] = {}
    for reading in readings:
        item = bench.item(reading.text) if reading.action == "undo" else None
        if item is not None:
            undone[item.id] = undone.get(item.id, 0) + 1
    if not undone:
        return
    # One more than could be undone: the one before shows what is restored.
    for row in await fetch(_PAST, list(undone), [count + 1 for count in undone.values()]):
        standing = standing_after(row)
        past = Past(row["id"], row["action"], row["actor"], row["recorded_at"], standing)
        bench.past.setdefault(row["item"], []).insert(0, past)
    await _read_effects(bench)


_PAST: Final = f"""
select m.item, m.id, m.action, m.actor, m.recorded_at, {_STANDING_SQL}
from unnest($1::bigint[], $2::int[]) as wanted(item_id, many)
cross join lateral (
    select * from movements m
    where m.item = wanted.item_id and m.action <> 'undo'
        and not exists (select from movements u where u.undoes = m.id)
    order by m.seq desc limit wanted.many
) m
order by m.item, m.seq desc
"""  # noqa: S608 - column names from code


async def _read_effects(bench: Bench) -> None:
    movements = [past.id for pasts in bench.past.values() for past in pasts]
    for row in await fetch(_LEGS, movements):
        leg = Leg(**{name: row[name] for name in LEG_COLUMNS})
        bench.legs.setdefault(leg.movement, []).append(leg)
    for row in await fetch(_TALLIES, movements):
        tally = Tally(**{name: row[name] for name in TALLY_COLUMNS})
        bench.tallies.setdefault(tally.movement, []).append(tally)


_LEGS: Final = (
    f"select {', '.join(LEG_COLUMNS)} from postings"  # noqa: S608 - column names from code
    " where movement = any($1::uuid[]) order by seq"
)
_TALLIES: Final = (
    f"select {', '.join(TALLY_COLUMNS)} from tallies"  # noqa: S608 - column names from code
    " where movement = any($1::uuid[]) order by seq"
)
