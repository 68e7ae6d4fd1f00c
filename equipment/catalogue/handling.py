"""How a crew handles a product at home: what it checks, what must come back, what it hands over."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Wrong
from budget.wording import one_line, sought, text_faults
from equipment.staff.roles import Caller, check_may

LINE_MAX: Final = 200
CHECKS_MAX: Final = 30
PARTS_MAX: Final = 50
INSTRUCTIONS_MAX: Final = 2_000

Line: TypeAlias = Annotated[str, Meta(max_length=LINE_MAX)]


class Handling(msgspec.Struct, frozen=True):
    """What is checked once it is set up, its parts, and what the person is told; all optional."""

    checklist: Annotated[list[Line], Meta(max_length=CHECKS_MAX)] = []
    parts: Annotated[list[Line], Meta(max_length=PARTS_MAX)] = []
    instructions: Annotated[str, Meta(max_length=INSTRUCTIONS_MAX)] | None = None


async def set_handling(caller: Caller, sku: str, told: Handling) -> Handling:
    """Say how a product is handled, in place of what was said before; the same changes nothing.

    Missing where there is no such product, Wrong where a field is.
    """
    check_may(caller, "change standing data")
    told = Handling(
        checklist=[one_line(each) for each in told.checklist],
        parts=[one_line(each) for each in told.parts],
        instructions=(told.instructions or "").strip() or None,
    )
    if faults := list(_faults(told)):
        raise Wrong(faults)
    async with transaction():
        row = await fetch_one(_SET, sought(sku), told.checklist, told.parts, told.instructions)
        if row is None:
            raise Missing("product-not-found", "There is no such product.")
        if row["changed"]:
            await record(caller.username, "handling set", sku, told)
    return told


_SET: Final = """
with product as (select sku from products where sku = $1), told as (
    insert into product_handling as old (sku, checklist, parts, instructions)
    select sku, $2::varchar[], $3::varchar[], $4 from product
    on conflict (sku) do update set checklist = excluded.checklist, parts = excluded.parts,
        instructions = excluded.instructions
    where (old.checklist, old.parts, old.instructions) is distinct from
        (excluded.checklist, excluded.parts, excluded.instructions)
    returning sku
)
select exists (select from told) as changed from product
"""


def _faults(told: Handling) -> Iterator[Fault]:
    for name, lines, most in (
        ("checklist", told.checklist, CHECKS_MAX),
        ("parts", told.parts, PARTS_MAX),
    ):
        if len(lines) > most:
            yield Fault(name, f"Write at most {most} lines.")
        for line in lines[:most]:
            yield from text_faults(name, line, LINE_MAX)
    yield from text_faults("instructions", told.instructions, INSTRUCTIONS_MAX)


async def handling_of(skus: Iterable[str]) -> dict[str, Handling]:
    """How products are handled, by their skus; those of which nothing is said are left out."""
    rows = await fetch(_OF, [sought(sku) for sku in skus])
    return {
        row["sku"]: Handling(row["checklist"], row["parts"], row["instructions"]) for row in rows
    }


_OF: Final = """
select sku, checklist, parts, instructions from product_handling where sku = any($1::varchar[])
"""
