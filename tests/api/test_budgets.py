"""The pool over HTTP (contract section 6)."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from budget.years import london_day, year_of
from tests.api.members import member, receive, scan, send, slug, wrong_fields
from tests.equipment.store import set_up, somebody, stock

ROW_FIELDS = {
    "contribution_pence",
    "issues_pence",
    "credits_pence",
    "activity_pence",
    "net_pence",
    "committed_pence",
    "remaining_pence",
    "forecast_pence",
    "overspend_share_pence",
}
COUNTS = ("issued", "issued_recycled", "returned", "reused", "scrapped", "written_off", "lost")
IN_2018 = "2018-10-01T09:00:00+01:00"
PLAN: dict[str, Any] = {
    "contributions": {"04K": 1_000_000, "52R": 500_000},
    "tariff": {
        "delivery": {"same_day": 6_100, "7_day": 2_400},
        "collection": 2_300,
        "swap": 3_900,
        "repair_visit": 2_900,
        "service_visit": 2_600,
        "failed_visit": 1_500,
        "clean": 845,
        "repair_hour": 3_850,
    },
    "collection_threshold_pence": 2_500,
}


@pytest.fixture
async def store(admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The administrator, in a store that is set up."""
    await set_up()
    return admin


async def budget(client: httpx.AsyncClient, query: str = "") -> dict[str, dict[str, Any]]:
    """Read the budget of 2018-19: each partner's row, and the pool's under its own name."""
    answer = await client.get(f"/api/budgets/2018-19{query}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["pool"].keys() >= ROW_FIELDS
    for row in body["partners"]:
        assert row.keys() >= ROW_FIELDS | {"ods", "name"}
    for name in ROW_FIELDS:
        assert body["pool"][name] == sum(row[name] for row in body["partners"])
    return {"pool": body["pool"]} | {row["ods"]: row for row in body["partners"]}


async def recycling(client: httpx.AsyncClient, query: str) -> dict[str, Any]:
    """Read the figures of 2018-19."""
    answer = await client.get(f"/api/recycling?from=2018-04-01&to=2019-03-31{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body.keys() >= {"definition", "rows", "total"}
    for row in [*body["rows"], body["total"]]:
        assert row.keys() >= {*COUNTS, "waiting", "rates"}
        assert row["rates"].keys() == {"recycling", "returned_ratio", "reuse_share"}
        assert all(row[name].keys() == {"units", "pence"} for name in COUNTS)
        assert all(rate.keys() == {"units", "pence"} for rate in row["rates"].values())
    return body


async def round_trip(
    client: httpx.AsyncClient, person: str, *actions: str, sku: str = "BED01", at: str = IN_2018
) -> str:
    """Take a new item through these actions; its code."""
    [item] = await receive(client, sku=sku, received_at=IN_2018)
    extra: dict[str, dict[str, Any]] = {
        "deliver": {"person": person},
        "return": {"depot": "D1"},
        "repair": {"minutes": 20},
        "scrap": {"reason": "worn"},
        "lose": {"reason": "gone"},
        "fail": {"reason": "squeaks"},
    }
    scans = [
        scan(item["code"], action, **{"occurred_at": at} | extra.get(action, {}))
        for action in actions
    ]
    assert {result["status"] for result in await send(client, *scans)} == {"accepted"}
    return str(item["code"])


async def test_a_round_trip_is_charged_and_credited_to_the_penny(store: httpx.AsyncClient) -> None:
    """Issue, cleaning, repair, credit: by partner, and the pool's is their sum."""
    assert (await store.put("/api/budgets/2018-19", json=PLAN)).status_code == 200
    await stock("ODD01", price_pence=10_001, credit_percent=50)
    steps = ("deliver", "return", "clean", "fail", "repair", "pass")
    await round_trip(store, await somebody("04K"), *steps, sku="ODD01")
    rows = await budget(store)
    assert {name: rows["04K"][f"{name}_pence"] for name in ("issues", "credits", "activity")} == {
        "issues": 10_001,
        "credits": 5_001,
        "activity": 845 + 1_283,
    }
    row = rows["04K"]
    assert row["net_pence"] == 10_001 + 845 + 1_283 - 5_001
    assert row["remaining_pence"] == 1_000_000 - row["net_pence"]
    # The year is over. Without an agreement, shares are by what was put in.
    assert row["forecast_pence"] == row["net_pence"]
    assert row["overspend_share_pence"] == -(1_500_000 - row["net_pence"]) * 2 // 3
    assert rows["52R"]["net_pence"] == 0
    before = await budget(store, "?as_of=2018-09-30")
    assert (before["pool"]["net_pence"], before["pool"]["contribution_pence"]) == (0, 1_500_000)
    then = (await budget(store, "?as_of=2018-10-01"))["pool"]
    same = {name for name in then if not name.startswith("forecast_")}
    assert {name: then[name] for name in same} == {name: rows["pool"][name] for name in same}


async def test_a_new_agreement_counts_for_later_recordings_only(store: httpx.AsyncClient) -> None:
    """What was charged stays, also for the same day; contributions are as they are now."""
    ada = await somebody("04K")
    await round_trip(store, ada, "deliver", "return", "clean")
    assert (await budget(store))["04K"]["activity_pence"] == 0
    await store.put("/api/budgets/2018-19", json=PLAN)
    assert (await budget(store))["04K"]["activity_pence"] == 0
    await round_trip(store, ada, "deliver", "return", "clean")
    assert (await budget(store))["04K"]["activity_pence"] == 845
    dearer = PLAN | {"contributions": {"52R": 7}, "tariff": PLAN["tariff"] | {"clean": 1_000}}
    for _ in range(2):
        assert (await store.put("/api/budgets/2018-19", json=dearer)).status_code == 200
    await round_trip(store, ada, "deliver", "return", "clean")
    rows = await budget(store)
    assert rows["04K"]["activity_pence"] == 845 + 1_000
    assert (rows["04K"]["contribution_pence"], rows["52R"]["contribution_pence"]) == (0, 7)
    assert rows["04K"]["remaining_pence"] == -rows["04K"]["net_pence"]


async def test_a_budget_that_cannot_be_is_wrong(store: httpx.AsyncClient) -> None:
    """An unknown partner, a malformed year, a negative sum: each by its field, nothing changed."""
    for changes in (
        {"contributions": {"99X": 1}},
        {"contributions": {"04K": -1}},
        {"contributions": {"04K": 1.5}},
        {"contributions": None},
        {"tariff": {"clean": -1}},
        {"tariff": {"delivery": {"today": 1}}},
        {"collection_threshold_pence": -1},
    ):
        assert wrong_fields(await store.put("/api/budgets/2018-19", json=PLAN | changes)), changes
    for year in ("2018", "2018-20", "2018-2019", "1818-19", "x"):
        assert wrong_fields(await store.put(f"/api/budgets/{year}", json=PLAN)) == ["year"]
        assert wrong_fields(await store.get(f"/api/budgets/{year}")) == ["year"]
    assert wrong_fields(await store.get("/api/budgets/2018-19?as_of=soon")) == ["as_of"]
    assert (await budget(store))["pool"]["contribution_pence"] == 0


async def test_who_pays_reads_and_only_an_administrator_agrees(
    visitor: httpx.AsyncClient, store: httpx.AsyncClient
) -> None:
    """Nobody at all unless signed in."""
    for path in ("/api/budgets/2018-19", "/api/recycling"):
        assert slug(await visitor.get(path)) == "not-signed-in"
        for role, status in (("budget_holder", 200), ("auditor", 200), ("technician", 403)):
            headers = await member(store, role)
            assert (await store.get(path, headers=headers)).status_code == status, role
            answer = await store.put("/api/budgets/2018-19", json=PLAN, headers=headers)
            assert (answer.status_code, slug(answer)) == (403, "not-allowed")


async def test_recycling_counts_by_every_key(store: httpx.AsyncClient) -> None:
    """Rows sum to the total; rates are unrounded, or null where there is nothing to divide by."""
    await stock("FRAME", category="Walking", price_pence=3_000)
    await stock("PAD01", category="Pads", reuse="consumable", price_pence=500)
    ada, bob = await somebody("04K"), await somebody("52R")
    home = ("deliver", "return")
    await round_trip(store, ada, *home, "clean", "pass", "deliver")
    await round_trip(store, ada, *home, "clean", "pass", "scrap")
    await round_trip(store, bob, *home, sku="FRAME", at="2018-11-30T23:59:59Z")
    await round_trip(store, bob, "deliver", "lose", sku="FRAME")
    await round_trip(store, bob, "deliver", "scrap", sku="FRAME")
    await round_trip(store, bob, "deliver", sku="PAD01")
    found = await recycling(store, "")
    total = found["total"]
    units = {name: total[name]["units"] for name in (*COUNTS, "waiting")}
    assert units == {
        "issued": 6,
        "issued_recycled": 1,
        "returned": 3,
        "reused": 1,
        "scrapped": 1,
        "written_off": 1,
        "lost": 1,
        "waiting": 1,
    }
    assert total["issued"]["pence"] == 3 * 62_000 + 3 * 3_000
    assert total["rates"]["recycling"] == {"units": 0.5, "pence": 0.5}
    assert total["rates"]["returned_ratio"]["units"] == 3 / 6
    assert total["rates"]["reuse_share"]["units"] == 1 / 6
    for by, keys in (
        ("none", []),
        ("partner", ["04K", "52R"]),
        ("sku", ["BED01", "FRAME"]),
        ("category", ["Beds", "Walking"]),
        ("month", ["2018-10", "2018-11"]),
        ("depot", ["D1"]),
    ):
        report = await recycling(store, f"&by={by}")
        assert [row["key"] for row in report["rows"]] == keys
        assert report["total"] == total
        for name in COUNTS if keys else ():
            for unit in ("units", "pence"):
                assert sum(row[name][unit] for row in report["rows"]) == total[name][unit]
        if by == "month":
            assert {row["waiting"] for row in report["rows"]} == {None}
        elif keys:
            assert sum(row["waiting"]["units"] for row in report["rows"]) == 1
    everything = await recycling(store, "&scope=all&by=sku")
    assert [row["key"] for row in everything["rows"]] == ["BED01", "FRAME", "PAD01"]
    assert everything["total"]["issued"]["units"] == 7


async def test_nothing_counted_has_no_rates(store: httpx.AsyncClient) -> None:
    """Null, not nought."""
    total = (await recycling(store, "&scope=reusable"))["total"]
    nothing = {"units": None, "pence": None}
    assert set(map(str, total["rates"].values())) == {str(nothing)}
    assert total["waiting"] == {"units": 0, "pence": 0}


async def test_what_waits_is_told_for_the_end_of_the_last_day(store: httpx.AsyncClient) -> None:
    """Whenever it came back; undone movements count nowhere."""
    ada = await somebody()
    code = await round_trip(store, ada, "deliver", "return", "clean")
    late = scan(code, "pass", occurred_at="2018-12-24T10:00:00Z")
    await send(store, late)
    for first, last, waiting in (
        ("2018-10-01", "2018-12-23", 1),
        ("2018-12-01", "2018-12-23", 1),
        ("2018-12-01", "2018-12-24", 0),
        ("2018-04-01", "2018-09-30", 0),
    ):
        report = (await store.get(f"/api/recycling?from={first}&to={last}")).json()
        assert report["total"]["waiting"]["units"] == waiting, (first, last)
    await send(store, scan(code, "undo", movement=late["id"]))
    total = (await recycling(store, ""))["total"]
    assert (total["reused"]["units"], total["waiting"]["units"]) == (0, 1)


async def test_a_span_is_the_financial_year_so_far_unless_said(store: httpx.AsyncClient) -> None:
    """It ends before it begins: wrong, and so is what is no day, key or scope."""
    today = london_day(datetime.now(UTC))
    year = year_of(today)
    body = (await store.get("/api/recycling")).json()
    assert body["from"] == f"{year[:4]}-04-01"
    assert body["to"][:7] == f"{today:%Y-%m}"
    assert (await store.get("/api/recycling?to=2018-12-31")).json()["from"] == "2018-04-01"
    one_day = await store.get("/api/recycling?from=2018-10-01&to=2018-10-01")
    assert one_day.status_code == 200
    for query, field in (
        ("from=2018-10-02&to=2018-10-01", "to"),
        ("from=soon", "from"),
        ("to=2018-13-01", "to"),
        ("by=colour", "by"),
        ("scope=some", "scope"),
    ):
        assert wrong_fields(await store.get(f"/api/recycling?{query}")) == [field], query


async def test_a_year_says_by_which_model_it_runs(admin: httpx.AsyncClient) -> None:
    """On credit, unless it was agreed that the pool owns its stock."""
    await set_up()
    path = "/api/budgets/2018-19"
    assert (await admin.get(path)).json()["model"] == "credit"
    for model in ("pool_stock", "credit"):
        answer = await admin.put(path, json=PLAN | {"model": model})
        assert answer.json()["model"] == model
    for wrong in ("lease", None, 1, "POOL_STOCK"):
        answer = await admin.put(path, json=PLAN | {"model": wrong})
        assert wrong_fields(answer) == ["model"], wrong
    assert (await admin.get(path)).json()["model"] == "credit"
