"""What a recall has fetched is on one visit, as long as the recall wants it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from equipment.items import Viewer
from logistics.phones.pack_items import items_of
from logistics.visits.catching_up import catch_up
from tests.api.members import scan
from tests.equipment.standing_data import ADMINISTRATOR
from tests.filled import as_admin
from tests.logistics.calling import (
    ask,
    collection,
    on_loan,
    open_rounds,
    scanned,
    somebody,
    stock,
    told,
)

BEGINNING: Final = as_admin(open_rounds)


async def recalled(admin: httpx.AsyncClient, sku: str = "CMD01", action: str = "collect") -> str:
    """Open a recall of a product; its path."""
    told_of = {"reference": "FSN-1", "title": "Legs", "severity": "high", "action": action}
    body = {"id": str(uuid4()), "match": {"sku": sku}} | told_of
    await ask(admin, "recalls", body)
    return f"recalls/{body['id']}"


async def _lines(admin: httpx.AsyncClient, person: str) -> list[tuple[Any, ...]]:
    visits = (await told(admin, f"visits?person={person}"))["results"]
    return [
        (visit["status"], line["kind"], line["why"], line["items"])
        for visit in visits
        for line in visit["lines"]
    ]


async def test_what_is_lent_is_fetched_on_one_visit_with_all_else_there(
    admin: httpx.AsyncClient,
) -> None:
    """One line for each item, however often it is looked, and none for what is fetched anyway."""
    ada = await somebody(admin)
    hoist = await on_loan(admin, ada, "HST01")
    first, second = await on_loan(admin, ada), await on_loan(admin, ada)
    asked = await collection(admin, ada, [first, hoist])
    await recalled(admin)
    await catch_up(datetime.now(UTC))
    lines = await _lines(admin, ada)
    assert lines.count(("open", "collection", "recall", [second])) == 1
    assert [line[3] for line in lines if line[2] == "asked"] == [[first], [hoist]]
    assert len(lines) == 3
    visits = (await told(admin, f"visits?person={ada}"))["results"]
    assert asked["id"] in {visit["id"] for visit in visits}


async def test_a_recall_that_only_holds_sends_nobody(admin: httpx.AsyncClient) -> None:
    """Neither to fetch what is lent nor to mend it, though it is on hold."""
    ada = await somebody(admin)
    await on_loan(admin, ada)
    await recalled(admin, action="hold")
    assert await _lines(admin, ada) == []


async def test_what_a_recall_lets_go_is_not_fetched_any_more(admin: httpx.AsyncClient) -> None:
    """Cleared by itself, or with the recall's end; what is fetched for another reason is."""
    ada, bob = await somebody(admin), await somebody(admin)
    cleared, kept = await on_loan(admin, ada), await on_loan(admin, ada)
    bobs = await on_loan(admin, bob)
    path = await recalled(admin)
    assert len(await _lines(admin, ada)) == 2
    await ask(admin, f"{path}/items/{cleared}/clear", {"reason": "Checked at home"})
    open_lines = [line for line in await _lines(admin, ada) if line[0] == "open"]
    assert {line[3][0] for line in open_lines} == {cleared, kept}
    [visit] = (await told(admin, f"visits?person={ada}"))["results"]
    outcomes = {line["items"][0]: line["outcome"] for line in visit["lines"]}
    assert outcomes == {cleared: "cancelled", kept: None}
    await ask(admin, f"{path}/close", {"reason": "Withdrawn"})
    assert [line[0] for line in await _lines(admin, ada)] == ["cancelled", "cancelled"]
    assert [(line[0], line[3]) for line in await _lines(admin, bob)] == [("cancelled", [bobs])]


async def test_what_was_fetched_is_collected_by_the_recall(admin: httpx.AsyncClient) -> None:
    """Its visit is done, and the recall counts it."""
    ada = await somebody(admin)
    code = await on_loan(admin, ada)
    path = await recalled(admin)
    [visit] = (await told(admin, f"visits?person={ada}"))["results"]
    await scanned(admin, scan(code, "collect", van="V1", visit=visit["id"]))
    assert (await told(admin, f"visits/{visit['id']}"))["status"] == "done"
    shown = await told(admin, path)
    assert (shown["collected"], shown["with_people"], shown["held"]) == (1, 0, 1)
    assert shown["outstanding"][0]["stage"] == "on_van"


async def test_what_had_gone_out_before_its_recall_was_known_is_fetched_too(
    admin: httpx.AsyncClient,
) -> None:
    """Told of afterwards, it is a fact with a case, and a visit."""
    ada = await somebody(admin)
    [code] = await stock(admin)
    await recalled(admin)
    assert await _lines(admin, ada) == []
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    await scanned(admin, scan(code, "deliver", person=ada) | {"occurred_at": earlier})
    assert await _lines(admin, ada) == [("open", "collection", "recall", [code])]


async def test_a_crew_is_told_of_a_recall_whatever_held_it_first(admin: httpx.AsyncClient) -> None:
    """And of what holds it besides, before the recall or since."""
    ada = await somebody(admin)
    before, since, alone = [await on_loan(admin, ada) for _ in range(3)]
    await scanned(admin, scan(before, "hold", reason="Wheel loose"))
    await recalled(admin, action="hold")
    failed = {"kind": "service", "result": "fail", "on": datetime.now(UTC).date().isoformat()}
    await scanned(admin, scan(since, "check", checks=[failed]))
    viewer = Viewer(ADMINISTRATOR, datetime.now(UTC), "https://kit.example.org")
    packed = await items_of([before, since, alone], [], [], viewer)
    assert [packed[code].held_why for code in (before, since, alone)] == [
        "Wheel loose; and Recall FSN-1: Legs",
        "It failed a check; and Recall FSN-1: Legs",
        "Recall FSN-1: Legs",
    ]
