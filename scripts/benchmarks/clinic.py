"""A service of many years: people, items and orders, as prescribers find them.

The catalogue, partners and users are the example's; the rest is put in as rows, of people with
names, days of birth and postcodes in the shares that real ones have. Nothing is on its way.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from budget.database import close_pool
from scripts.benchmarks.figures import say
from scripts.benchmarks.run import Run
from scripts.benchmarks.store import open_store
from scripts.model.service import MAIN, PRESCRIBER, PRESCRIBER_FOR
from scripts.postgres import EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person whom the prescriber may see."""

    id: str
    name: str
    nhs_number: str
    born: str
    postcode: str


def folder_of(run: Run) -> Path:
    """The folder of the server."""
    return run.folder / "clinic"


@contextlib.contextmanager
def serving(run: Run) -> Iterator[str]:
    """Where the service's database is, while its server runs inside the block."""
    server = EmbeddedPostgres(folder_of(run), binaries=run.settings.pg_bin)
    server.start()
    try:
        if not run.has_clinic:
            asyncio.run(_furnish(run, server.dsn))
            run.has_clinic = True
        yield server.dsn
    finally:
        server.stop()


def some_people(dsn: str, count: int) -> list[Somebody]:
    """So many of those whom the prescriber may see."""
    return asyncio.run(_some_people(dsn, count))


def some_lines(dsn: str) -> list[str]:
    """The ids of some lines of orders."""
    return asyncio.run(_some_lines(dsn))


async def _some_people(dsn: str, count: int) -> list[Somebody]:
    rows = await _fetch(dsn, _SOME_PEOPLE, PRESCRIBER_FOR, count)
    return [Somebody(*map(str, row.values())) for row in rows]


async def _some_lines(dsn: str) -> list[str]:
    return [str(row["id"]) for row in await _fetch(dsn, _SOME_LINES)]


_SOME_PEOPLE: Final = """
select id, name, nhs_number, born, postcode from people
where funder = $1 and nhs_number is not null order by md5(id::text) limit $2
"""
_SOME_LINES: Final = "select id from order_lines order by md5(id::text) limit 2000"


async def _fetch(dsn: str, sql: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(sql, *values)
    finally:
        await connection.close()


async def _furnish(run: Run, dsn: str) -> None:
    sizes = run.sizes
    say(f"Making a service of {sizes.clinic_people:,} people, {sizes.clinic_items:,} items ...")
    await open_store(dsn)
    await close_pool()
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("set session_replication_role = replica")
        await connection.execute(_PEOPLE, sizes.clinic_people)
        await connection.execute(_ITEMS, sizes.clinic_items, MAIN)
        for sql in (_ITEM_TEXTS, _ITEM_MAKES, _STOCK, _LOANS):
            await connection.execute(sql)
        await connection.execute(_ORDERS, sizes.clinic_orders, sizes.clinic_people, PRESCRIBER)
        await connection.execute(_LINES)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


# Of names as many as a county has; born over a lifetime; at every postcode that ships.
_PEOPLE: Final = """
with shares as (select array_agg(ods order by ods) as ods from partners),
numbers as (
    select n, digits, ('x' || md5(n::text))::bit(28)::int as dice, (11 - (
        select sum(substr(digits, place, 1)::int * (11 - place)) from generate_series(1, 9) place
    ) % 11) % 11 as checks
    from (select n, '9' || lpad(n::text, 8, '0') as digits from generate_series(1, $1::int) n) made
)
insert into people (id, name, needs, nhs_number, funder, postcode, born, created_at, created_by)
select md5('person ' || n)::uuid,
    (array['Ada', 'Basil', 'Cyril', 'Doris', 'Edith', 'Frank', 'Gladys', 'Harold'])[1 + dice % 8]
        || ' ' || (array['Allsop', 'Barlow', 'Cutts', 'Daykin', 'Eyre', 'Flint'])[1 + dice / 8 % 6]
        || (array['', 'son', 'ley', 'ford', 'ton'])[1 + dice / 48 % 5],
    -- No number has a check digit of ten.
    '{}', case when checks < 10 then digits || checks end, ods[1 + dice % array_length(ods, 1)],
    'NG' || 1 + dice % 25 || ' ' || dice / 25 % 9 || 'A' || chr(65 + dice / 225 % 26),
    date '1925-01-01' + dice % 30000, now(), 'coordinator'
from numbers, shares
"""
# Two of three are with somebody; the products in the shares of the catalogue's order.
_ITEMS: Final = """
with products as (select array_agg(sku order by sku) as skus from products),
numbers as (
    select n, ('x' || md5(n::text))::bit(28)::int as dice, n % 3 = 0 as here
    from generate_series(1, $1::int) n
)
insert into items (code, giai, sku, serial, owner, newest_movement, updated_at, loans, state, depot,
    last_depot, person, loan, loan_funder, loan_phase, phase_at, received_on, pat_on, loler_on,
    service_on)
select 'X' || lpad(n::text, 7, '0'), '9521234X' || lpad(n::text, 7, '0'),
    skus[1 + dice % array_length(skus, 1)], 'SN-' || n, 'pool', md5(n::text)::uuid, now(), 1,
    case when here then 'available' else 'on_loan' end, case when here then $2::varchar end, $2,
    case when not here then p.id end, md5('l' || n)::uuid,
    coalesce(p.funder, '04K'), case when here then 'reused' else 'open' end, now(), current_date,
    current_date, current_date, current_date
from numbers, products, (select count(*) as many from people) as all_people,
    lateral (select id, funder from people where id = md5('person ' || 1 + dice % many)::uuid) p
"""
_ITEM_TEXTS: Final = """
insert into item_texts select id, code from items union all select id, serial from items
"""
_ITEM_MAKES: Final = "insert into item_makes select id, sku, serial, batch from items"
_STOCK: Final = """
insert into stock_sums (sku, state, held, place, units)
select each.sku, state, false, each.place, count(*) from items cross join lateral
    (values (items.sku, last_depot), (items.sku, ''), ('', last_depot)) each (sku, place)
group by 1, 2, 3, 4
"""
_LOANS: Final = """
insert into loans (id, item, person, funder, began_at, charged_pence, credit_percent)
select loan, id, person, loan_funder, now(), 100, 85 from items where person is not null
"""
_ORDERS: Final = """
insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at, ordered_by)
select md5('order ' || n)::uuid, p.id, coalesce(p.funder, '04K'), 'NOTTM', '7_day',
    current_date - 30, 'delivered', now() - interval '40 days', u.id
from generate_series(1, $1::int) n
join people p on p.id = md5('person ' || 1 + n % $2::int)::uuid
join users u on u.username = $3
"""
_LINES: Final = """
insert into order_lines (id, "order", place, sku, quantity, delivered, wanted, price_pence, due_on)
select md5('line ' || o.seq)::uuid, o.id, 0,
    (select sku from products order by sku offset o.seq % 100 limit 1), 1, 1, true, 100,
    o.due_on
from orders o
"""
