"""Labels of which nobody knows whether they came out: a person looks, and says."""

from datetime import datetime
from typing import Final

import asyncpg

from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Missing, Refused
from budget.wording import sought
from equipment.printers.print_jobs import PrintLabel
from equipment.printers.printers import want
from equipment.printers.queue import end_job
from equipment.staff.roles import Caller, check_may

_LOST: Final = ("gone", "silent", "not_allowed")
"""A label that such a printer has in hand may be told of, too: it may never come back."""


async def answer(caller: Caller, label: int, *, came_out: bool, now: datetime) -> PrintLabel:
    """Say whether a label came out: if not, it is printed after all.

    The same answer again changes nothing. Raises Missing, Refused `label-not-in-doubt` where
    nobody asks, as it waits, came out or is on its way.
    """
    check_may(caller, "print labels")
    async with transaction():
        row = await fetch_one(_LABEL, label)
        if row is None:
            raise Missing("print-label-not-found", "There is no such label.")
        await execute("select from print_jobs where id = $1 for update", row["job"])
        # Read again: its sender may have settled it while this waited.
        row = await fetch_one(_LABEL, label)
        assert row is not None
        wanted = "printed" if came_out else "waiting"
        if _is_in_doubt(row):
            await _settle(caller, row, wanted, now)
        elif row["state"] != wanted or row["told_by"] != caller.username:
            words = "Nobody asks whether this label came out: look at how it is now."
            raise Refused("label-not-in-doubt", words)
        [shown] = await fetch(_SHOWN + " where n.id = $1", label)
    return _shown(shown)


def _is_in_doubt(row: asyncpg.Record) -> bool:
    in_hand = row["state"] in {"sending", "sent"}
    return row["state"] == "unsure" or (in_hand and row["printer_state"] in _LOST)


async def _settle(caller: Caller, row: asyncpg.Record, state: str, now: datetime) -> None:
    how = "it had come out" if state == "printed" else "it had not come out"
    why = f"Somebody looked: {how}."
    await execute(_SETTLE, row["id"], state, caller.username, why, now)
    await end_job(row["job"], now)
    if state == "waiting":
        await want([row["printer"]])


_LABEL: Final = """
select n.id, n.job, n.printer, n.state, n.told_by, s.state as printer_state
from print_labels n join printer_states s on s.printer = n.printer where n.id = $1
"""
_SETTLE: Final = """
update print_labels set state = $2::varchar, told_by = $3, why = $4, changed_at = $5,
    begun_at = case when $2 = 'waiting' then null else begun_at end,
    counted = case when $2 = 'waiting' then null else counted end
where id = $1
"""


async def listed(
    caller: Caller, printer: str | None, *, after: int = 0, limit: int = 50
) -> list[PrintLabel]:
    """The labels of which it is to be said whether they came out, oldest first."""
    check_may(caller, "print labels")
    place = sought(printer) if printer is not None else None
    sql, values = narrowed(_LISTED, {"n.id > {}": after, "n.printer = {}": place}, limit)
    return [_shown(row) for row in await fetch(sql, *values)]


_SHOWN: Final = """
select n.id, n.job, n.printer, n.code, n.state, n.changed_at, n.told_by, n.why
from print_labels n
"""
# Each half by an index of its own.
_LISTED: Final = f"""
select * from (
    ({_SHOWN} where {{where}} and n.state = 'unsure' order by n.id limit $1)
    union all
    ({_SHOWN} join printer_states s on s.printer = n.printer
        and s.state in ('gone', 'silent', 'not_allowed')
    where {{where}} and n.state in ('sending', 'sent') order by n.id limit $1)
) doubts
order by id limit $1
"""  # noqa: S608 - our own text


def _shown(row: asyncpg.Record) -> PrintLabel:
    return PrintLabel(**dict(row))
