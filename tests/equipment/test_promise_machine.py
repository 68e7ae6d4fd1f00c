"""Whatever is ordered, changed, called off, handed out and brought back, in whatever order.

No item is promised twice, each waiting line is served by due day, nothing waits for what stands
on a shelf, and what satellites lack is asked for once.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, given, note, settings

from budget import pool
from budget.database import fetch, transaction
from budget.refusals import Refusal
from equipment.orders.satellites import top_up
from equipment.people.visibility import EVERYONE
from scripts.verifying.catalogue import CATALOGUE_INVARIANTS, SHORT
from scripts.verifying.invariant import Invariant
from scripts.verifying.orders import ORDER_INVARIANTS, WAITS_IN_VAIN
from tests.equipment.promise_world import STEPS, Step, World, new_world
from tests.equipment.store import NOW, check_invariants

MANY: Final = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MANY
@given(steps=STEPS)
async def test_stock_is_promised_once_whatever_happens(database: str, steps: list[Step]) -> None:
    """After every step all that always holds of orders holds."""
    world = await new_world(database)
    for step in steps:
        before = await _lines()
        note(str(step))
        try:
            await world.do(step)
        except Refusal as refusal:
            note(f"    {refusal.slug}")
        await _check(before, world)
    await check_invariants()


async def _check(before: Mapping[UUID, asyncpg.Record], world: World) -> None:
    await _hold(ORDER_INVARIANTS, WAITS_IN_VAIN)
    _check_turns(before, await _lines(), world.by_hand)
    await top_up(NOW)
    await _hold(CATALOGUE_INVARIANTS, SHORT)
    budget = await pool.standing("2018-19", None)
    [row] = await fetch("select coalesce(sum(pence), 0)::bigint as pence from commitments")
    assert budget.pool.committed_pence == row["pence"]
    assert row["pence"] == sum(partner.committed_pence for partner in budget.partners)


async def _hold(invariants: Sequence[Invariant], nothing: str) -> None:
    """See that nothing is against them; at one look, as there are hundreds."""
    async with transaction(viewer=EVERYONE):
        for invariant in invariants:
            assert await fetch(invariant.query) == [], invariant.name
        assert await fetch(nothing) == []


def _check_turns(
    before: Mapping[UUID, asyncpg.Record],
    after: Mapping[UUID, asyncpg.Record],
    by_hand: UUID | None,
) -> None:
    """See that nobody was served while somebody waits on whose turn came before theirs."""
    waiting: dict[str, asyncpg.Record] = {}
    # In their turn, by the days that are theirs now.
    for line in after.values():
        first = waiting.get(line["sku"])
        served = line["promised"] > _promised(before, line) and line["id"] != by_hand
        assert not (served and first), (first, line)
        if line["room"] and _waited_on(before, line):
            waiting.setdefault(line["sku"], line)


def _promised(before: Mapping[UUID, asyncpg.Record], line: asyncpg.Record) -> int:
    """How many it had; an undo gives back what was delivered, whoever waits."""
    was = before.get(line["id"])
    return 0 if was is None else was["promised"] + max(0, was["delivered"] - line["delivered"])


def _waited_on(before: Mapping[UUID, asyncpg.Record], line: asyncpg.Record) -> bool:
    """Whether it waited before, too, and nothing was taken from it: that goes to somebody else."""
    was = before.get(line["id"])
    return was is not None and was["room"] > 0 and line["promised"] >= was["promised"]


async def _lines() -> dict[UUID, asyncpg.Record]:
    """All lines in their turn; `room` is what they wait for."""
    rows = await fetch("""
        select id, sku, promised, delivered, due_on,
            case when wanted then quantity - promised - delivered else 0 end as room
        from order_lines order by due_on, seq""")
    return {row["id"]: row for row in rows}
