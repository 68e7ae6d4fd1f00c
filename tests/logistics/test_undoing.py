"""What is undone was not done: its visit is to be made again, and nobody is charged for it."""

from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import httpx

from logistics.visits.catching_up import catch_up
from scripts.verifying.visits import VISIT_INVARIANTS
from tests.api.members import scan
from tests.filled import as_admin
from tests.logistics.calling import (
    activity,
    collection,
    on_loan,
    open_rounds,
    order,
    outcome,
    scanned,
    somebody,
    stock,
    told,
)

BEGINNING: Final = as_admin(open_rounds)


async def _undo(admin: httpx.AsyncClient, done: dict[str, Any]) -> None:
    await scanned(admin, scan(done["item"], "undo", movement=done["id"]))


async def broken(database: str) -> list[str]:
    """What scripts/verify would find of visits."""
    connection = await asyncpg.connect(database)
    try:
        found = [await connection.fetch(each.query) for each in VISIT_INVARIANTS]
    finally:
        await connection.close()
    return [row[0] for rows in found for row in rows]


async def _delivered(admin: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order and the scan that delivered it on its visit."""
    [code] = await stock(admin)
    placed = await order(admin, await somebody(admin))
    done = scan(code, "deliver", visit=placed["visit"])
    await scanned(admin, done)
    return placed, done


async def test_a_delivery_undone_takes_back_what_its_visit_was_charged(
    admin: httpx.AsyncClient, database: str
) -> None:
    """At once; the visit is open again, and delivered after all it is charged once more."""
    placed, done = await _delivered(admin)
    assert await activity(admin) == 4_100
    await _undo(admin, done)
    assert await activity(admin) == 0
    visit = await told(admin, f"visits/{placed['visit']}")
    assert (visit["status"], visit["lines"][0]["outcome"]) == ("open", None)
    assert visit["history"][-1]["kind"] == "undone"
    assert await broken(database) == []
    await scanned(admin, scan(done["item"], "deliver", visit=placed["visit"]))
    assert (await told(admin, f"visits/{placed['visit']}"))["status"] == "done"
    assert await activity(admin) == 4_100
    assert await broken(database) == []


async def test_an_undone_delivery_counts_in_no_figure(admin: httpx.AsyncClient) -> None:
    """Nor the visit on which it was made."""
    _, done = await _delivered(admin)
    await _undo(admin, done)
    report = await told(admin, "figures")
    failed = next(each for each in report["figures"] if each["name"] == "failed")
    assert failed["total"]["denominator"] == 0


async def test_what_the_crew_said_too_is_undone(admin: httpx.AsyncClient, database: str) -> None:
    """They can say again what came of it; said of nothing that was scanned, it stands."""
    placed, done = await _delivered(admin)
    await outcome(admin, placed["visit"])
    await _undo(admin, done)
    assert await activity(admin) == 0
    assert (await outcome(admin, placed["visit"]))["status"] == "done"
    await catch_up(datetime.now(UTC))
    assert (await told(admin, f"visits/{placed['visit']}"))["status"] == "done"
    assert await activity(admin) == 4_100
    assert await broken(database) == []


async def test_of_two_things_done_the_other_stays_charged(
    admin: httpx.AsyncClient, database: str
) -> None:
    """A delivery and a collection on one visit: the delivery alone is taken back."""
    person = await somebody(admin)
    hoist = await on_loan(admin, person, "HST01")
    [code] = await stock(admin)
    placed = await order(admin, person)
    visit = (await collection(admin, person, [hoist]))["id"]
    assert placed["visit"] in {visit, None}
    done = scan(code, "deliver", visit=visit)
    await scanned(admin, done, scan(hoist, "collect", van="V1", visit=visit))
    assert await activity(admin) == 6_100
    await _undo(admin, done)
    assert await activity(admin) == 2_000
    seen = await told(admin, f"visits/{visit}")
    outcomes = {line["kind"]: line["outcome"] for line in seen["lines"]}
    assert outcomes == {"delivery": None, "collection": "collected"}
    assert await broken(database) == []
    await scanned(admin, scan(code, "deliver", visit=visit))
    assert await activity(admin) == 6_100
    assert await broken(database) == []


async def test_a_collection_undone_is_to_be_made_again(
    admin: httpx.AsyncClient, database: str
) -> None:
    """Once, however often it is looked for."""
    person = await somebody(admin)
    code = await on_loan(admin, person)
    visit = (await collection(admin, person))["id"]
    done = scan(code, "collect", van="V1", visit=visit)
    await scanned(admin, done)
    await _undo(admin, done)
    for _ in range(3):
        await catch_up(datetime.now(UTC))
    seen = await told(admin, f"visits/{visit}")
    assert (seen["status"], seen["lines"][0]["outcome"]) == ("open", None)
    assert [event["kind"] for event in seen["history"]].count("undone") == 1
    assert await activity(admin) == 0
    assert await broken(database) == []
