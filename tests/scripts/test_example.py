"""The example: loaded through the service's own doors, whole, once and alike each time."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from budget.database import close_pool, execute, fetch, open_pool
from budget.pool import PartnerFigures, YearPlan, agree, standing
from budget.recycling import KINDS, Question, report
from equipment.items import fix_company_prefix
from equipment.orders.satellites import shelf
from equipment.people.care_homes import not_provided
from equipment.people.funder_rules import proposed_each
from equipment.staff.passwords import verified
from equipment.staff.roles import ADMINISTRATOR, ROLES
from scripts.example import load
from scripts.example_service import callers, rows, set_up
from scripts.model.service import CUPBOARD, WORKERS
from scripts.postgres import NAME, EmbeddedPostgres
from settings import DEMONSTRATION_GCP
from tests.scripts.recount import YEAR, recount
from tests.sight import all_of

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
SMALL = 1 / 2_000


@pytest.fixture
async def service(database: str) -> str:
    """Give a service as it is before its example is loaded."""
    await fix_company_prefix(DEMONSTRATION_GCP)
    return database


@contextlib.asynccontextmanager
async def another_service(
    postgres: EmbeddedPostgres, template: str, *, kept: bool = False
) -> AsyncIterator[str]:
    """One more, for as long as it is looked at, unless it is to be kept; its database's name."""
    name = f"example_{uuid4().hex}"
    server = await asyncpg.connect(postgres.dsn)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await open_pool(postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?"))
    try:
        await fix_company_prefix(DEMONSTRATION_GCP)
        yield name
    finally:
        await close_pool()
        if not kept:
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


@pytest.fixture(scope="module")
def loaded(postgres: EmbeddedPostgres, template: str) -> tuple[str, str]:
    """Load a small example once: its database's name, and what was said on the way."""

    async def fill() -> str:
        async with another_service(postgres, template, kept=True) as name:
            await load(NOW, scale=SMALL)
            return name

    with contextlib.redirect_stdout(io.StringIO()) as said:
        name = asyncio.run(fill())
    return name, said.getvalue()


@pytest.fixture
async def example(postgres: EmbeddedPostgres, loaded: tuple[str, str]) -> AsyncIterator[str]:
    """Give a copy of it to look at, with what was said."""
    name, said = loaded
    async with another_service(postgres, name):
        yield said


async def facts() -> list[list[tuple[Any, ...]]]:
    """All that two loads of one seed share: not codes, keys, nor the ids that the service makes."""
    return [[tuple(row) for row in await all_of(sql)] for sql in FACTS]


FACTS = (
    """
    select i.sku, i.serial, i.batch, i.purchase_price_pence, i.received_on,
        case m.action when 'receive' then null else m.id end, m.action, m.from_state, m.state,
        m.occurred_at, m.actor, m.reason, m.undoes, m.details, m.depot, m.last_depot, m.van,
        m.person, m.loan, m.loan_funder, m.loan_phase, m.loans, m.held_at is null, m.dirty_on,
        m.pat_on, m.loler_on, m.service_on
    from movements m join items i on i.id = m.item order by i.sku, i.serial, m.seq
    """,
    "select id, funder, charged_pence, credit_percent, began_at from loans order by id",
    """
    select movement, kind, account, partner, amount_pence, posted_on, late, no_tariff
    from postings order by movement, account, partner, amount_pence
    """,
    """
    select movement, kind, units, pence, occurred_on, funder, depot from tallies
    order by movement, kind, units
    """,
    """
    select id, name, nhs_number, born, address, postcode, phone, funder, needs from people
    order by id
    """,
    "select code, name, postcode, kind from depots order by code",
    "select username, roles, partner, depot from users order by username",
    "select year, partner, contribution_pence from contributions order by year, partner",
)
COUNTS = """
select (select count(*) from movements), (select count(*) from receipts),
    (select count(*) from people), (select count(*) from postings),
    (select count(*) from person_looks), (select count(*) from product_terms)
"""


async def test_the_figures_are_those_of_a_plain_recount(service: str) -> None:
    """Budget and recycling by partner; the load itself stops at any scan that is refused."""
    assert service
    await load(NOW)
    issues, credited, activity, counts = await recount()
    budget = await standing("2018-19", None)
    assert {row.ods: _spent(row) for row in budget.partners} == {
        row.ods: (issues[row.ods], credited[row.ods], activity[row.ods]) for row in budget.partners
    }
    assert budget.pool.contribution_pence == 730_000_000
    question = Question(first=YEAR[0], last=YEAR[1], by="partner", scope="reusable")
    reported = await report(question)
    for row in [*reported.rows, reported.total]:
        for kind in KINDS:
            count = getattr(row, kind)
            key = (row.key, kind)
            assert (count.units, count.pence) == (counts[*key, "units"], counts[*key, "pence"]), key
    rate = reported.total.rates.recycling.pence
    assert rate == pytest.approx(0.95, abs=0.03)
    assert not await fetch("select from postings where no_tariff")

    before = await all_of(COUNTS)
    await load(datetime.now(UTC), seed=2)
    assert await all_of(COUNTS) == before


async def test_one_seed_loads_one_example(
    postgres: EmbeddedPostgres, template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whenever it is loaded, and also where the first load was cut short."""
    async with another_service(postgres, template):
        await load(NOW, scale=SMALL)
        whole = await facts()
    async with another_service(postgres, template):
        await _cut_short()
        assert 0 < len((await facts())[0]) < len(whole[0])
        await load(datetime.now(UTC), scale=SMALL)
        assert await facts() == whole
    assert capsys.readouterr().out.count("They sign in with the password") == 2


async def _cut_short() -> None:
    loading = asyncio.create_task(load(NOW, scale=SMALL))
    # Nothing tells when the load is half done but the database itself.
    while not await fetch("select from movements where action = 'collect'"):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    loading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await loading


async def test_what_an_earlier_version_left_unfinished_is_left_alone(
    service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It kept no word of which script it was, so nobody can go on with it."""
    assert service
    await execute("insert into settings (name, value) values ('example begun', 'yes')")
    await load(NOW, scale=SMALL)
    assert not await fetch("select from items")
    assert "was begun by an earlier version" in capsys.readouterr().out


async def test_a_service_in_use_is_left_alone(
    service: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody's own year is not overwritten by an option typed by mistake."""
    assert service
    await agree("admin", "2025-26", YearPlan({}))
    await load(NOW, scale=SMALL)
    assert not await fetch("select from items")
    assert not await fetch("select from users")
    assert "in use" in capsys.readouterr().out


async def test_every_role_can_sign_in_with_the_printed_password(example: str) -> None:
    """It is made up for each service; whoever administers has a password of their own."""
    password = example.partition("password ")[2].split()[0]
    users = await fetch("select username, roles, password_hash from users")
    assert {role for user in users for role in user["roles"]} == ROLES - {ADMINISTRATOR}
    assert {user["username"] for user in users} == {worker.username for worker in WORKERS}
    assert await verified(users[0]["password_hash"], password)
    for user in users:
        assert user["username"] in example


async def test_the_rules_of_the_service_come_with_it(example: str) -> None:
    """Who pays for whom, what care homes are not given, what a shelf is to have: each once."""
    assert example
    await set_up(NOW)
    places = ("NG7 2NR", "NG2 6AA", "NG18 5BU", "NG24 1AA")
    homes = [{"gp_practice": None, "postcode": place} for place in places]
    assert await proposed_each(homes, NOW.date()) == ["04K", "04N", "04E", "04H"]
    refused = await not_provided(["BED01", "BED03", "WAL04"], NOW.date())
    assert refused.keys() == {"BED01"}
    coordinator = (await callers())["coordinator"]
    assert {line.sku for line in await shelf(coordinator, CUPBOARD)} >= {"WAL01", "WAL04"}
    [rules] = await fetch("select count(*) as many from funder_rules")
    assert rules["many"] == len(rows("funder_rules"))


async def test_whoever_tries_it_out_today_sees_charges(example: str) -> None:
    """The years from the play's first to the one after the present have the tariff."""
    assert example
    years = [row["year"] for row in await fetch("select year from budget_years order by year")]
    assert years[0] == "2015-16"
    assert {"2026-27", "2027-28"} <= set(years)


def _spent(row: PartnerFigures) -> tuple[int, int, int]:
    return row.issues_pence, row.credits_pence, row.activity_pence
