"""Every invariant is checked: a sound database passes, each break is named with where it is."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from budget.database import close_pool, open_pool
from budget.months import make_months, make_months_ahead
from budget.partners import Takeover, take_over
from scripts.postgres import NAME, EmbeddedPostgres
from scripts.verify import verify, verify_on
from scripts.verifying.every import EVERY, INVARIANTS
from scripts.verifying.findings import Findings
from scripts.verifying.histories import PROMISES
from tests.equipment.store import NOW, done, one_item, scan, set_up, somebody
from tests.prepared import lay_out
from tests.scripts.breaks import BREAKS
from tests.scripts.whole_store import whole_store

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(postgres: EmbeddedPostgres, template: str) -> tuple[str, dict[str, str]]:
    """Make the whole store once: the database to copy, and what is in it by name."""
    name = f"whole_{uuid4().hex}"
    asyncio.run(_execute(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {template}"))
    dsn = postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?")
    return name, asyncio.run(_filled(dsn))


async def _filled(dsn: str) -> dict[str, str]:
    await open_pool(dsn)
    try:
        return await whole_store()
    finally:
        await close_pool()


@dataclass(frozen=True)
class Unguarded:
    """A copy of the whole store in which PostgreSQL refuses nothing, and a loop to ask it on."""

    runner: asyncio.Runner
    connection: "asyncpg.Connection[asyncpg.Record]"

    def verified(self, sql: str) -> int:
        """The exit code once something was done to it, which is then undone."""
        return self.runner.run(self._verified(sql))

    async def _verified(self, sql: str) -> int:
        undone = self.connection.transaction()
        await undone.start()
        try:
            await self.connection.execute(sql)
            return await verify_on(self.connection)
        finally:
            await undone.rollback()


@pytest.fixture(scope="module")
def unguarded(postgres: EmbeddedPostgres, whole: tuple[str, dict[str, str]]) -> Iterator[Unguarded]:
    """One for all of them, on one connection: what it has planned it does not plan again."""
    name = f"unguarded_{uuid4().hex}"
    asyncio.run(_execute(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {whole[0]}"))
    dsn = postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?")
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(dsn))
        runner.run(connection.execute(_WITHOUT_CHECKS))
        yield Unguarded(runner, connection)
        runner.run(connection.close())
    asyncio.run(_execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def copy(postgres: EmbeddedPostgres, whole: tuple[str, dict[str, str]]) -> AsyncIterator[str]:
    """Yield a copy of the whole store, to be broken."""
    name = f"copy_{uuid4().hex}"
    await _execute(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {whole[0]}")
    yield postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?")
    await _execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_store_in_which_everything_happened_is_sound(
    copy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is found, and the last line says how much was looked at."""
    assert await verify(copy) == 0
    assert capsys.readouterr().out == "11 items, 60 movements, 46 postings: all invariants hold\n"


async def test_an_empty_database_is_sound(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing in it that could be wrong."""
    assert await verify(database) == 0
    assert capsys.readouterr().out == "0 items, 0 movements, 0 postings: all invariants hold\n"


@pytest.mark.parametrize(("name", "sql", "where"), BREAKS)
def test_a_broken_invariant_is_named_with_where_it_is_broken(  # noqa: PLR0913, PLR0917 - what it is given
    unguarded: Unguarded,
    whole: tuple[str, dict[str, str]],
    capsys: pytest.CaptureFixture[str],
    name: str,
    sql: str,
    where: str,
) -> None:
    """One line starts with the invariant's name and names the movement, item, loan or entry."""
    store = whole[1]
    assert unguarded.verified(sql.format_map(store)) == 1
    said = capsys.readouterr().out.splitlines()
    named = [line for line in said if line.startswith(f"{name}: ")]
    assert any(where.format_map(store) in line for line in named), said
    assert said[-1].endswith(" broken")


def test_every_invariant_is_broken_by_a_test() -> None:
    """A new invariant needs a way to break it."""
    broken = {name for name, _, _ in BREAKS}
    assert broken >= {each.name for each in (*INVARIANTS, *PROMISES)}
    assert broken <= {each.name for each in (*EVERY, *PROMISES)}


async def test_what_changed_since_accuses_nobody(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prices, tariffs, products and successions may change; what was recorded before stays."""
    store = await whole_store()
    await _execute(
        database,
        """
        update product_terms set price_pence = 1, credit_percent = 2;
        update budget_years set tariff = '{}';
        update products set pat = true, loler_months = 1, reuse = 'single_patient', category = 'X';
        update partners set succeeded_by = '04K', succeeded_on = '2018-04-01' where ods = '52R';
        """,
    )
    day = NOW + timedelta(days=len(store))
    await done(scan(store["hoist"], "return", at=day), now=day)
    await take_over("admin", "52R", Takeover(None, None))
    await done(scan(store["hoist"], "scrap", at=day), now=day)
    code = await verify(database)
    assert code == 0, capsys.readouterr().out


async def test_what_was_charged_without_a_tariff_is_noted_but_no_fault(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is listed until it is undone."""
    await set_up()
    await make_months(NOW.date(), NOW.date())
    bed = await one_item()
    cleaned = scan(bed, "clean")
    await done(scan(bed, "deliver", person=await somebody()), scan(bed, "return"), cleaned)
    assert await verify(database) == 0
    assert f"note: movement {cleaned['id']}, item {bed}: clean" in capsys.readouterr().out
    await done(scan(bed, "undo", movement=cleaned["id"]))
    assert await verify(database) == 0
    assert "note: " not in capsys.readouterr().out


async def test_what_came_before_its_month_was_made_is_noted_but_no_fault(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until the clock has made the month."""
    await set_up()
    await one_item()
    assert await verify(database) == 0
    assert "note: movements: 1 of 2018-10 came before" in capsys.readouterr().out
    await make_months_ahead(datetime.now(UTC).date())
    assert await verify(database) == 0
    assert "note: " not in capsys.readouterr().out


def test_what_is_wrong_throughout_does_not_flood_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A hundred lines for each invariant, and how many more there are."""
    findings = Findings()
    for n in range(150):
        findings.fault("one-place", f"item {n}")
    findings.fault("one-place", "item 150", times=1_000)
    assert len(capsys.readouterr().out.splitlines()) == 100
    assert findings.summary() == ["one-place: ... and 1,050 more"]
    assert findings.total() == 1_150


async def test_the_command_says_what_it_found_of_a_running_database(
    copy: str, whole: tuple[str, dict[str, str]]
) -> None:
    """Exit 0 and the size; then exit 1 and the fault."""
    bed = whole[1]["bed"]
    ran = _ran(DATABASE_URL=copy)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith(": all invariants hold\n")
    await _execute(copy, f"update items set depot = 'D1' where code = '{bed}'")
    ran = _ran(DATABASE_URL=copy)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith(f"item-standing: item {bed}, ")


def test_the_command_checks_a_stopped_database_and_leaves_it_stopped(data_folder: Path) -> None:
    """It starts the server for as long as it takes."""
    lay_out(data_folder)
    ran = _ran("--data", str(data_folder))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not (data_folder / "data/postmaster.pid").exists()


def test_the_command_says_in_one_line_why_it_cannot_check(
    data_folder: Path, postgres: EmbeddedPostgres
) -> None:
    """No database, none within reach, one that was never migrated: exit 1 each time."""
    bare = postgres.dsn.replace(f"/{NAME}?", "/template1?")
    for typed, environ, words in (
        (["--data", str(data_folder)], {}, "holds no database"),
        ([], {"DATABASE_URL": "postgresql://nobody@/none?host=/nowhere"}, "cannot be reached"),
        ([], {"DATABASE_URL": bare}, "never migrated"),
    ):
        ran = _ran(*typed, **environ)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert words in ran.stderr
        assert ran.stderr.count("\n") == 1


async def _execute(dsn: str, *statements: str) -> None:
    """Do what the application never could, as the database's owner."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


# PostgreSQL itself would refuse half of it.
_WITHOUT_CHECKS = """
do $$
declare
    bound record;
begin
    for bound in select conname, conrelid::regclass as of from pg_constraint
        where contype = 'c' and connamespace = 'public'::regnamespace and coninhcount = 0
    loop
        execute format('alter table %s drop constraint %I', bound.of, bound.conname);
    end loop;
end $$
"""


def _ran(*typed: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end."""
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.verify", *typed],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=own | {"PYTHONPATH": str(REPOSITORY)} | environ,
    )
