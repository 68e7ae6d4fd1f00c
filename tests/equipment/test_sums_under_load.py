"""While scans pour in and are folded, each report is what a plain recount comes to: always."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg
import pytest

from budget.cohorts import Asked
from budget.database import close_pool, execute, fetch, open_pool, transaction
from budget.partners import Takeover, take_over
from budget.recycling import Question
from budget.sums import fold
from equipment.scans import record
from tests.budget.recount import BYS, check_budget, check_cohorts, check_recycling
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    Scan,
    check_invariants,
    count,
    received,
    scan,
    set_up,
    somebody,
    stock,
    tariff,
)

pytestmark = pytest.mark.usefixtures("database")

ACTIONS: Final = (
    "deliver", "return", "clean", "pass", "scrap", "transfer", "withdraw", "lose", "find",
    "collect",
)  # fmt: skip
LAST: Final = NOW.date() + timedelta(days=200)
QUESTIONS: Final = [
    Question(*days, by, scope)
    for days in (
        (date(2018, 4, 1), date(2019, 3, 31)),
        (NOW.date() + timedelta(days=9), LAST - timedelta(days=31)),
    )
    for by in BYS
    for scope in ("reusable", "all")
]
_ISSUED: Final = (date(2018, 1, 1), date(2019, 12, 31))
COHORTS: Final = [Asked(*_ISSUED, scope="all"), Asked(*_ISSUED, "sku", "BED01")]
LISTS: Final = 40
"""How many lists each of three scans; the fewest that leave the others time to meet."""


async def test_each_report_is_exact_at_every_moment_while_scans_pour_in_and_are_folded() -> None:
    """Budgets and recycling, by every key; two fold what three scan, and nothing is between."""
    codes, people = await _store()
    under_way, seen = asyncio.Event(), list[int]()

    async def scan_on(seed: int) -> Counter[str]:
        chance, said = random.Random(seed), Counter[str]()
        for number in range(LISTS):
            now = NOW + timedelta(days=5 * number)
            sent = [_any_scan(chance, codes, people, now) for _ in range(chance.randint(1, 12))]
            results = await record(sent, COORDINATOR, now)
            said.update(result.status for result in results)
            await _undo_some(chance, codes, now)
        return said

    async def fold_on() -> int:
        folded = 0
        while not under_way.is_set():
            folded += await fold(at_once=7)
            await asyncio.sleep(0)
        return folded

    async def compare_on() -> None:
        while not under_way.is_set():
            seen.append(await _compare())

    folding = [asyncio.create_task(fold_on()) for _ in range(2)]
    comparing = [asyncio.create_task(compare_on()) for _ in range(2)]
    said = await asyncio.gather(*(scan_on(seed) for seed in range(3)))
    under_way.set()
    folded = await asyncio.gather(*folding)
    await asyncio.gather(*comparing)
    assert sum(said, Counter())["accepted"] > 100
    # They did meet: the reports saw the store at different moments, folded by one and the other.
    assert len(set(seen)) > 5
    assert min(folded) > 0
    await check_invariants()
    before = await _compare()
    await fold()
    assert await _compare() == before
    for table in ("unfolded_tallies", "unfolded_postings", "unfolded_cohorts"):
        assert await count(table) == 0


async def test_a_fold_that_is_cut_off_leaves_every_report_as_it_was(database: str) -> None:
    """Its connection is ended when it has taken rows away; then another does the work."""
    codes, people = await _store()
    for half in (codes[::2], codes[1::2]):
        # The second half waits to be folded into the sums of the first.
        await fold()
        sent = [scan(code, "deliver", person=people[0]) for code in half]
        await record(sent, COORDINATOR, NOW)
    waiting = await count("unfolded_cohorts")
    before = await _compare()
    dba, ender = await asyncpg.connect(database), await asyncpg.connect(database)
    for table in ("posting_sums", "tally_sums", "cohort_sums"):
        async with dba.transaction():
            await dba.execute(f"select from {table} for update")
            folding = asyncio.create_task(fold())
            for _ in range(200):
                if await ender.fetchval(_END_WHOEVER_WAITS):
                    break
                await asyncio.sleep(0.05)
            with pytest.raises((asyncpg.PostgresError, OSError, asyncpg.InterfaceError)):
                await folding
        assert await _compare() == before
    await dba.close()
    await ender.close()
    assert await count("unfolded_cohorts") == waiting > 0
    assert await fold() >= waiting
    assert await _compare() == before


async def test_of_two_who_fold_at_once_one_does_and_the_other_leaves_it(database: str) -> None:
    """Nothing is folded twice, and nobody waits."""
    codes, people = await _store()
    scans = [scan(code, "deliver", person=people[0]) for code in codes]
    await record(scans, COORDINATOR, NOW)
    before = await _compare()
    other = await asyncpg.connect(database)
    async with other.transaction():
        await other.execute("select pg_advisory_xact_lock(hashtextextended('fold', 0))")
        assert await fold() == 0
    await other.close()
    folded = await asyncio.gather(*(fold(at_once=2) for _ in range(6)))
    await fold()
    assert max(folded) > 0
    assert await _compare() == before
    assert await count("unfolded_tallies") == 0


_END_WHOEVER_WAITS: Final = """
select pg_terminate_backend(pid) from pg_stat_activity
where wait_event_type = 'Lock' and query like '%taken%' and pid <> pg_backend_pid()
    and datname = current_database()
"""


async def _store() -> tuple[list[str], list[str]]:
    """Items of three products, two people, and a partner that another follows in the middle."""
    await set_up()
    await stock("PAD", reuse="single_patient", category="Pads")
    await stock("CHAIR", category="Chairs")
    await tariff(clean=845, repair_hour=3_850)
    await tariff("2019-20", clean=900)
    await take_over(ADMINISTRATOR.username, "52R", Takeover("04K", NOW.date() + timedelta(days=70)))
    codes = [code for sku in ("BED01", "PAD", "CHAIR") for code in await received(sku, count=5)]
    return codes, [await somebody("04K"), await somebody("52R")]


def _any_scan(
    chance: random.Random, codes: Sequence[str], people: Sequence[str], now: datetime
) -> Scan:
    """Something that may be done to some item on some day of the last months."""
    at = now - timedelta(days=chance.choice([0, 0, 0, 1, 31, 100]))
    funder = chance.choice(["04K", "52R"])
    action, person = chance.choice(ACTIONS), chance.choice(people)
    return scan(chance.choice(codes), action, at=at, person=person, funder=funder, address="Here")


async def _undo_some(chance: random.Random, codes: Sequence[str], now: datetime) -> None:
    """Undo what was last done to an item, if nobody was quicker."""
    rows = await fetch(
        "select newest_movement as id from items where code = $1", code := chance.choice(codes)
    )
    undo = scan(code, "undo", at=now, movement=str(rows[0]["id"]))
    await record([undo], COORDINATOR, now)


async def _compare() -> int:
    """Compare each report with a plain recount, as of one moment; how many counts there were."""
    async with transaction():
        await execute("set transaction isolation level repeatable read")
        for year in ("2018-19", "2019-20"):
            await check_budget(year, None)
            await check_budget(year, LAST - timedelta(days=20))
        for asked in COHORTS:
            await check_cohorts(asked, LAST + timedelta(days=200))
        return await check_recycling(QUESTIONS)


@pytest.fixture(autouse=True)
async def _a_pool_for_all(database: str) -> None:
    """Give everyone a connection of their own."""
    await close_pool()
    await open_pool(database, size=12)
