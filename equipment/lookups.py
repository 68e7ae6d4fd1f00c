"""Takes in hand the items that a list of scans names, with all that the rules ask about them.

Two statements, whatever the length of the list. The items are locked first, in a statement of
their own: what is read after it sees what those before us in the queue for the same item have
committed (design: "A scan, in four files").
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one
from budget.ledger import COLUMNS as LEG_COLUMNS
from budget.ledger import Leg
from budget.tallies import COLUMNS as TALLY_COLUMNS
from budget.tallies import Tally
from budget.years import london_day, year_of
from equipment.blank_labels import blank_among
from equipment.hand import (
    Charged,
    Earlier,
    Hand,
    InHand,
    Past,
    standing_after,
)
from equipment.journal import STANDING
from equipment.scan_form import Reading
from equipment.standing import Kind, Phase, Standing
from equipment.terms import Terms
from equipment.whereabouts import PLACES, Named, Place, keys_of, whereabouts
from labels.identifiers import Designation
from labels.places import PlaceKind

_STANDING_SQL: Final = ", ".join(STANDING)
_TARIFFED: Final = frozenset({"clean", "repair"})
# What a loan in these phases counted may be taken back by what comes next.
_COUNTED_AS: Final = {Phase.ENDED: "waiting", Phase.REUSED: "reused"}


async def take_in_hand(readings: Sequence[Reading], *, wait: bool = True) -> Hand:
    """Lock the items that the scans name, in the order of their codes, and read what is needed.

    Without `wait` only what is to be had at once: not what somebody else has in hand, nor what is
    named by a label of another kind.
    """
    hand = Hand()
    await _lock_named(hand, [reading.designation for reading in readings], wait=wait)
    await _read_past(hand, readings)
    await _read_known(hand, readings)
    return hand


async def _lock_named(hand: Hand, designations: Sequence[Designation], *, wait: bool) -> None:
    """Lock the items by the code and GIAI that they bear, and those that other labels mean.

    Few have other labels. Where one of ours turns out to be a further label, its item is locked
    after the others: two lists that meet so may wait for each other, and one of them tries again.
    """
    other = {each for each in designations if not (each.code or each.giai) and each.alias}
    hand.by_key = await _resolve_others(other) if wait else {}
    codes = {each.code for each in designations if each.code}
    giais = {each.giai for each in designations if each.giai}
    await _lock(hand, codes, giais, set(hand.by_key.values()), wait=wait)
    if not wait:
        return
    unknown = {each for each in designations if each not in other and hand.item(each) is None}
    if unknown:
        found = await _resolve_others(unknown)
        hand.by_key |= found
        await _lock(hand, set(), set(), set(found.values()) - hand.items.keys(), wait=True)
        unknown = {each for each in unknown if hand.item(each) is None}
    hand.blanks = await blank_among(unknown)


async def _resolve_others(designations: Iterable[Designation]) -> dict[str, int]:
    """The items that further labels, and labels of earlier systems, mean."""
    named = list(designations)
    if not named:
        return {}
    codes, giais, aliases = (
        [getattr(each, name) or "" for each in named] for name in ("code", "giai", "alias")
    )
    rows = await fetch(_RESOLVE_OTHERS, codes, giais, aliases)
    return {row["key"]: row["item"] for row in rows}


_RESOLVE_OTHERS: Final = """
select 'code ' || code as key, item from item_labels where code = any($1)
union all select 'giai ' || giai, item from item_labels where giai = any($2)
union all select 'alias ' || key, item from item_aliases where key = any($3)
"""


async def _lock(hand: Hand, codes: set[str], giais: set[str], ids: set[int], *, wait: bool) -> None:
    if not (codes or giais or ids):
        return
    sql = _LOCK if wait else _LOCK_FREE
    row = await fetch_one(sql, list(codes), list(giais), list(ids))
    assert row is not None
    for locked in _LOCKED_FROM.decode(row["locked"]):
        item = _in_hand(locked)
        hand.items[item.id] = item
        hand.by_key[f"code {item.code}"] = hand.by_key[f"giai {item.giai}"] = item.id


class _Locked(Standing, frozen=True, kw_only=True):
    """An item with its product, as the statement that locks it tells."""

    id: int
    code: str
    giai: str
    sku: str
    owner: str
    received_on: date | None
    updated_at: datetime
    category: str
    reuse: str
    pat: bool
    loler_months: int | None
    service_months: int | None


_LOCKED_FROM: Final = msgspec.json.Decoder(list[_Locked])
# Nothing but the row itself says whether it is meant: PostgreSQL looks again at each row that it
# had to wait for, and what a subquery had said of it would be lost by then.
_LOCKING: Final = f"""
with locked as materialized (
    select i.id, i.code, i.giai, i.sku, i.owner, i.received_on, i.updated_at,
        {", ".join(f"i.{name}" for name in STANDING)},
        p.category, p.reuse, p.pat, p.loler_months, p.service_months
    from items i join products p on p.sku = i.sku
    where i.code = any($1) or i.giai = any($2) or i.id = any($3::bigint[])
    order by i.code for update of i{{skip}}
)
select coalesce(json_agg(locked), '[]')::text as locked from locked
"""  # noqa: S608 - column names from code
_LOCK: Final = _LOCKING.format(skip="")
_LOCK_FREE: Final = _LOCKING.format(skip=" skip locked")


def _in_hand(locked: _Locked) -> InHand:
    return InHand(
        id=locked.id,
        code=locked.code,
        giai=locked.giai,
        sku=locked.sku,
        category=locked.category,
        kind=Kind(
            reuse=locked.reuse,
            pat=locked.pat,
            loler_months=locked.loler_months,
            service_months=locked.service_months,
            pool_owned=locked.owner == "pool",
            received_on=locked.received_on,
        ),
        standing=Standing(*(getattr(locked, name) for name in STANDING)),
        updated_at=locked.updated_at,
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


class _Known(msgspec.Struct, frozen=True):
    """What one statement says of everything that the scans name."""

    receipts: list[_Receipt]
    loans: list[_Loan]
    counted: list[Tally]
    places: list[Place]
    people: list[_Person]
    partners: list[_Partner]
    terms: list[_ProductTerms]
    tariffs: list[_Tariff]


_KNOWN_FROM: Final = msgspec.json.Decoder(_Known)


async def _read_known(hand: Hand, readings: Sequence[Reading]) -> None:
    standings = [item.standing for item in hand.items.values()]
    standings += [past.standing for pasts in hand.past.values() for past in pasts]
    counted = {
        (standing.loan, standing.phase_at, _COUNTED_AS[standing.loan_phase])
        for standing in standings
        if standing.loan_phase in _COUNTED_AS
    }
    fields = [reading.fields for reading in readings if reading.fields is not None]
    actions = {reading.action for reading in readings}
    named = set(_places(readings))
    days = {london_day(each.occurred_at) for each in fields} if actions & _TARIFFED else set()
    times = [at for _, at, _ in counted if at is not None]
    row = await fetch_one(
        _KNOWN,
        [reading.id for reading in readings if reading.id is not None],
        list({standing.loan for standing in standings if standing.loan is not None}),
        [loan for loan, _, _ in counted],
        [at for _, at, _ in counted],
        [kind for _, _, kind in counted],
        keys_of(named),
        list({each.person for each in fields if each.person is not None}),
        list({item.sku for item in hand.items.values()}) if "deliver" in actions else [],
        list(set(map(year_of, days))),
        min(times, default=None),
        max(times, default=None),
    )
    assert row is not None
    known = _KNOWN_FROM.decode(row["known"])
    hand.receipts = {r.id: Earlier(r.caller, r.content, r.item) for r in known.receipts}
    hand.loans = {loan.id: Charged(loan.charged_pence, loan.credit_percent) for loan in known.loans}
    for tally in known.counted:
        (hand.waiting if tally.kind == "waiting" else hand.reused)[tally.loan] = tally
    hand.places = whereabouts(named, known.places)
    hand.funders = {person.id: person.funder for person in known.people}
    hand.partners = {partner.ods for partner in known.partners}
    hand.succession = {
        partner.ods: (partner.succeeded_by, partner.succeeded_on)
        for partner in known.partners
        if partner.succeeded_by is not None and partner.succeeded_on is not None
    }
    for terms in known.terms:
        hand.terms.setdefault(terms.sku, []).append(terms)
    hand.tariffs = {
        each.year: {name: rate for name, rate in each.tariff.items() if isinstance(rate, int)}
        for each in known.tariffs
    }


def _places(readings: Sequence[Reading]) -> Iterator[Named]:
    for fields in (reading.fields for reading in readings if reading.fields is not None):
        named: tuple[tuple[PlaceKind, str | None], ...]
        named = (("depot", fields.depot), ("van", fields.van), ("bay", fields.bay))
        yield from (Named(kind, text) for kind, text in named if text)


# What a loan's end or decision counted was recorded when its phase was. What an undo of the same
# moment gave back is passed over, which a decision taken back tells: it stands on the day it was
# taken, not on that of the end. The bounds spare PostgreSQL the months in which none was recorded.
_ASKED: Final = {
    "receipts": """
        select r.* from unnest($1::uuid[]) as sent (id) cross join lateral (
            select id, caller, encode(content, 'hex') as content, item from receipts
            where id = sent.id and kind = 'scan' limit 1
        ) r
        """,
    "loans": "select id, charged_pence, credit_percent from loans where id = any($2::uuid[])",
    "counted": f"""
        select {", ".join(f"t.{name}" for name in TALLY_COLUMNS)}
        from unnest($3::uuid[], $4::timestamptz[], $5::varchar[]) as ended (loan, at, kind)
        cross join lateral (
            select * from tallies t
            where t.loan = ended.loan and t.recorded_at = ended.at and t.kind = ended.kind
                and t.recorded_at between $10 and $11 and t.units > 0 and not exists (
                    select from tallies u where u.loan = ended.loan and u.recorded_at = ended.at
                        and u.recorded_at between $10 and $11 and u.movement = t.movement
                        and u.kind in ('reused', 'scrapped') and u.units < 0)
            order by t.seq desc limit 1
        ) t
        """,  # noqa: S608 - column names from code
    "places": PLACES.format(keys="$6::varchar[]"),
    "people": "select id, funder from people where id = any($7::uuid[])",
    "partners": "select ods, succeeded_by, succeeded_on from partners",
    "terms": """
        select sku, from_on, price_pence, credit_percent from product_terms
        where sku = any($8::varchar[]) order by sku, from_on
        """,
    "tariffs": "select year, tariff from budget_years where year = any($9::varchar[])",
}
_LISTS: Final = ", ".join(
    f"'{name}', (select coalesce(json_agg(each), '[]') from ({query}) each)"  # noqa: S608 - our own
    for name, query in _ASKED.items()
)
_KNOWN: Final = f"select json_build_object({_LISTS})::text as known"


async def _read_past(hand: Hand, readings: Sequence[Reading]) -> None:
    undone: dict[int, int] = {}
    for reading in readings:
        item = hand.item(reading.designation) if reading.action == "undo" else None
        if item is not None:
            undone[item.id] = undone.get(item.id, 0) + 1
    if not undone:
        return
    # One more than could be undone: the one before shows what is restored.
    for row in await fetch(_PAST, list(undone), [count + 1 for count in undone.values()]):
        standing = standing_after(row)
        past = Past(row["id"], row["action"], row["actor"], row["recorded_at"], standing)
        hand.past.setdefault(row["item"], []).insert(0, past)
    await _read_effects(hand)


_PAST: Final = f"""
select m.item, m.id, m.action, m.actor, m.recorded_at, {_STANDING_SQL}
from unnest($1::bigint[], $2::int[]) as wanted(item_id, many)
cross join lateral (
    select * from movements m
    where m.item = wanted.item_id and m.action <> 'undo'
        and not exists (select from receipts r where r.id = m.id and r.kind = 'undo')
    order by m.seq desc limit wanted.many
) m
order by m.item, m.seq desc
"""  # noqa: S608 - column names from code


async def _read_effects(hand: Hand) -> None:
    pasts = [past for each in hand.past.values() for past in each]
    ids, times = [past.id for past in pasts], [past.recorded_at for past in pasts]
    if not pasts:
        return
    for row in await fetch(_LEGS, ids, min(times), max(times)):
        leg = Leg(**{name: row[name] for name in LEG_COLUMNS})
        hand.legs.setdefault(leg.movement, []).append(leg)
    for row in await fetch(_TALLIES, ids, min(times), max(times)):
        tally = Tally(**{name: row[name] for name in TALLY_COLUMNS})
        hand.tallies.setdefault(tally.movement, []).append(tally)


# The bounds spare PostgreSQL the months in which none of them was recorded.
_LEGS: Final = f"""
select {", ".join(LEG_COLUMNS)} from postings
where movement = any($1::uuid[]) and recorded_at between $2 and $3 order by seq
"""  # noqa: S608 - column names from code
_TALLIES: Final = f"""
select {", ".join(TALLY_COLUMNS)} from tallies
where movement = any($1::uuid[]) and recorded_at between $2 and $3 order by seq
"""  # noqa: S608 - column names from code
