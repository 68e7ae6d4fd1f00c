"""Codes: each is given once, also where the database was put back to what it was (ADR 8).

A code is a number, written in an order that only this service's key knows (labels/code.py).
Numbers come from stretches, which do not overlap. Each incarnation of the database has stretches
of its own, begun at random: what was put back from a copy is another incarnation than the one
that went on after the copy was made, and so it draws from elsewhere.
"""

import secrets
from datetime import datetime
from typing import Final

from budget.database import execute, fetch, fetch_one
from labels.code import CODES, code_of

STRETCH: Final = 923_521
"""31 to the 4th: how many numbers an incarnation sets aside at a time."""

_LENGTHS: Final = (STRETCH, 29_791, 961)
"""Shorter ones, once the long ones no longer find a place."""
_TRIES: Final = 64
_AT_ONCE: Final = 10_000
_LOCK: Final = 0x434F_4445  # "CODE": one transaction begins a stretch at a time.


async def fresh_codes(count: int, now: datetime) -> list[str]:
    """Codes that were never given before, in the order in which they were drawn.

    Within the caller's transaction. What is drawn and not used is never drawn again.
    """
    key = await _key()
    codes: list[str] = []
    while len(codes) < count:
        numbers = await _drawn(min(count - len(codes), _AT_ONCE))
        if not numbers:
            await _begin_stretch(now)
        codes += await _unknown([code_of(number, key) for number in numbers])
    return codes


async def company_prefix() -> str:
    """The GS1 company prefix that was fixed at first start."""
    row = await fetch_one("select value from settings where name = 'gcp'")
    assert row is not None, "fix_company_prefix() comes first"
    return str(row["value"])


async def _drawn(count: int) -> list[int]:
    """As many numbers as the newest stretch still has; none where it is another incarnation's."""
    return [row["number"] for row in await fetch(_DRAW, count)]


# What PostgreSQL is at this moment: another server, another start of it, another history
# (timeline), another database or another table of stretches is another incarnation.
_INCARNATION: Final = """
select concat_ws('/', (select system_identifier from pg_control_system()),
    left(pg_walfile_name(pg_current_wal_lsn()), 8),
    extract(epoch from pg_postmaster_start_time()),
    (select oid from pg_database where datname = current_database()),
    pg_relation_filenode('code_stretches'))
"""
_NEWEST: Final = "select * from code_stretches order by first desc limit 1"
_DRAW: Final = f"""
select s.start + n - s.first as number
from ({_NEWEST}) s, lateral (
    select nextval('code_numbers') as n from generate_series(1, $1::int)
    where s.incarnation = ({_INCARNATION})
) drawn
where n - s.first < s.length
order by n
"""  # noqa: S608 - our own statements


async def _begin_stretch(now: datetime) -> None:
    """Begin one, unless somebody else did while this transaction waited for its turn."""
    # In a statement of its own: the next one must see what was committed in the meantime.
    await execute("select pg_advisory_xact_lock($1)", _LOCK)
    if await fetch_one(_HAS_ROOM) is not None:
        return
    for length in _LENGTHS:
        starts = [secrets.randbelow(CODES - length) for _ in range(_TRIES)]
        if await fetch_one(_BEGIN, starts, length, now) is not None:
            return
    raise RuntimeError("there is no stretch of codes left")


_HAS_ROOM: Final = f"""
select from ({_NEWEST}) s, code_numbers n
where s.incarnation = ({_INCARNATION}) and n.last_value - s.first < s.length - 1
"""
_BEGIN: Final = f"""
insert into code_stretches (first, start, length, incarnation, begun_at)
select nextval('code_numbers'), start, $2, ({_INCARNATION}), $3
from unnest($1::bigint[]) with ordinality as tried (start, place)
where not exists (select from code_stretches s
    where s.start < tried.start + $2 and tried.start < s.start + s.length)
order by place limit 1
returning first
"""  # noqa: S608 - our own statements


async def _key() -> bytes:
    row = await fetch_one("select value from settings where name = 'code_key'")
    assert row is not None, "the migrations make it"
    return bytes.fromhex(row["value"])


async def _unknown(codes: list[str]) -> list[str]:
    """Those that nothing has: codes of before there were stretches were drawn from everywhere."""
    rows = await fetch(_KNOWN, codes) if codes else []
    known = {row["code"] for row in rows}
    return [code for code in codes if code not in known]


_KNOWN: Final = """
select code from items where code = any($1)
union all select code from blank_labels where code = any($1)
union all select key from item_aliases where key = any($1)
"""
