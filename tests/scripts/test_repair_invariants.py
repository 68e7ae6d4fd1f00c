"""What scripts/verify finds of repairs, once rows were changed by hand."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from equipment.repairs.closing import close
from equipment.repairs.job_form import UsedPart
from equipment.repairs.trips import send
from scripts.verify import verify
from scripts.verifying.repairs import REPAIR_INVARIANTS
from tests.equipment.store import NOW, STORE, done, received, scan, set_up, tariff
from tests.equipment.test_repair_jobs import SENDER, closing, job_of, trip

_LOOSE = "set session_replication_role = replica; "
BREAKS = [
    ("repair-jobs", "delete from repair_trips; delete from repair_jobs where ended_at is null"),
    ("repair-jobs", _LOOSE + "update items set state = 'cleaned' where state = 'in_repair'"),
    ("repairs-scanned", """update repair_jobs set ended_movement = gen_random_uuid()
        where outcome = 'mended'"""),
    ("repair-sums", "update repair_jobs set minutes = minutes + 1 where outcome = 'mended'"),
    ("repair-sums", "update repair_job_parts set cost_pence = 0"),
    ("repair-trips", "update repair_jobs set place = 'depot'"),
    ("repair-trips", "update repair_trips set declaration = declaration - 'cleaning'"),
]  # fmt: skip


@pytest.fixture
async def store(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield the owner: one bed was mended with a part, one is with a repairer."""
    await set_up()
    await tariff(repair_hour=3_000)
    mended, away = await received(count=2)
    for code in (mended, away):
        await done(scan(code, "withdraw"), scan(code, "clean"), scan(code, "fail"))
    parts = [UsedPart(name="Wheel", price_pence=1_250, quantity=3)]
    await close(STORE, (await job_of(mended)).id, closing(id=uuid4(), parts=parts), NOW)
    await send(STORE, (await job_of(away)).id, trip(), SENDER, NOW)
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_an_untouched_store_keeps_them_all(
    store: "asyncpg.Connection[asyncpg.Record]", database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of them can break, and none does."""
    del store
    assert await verify(database) == 0, capsys.readouterr().out
    assert {name for name, _ in BREAKS} == {each.name for each in REPAIR_INVARIANTS}


async def test_each_break_is_found_under_its_name(
    store: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """By its own query; what was broken is put right again by going back."""
    for name, sql in BREAKS:
        [invariant] = [each for each in REPAIR_INVARIANTS if each.name == name]
        change = store.transaction()
        await change.start()
        await store.execute(sql)
        assert await store.fetch(invariant.query), sql
        await change.rollback()
