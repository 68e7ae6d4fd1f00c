"""Bays: parts of a depot with a label of their own, for what is clean, dirty or set apart."""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import code_faults, one_line, sought, text_faults
from equipment.places import LONGEST_CODE, LONGEST_NAME, Code
from equipment.staff.roles import Caller, check_may
from equipment.whereabouts import Named, read_whereabouts

BayKind: TypeAlias = Literal["clean", "dirty", "quarantine"]


class Bay(msgspec.Struct, frozen=True):
    """A bay and the depot that it is in; its code is no other bay's of any depot."""

    code: Code
    depot: Code
    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    kind: BayKind


async def mark_out(caller: Caller, bay: Bay) -> Bay:
    """Add a bay; Refused `exists` where its code is taken, Wrong where a field is."""
    check_may(caller, "change standing data")
    name = one_line(bay.name)
    if faults := list(_faults(bay, name)):
        raise Wrong(faults)
    try:
        async with transaction():
            row = await fetch_one(_MARK_OUT, bay.code, bay.depot, name, bay.kind)
            if row is None:
                raise Refused("exists", f"There is already a bay with the code {bay.code}.")
            marked = Bay(*row)
            await record(caller.username, "bay marked out", marked.code, marked)
    except asyncpg.ForeignKeyViolationError as unknown:
        raise Wrong([Fault("depot", "There is no such depot.")]) from unknown
    return marked


_MARK_OUT = """
insert into bays (code, depot, name, kind) values ($1, $2, $3, $4)
on conflict (code) do nothing
returning code, depot, name, kind
"""


async def bays(caller: Caller, after: str, limit: int) -> list[Bay]:
    """The bays after a code, in the order of their codes."""
    check_may(caller, "read standing data")
    return [Bay(*row) for row in await fetch(_BAYS, sought(after), limit)]


_BAYS = "select code, depot, name, kind from bays where code > $1 order by code limit $2"


async def bay_named(caller: Caller, text: str) -> Bay:
    """The bay that a code means, or what a scanner read from its label; Missing where none is."""
    check_may(caller, "read standing data")
    code = (await read_whereabouts([Named("bay", text)])).code("bay", text)
    row = None if code is None else await fetch_one(_BAY, code)
    if row is None:
        raise Missing("unknown-bay", f"There is no bay “{text}”.")
    return Bay(*row)


_BAY = "select code, depot, name, kind from bays where code = $1"


def _faults(bay: Bay, name: str) -> Iterator[Fault]:
    yield from code_faults("code", bay.code, LONGEST_CODE)
    yield from code_faults("depot", bay.depot, LONGEST_CODE)
    yield from text_faults("name", name, LONGEST_NAME)
