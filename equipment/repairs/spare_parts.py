"""The list of spare parts: what things are mended with, and what it costs today."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import containing, narrowed
from budget.refusals import Fault, Missing, Wrong
from budget.wording import code_faults, one_line, sought, text_faults
from equipment.repairs.job_form import NAME_MAX, JobPart, Pence, UsedPart, Words, part_faults
from equipment.staff.roles import Caller, check_may

CODE_MAX: Final = 40
_LIST_MAX: Final = 200


class NewSparePart(msgspec.Struct, frozen=True):
    """A spare part: its name, its price today, and whether it is still used."""

    name: Words
    price_pence: Pence
    in_use: bool = True


class Spare(msgspec.Struct, frozen=True):
    """A spare part as it stands."""

    code: str
    name: str
    price_pence: int
    in_use: bool


async def set_part(caller: Caller, code: str, new: NewSparePart) -> Spare:
    """Put a part on the list, or change it; jobs keep the price of their day. Wrong as usual."""
    check_may(caller, "change standing data")
    name = one_line(new.name)
    faults = [*code_faults("code", code, CODE_MAX), *text_faults("name", name, NAME_MAX)]
    if faults:
        raise Wrong(faults)
    made = Spare(code, name, new.price_pence, new.in_use)
    async with transaction():
        known = await fetch_one(_SHOWN + " where code = $1 for update", code)
        if known is None or Spare(**dict(known)) != made:
            await execute(_SET, code, name, new.price_pence, new.in_use)
            await record(caller.username, "spare part set", code, made)
    return made


_SHOWN: Final = "select code, name, price_pence, in_use from spare_parts"
_SET: Final = """
insert into spare_parts (code, name, price_pence, in_use) values ($1, $2, $3, $4)
on conflict (code) do update set name = excluded.name, price_pence = excluded.price_pence,
    in_use = excluded.in_use
"""


async def find(caller: Caller, code: str) -> Spare:
    """One spare part, or Missing."""
    check_may(caller, "read repairs")
    row = await fetch_one(_SHOWN + " where code = $1", sought(code))
    if row is None:
        raise Missing("spare-part-not-found", "There is no such spare part.")
    return Spare(**dict(row))


async def listed(
    caller: Caller, q: str, *, after: str, limit: int, in_use: bool | None = None
) -> list[Spare]:
    """Spare parts whose code or name contains `q`, after a code, by code."""
    check_may(caller, "read repairs")
    conditions = {
        "code > {}": sought(after) or None,
        "(code ilike {0} or name ilike {0})": containing(q),
        "in_use = {}": in_use,
    }
    sql, values = narrowed(_SHOWN + " where {where} order by code limit $1", conditions, limit)
    return [Spare(**dict(row)) for row in await fetch(sql, *values)]


async def choosable(caller: Caller) -> list[Spare]:
    """Those that a form offers."""
    return await listed(caller, "", after="", limit=_LIST_MAX, in_use=True)


async def priced(parts: list[UsedPart], *, in_warranty: bool) -> list[JobPart]:
    """The parts at today's prices, or at those that are said; Wrong where a field is.

    In warranty they cost nothing.
    """
    faults = list(part_faults(parts))
    codes = [sought(each.part) for each in parts if each.part is not None]
    rows = await fetch(_SHOWN + " where code = any($1::varchar[])", codes) if codes else []
    known = {row["code"]: Spare(**dict(row)) for row in rows}
    for place, each in enumerate(parts):
        if each.part is not None and each.part not in known:
            faults.append(Fault(f"parts[{place}].part", "No spare part has this code."))
    if faults:
        raise Wrong(faults)
    return [_priced(each, known, in_warranty) for each in parts]


def _priced(each: UsedPart, known: Mapping[str, Spare], in_warranty: bool) -> JobPart:  # noqa: FBT001 - private
    spare = known[each.part] if each.part is not None else None
    price = each.price_pence
    if price is None:
        assert spare is not None
        price = spare.price_pence
    name = spare.name if spare is not None else one_line(each.name or "")
    cost = 0 if in_warranty else each.quantity * price
    return JobPart(each.part, name, each.quantity, price, cost)


def total_pence(parts: Sequence[JobPart]) -> int:
    """What was paid for them."""
    return sum(each.cost_pence for each in parts)
