"""Takes in hand the items that a list of scans names, with all that the rules ask about them.

Either at a glance, without locking anything: what is decided on it counts only where nothing has
come between (equipment/journal.py). Or the items are locked first, in a statement of its own: what
is read after it sees what those before us in the queue for the same item have committed (design:
"A scan, in four files").
"""

from collections.abc import Iterable, Sequence
from typing import Final

from budget.database import fetch
from budget.ledger import COLUMNS as LEG_COLUMNS
from budget.ledger import Leg
from budget.tallies import COLUMNS as TALLY_COLUMNS
from budget.tallies import Tally
from equipment.blank_labels import blank_among
from equipment.hand import Hand, Past, keys_of, standing_after
from equipment.journal import STANDING
from equipment.known import Asked, read_known
from equipment.scan_form import Reading
from labels.identifiers import Designation, codes_in

_STANDING_SQL: Final = ", ".join(STANDING)


async def glance(readings: Sequence[Reading]) -> Hand:
    """What is needed to decide these scans, in one statement, with nothing locked.

    Only of items that are named by their own code or GIAI. Nothing of what an undo would need.
    """
    hand = Hand()
    designations = [reading.designation for reading in readings]
    codes, giais = _own_names(designations)
    await read_known(hand, readings, Asked(codes, giais))
    return hand


async def take_in_hand(readings: Sequence[Reading]) -> Hand:
    """Lock the items that the scans name, in the order of their codes, and read what is needed."""
    hand = Hand()
    await _lock_named(hand, [reading.designation for reading in readings])
    await _read_past(hand, readings)
    standings = [past.standing for pasts in hand.past.values() for past in pasts]
    ids = set(hand.by_key.values())
    await read_known(hand, readings, Asked(ids=ids, past=standings))
    return hand


async def _lock_named(hand: Hand, designations: Sequence[Designation]) -> None:
    """Lock the items by the code and GIAI that they bear, and those that other labels mean.

    Few have other labels. Where one of ours turns out to be a further label, its item is locked
    after the others: two lists that meet so may wait for each other, and one of them tries again.
    """
    other = {each for each in designations if not (each.code or each.giai) and each.alias}
    hand.by_key = await _resolve_others(other)
    codes, giais = _own_names(designations)
    await _lock(hand, codes, giais, set(hand.by_key.values()))
    unknown = {each for each in designations if each not in other and not _is_known(hand, each)}
    if unknown:
        found = await _resolve_others(unknown)
        locked = set(hand.by_key.values())
        hand.by_key |= found
        await _lock(hand, set(), set(), set(found.values()) - locked)
        unknown = {each for each in unknown if not _is_known(hand, each)}
    hand.blanks = await blank_among(unknown)


def _own_names(designations: Iterable[Designation]) -> tuple[set[str], set[str]]:
    """The codes and the GIAIs among them."""
    named = list(designations)
    return {each.code for each in named if each.code}, {each.giai for each in named if each.giai}


def _is_known(hand: Hand, designation: Designation) -> bool:
    return any(key in hand.by_key for key in keys_of(designation))


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


async def _lock(hand: Hand, codes: set[str], giais: set[str], ids: set[int]) -> None:
    if not (codes or giais or ids):
        return
    ending = [*codes, *codes_in(giais)]
    for row in await fetch(_LOCK, ending, [*codes, *giais], list(ids)):
        for key in (f"code {row['code']}", f"giai {row['giai']}"):
            hand.by_key[key] = row["id"]


# Nothing but the row itself says whether it is meant: PostgreSQL looks again at each row that it
# had to wait for, and what a subquery had said of it would be lost by then.
_LOCK: Final = """
select id, code, giai from items
where code = any($1) and (code = any($2) or giai = any($2)) or id = any($3::bigint[])
order by code for update
"""


async def _read_past(hand: Hand, readings: Sequence[Reading]) -> None:
    undone: dict[int, int] = {}
    for reading in readings:
        keys = keys_of(reading.designation) if reading.action == "undo" else ()
        item = next((hand.by_key[key] for key in keys if key in hand.by_key), None)
        if item is not None:
            undone[item] = undone.get(item, 0) + 1
    if not undone:
        return
    # One more than could be undone: the one before shows what is restored.
    for row in await fetch(_PAST, list(undone), [count + 1 for count in undone.values()]):
        standing = standing_after(row)
        past = Past(
            row["id"],
            row["action"],
            row["actor"],
            row["recorded_at"],
            standing,
            by_recall=row["by_recall"],
        )
        hand.past.setdefault(row["item"], []).insert(0, past)
    await _read_effects(hand)


# Nobody but a recall holds or releases anything without a scan.
_PAST: Final = f"""
select m.item, m.id, m.action, m.actor, m.recorded_at, {_STANDING_SQL},
    m.action in ('hold', 'release') and exists (select from receipts r
        where r.id = m.id and r.kind = 'scan' and r.content = '') as by_recall
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
