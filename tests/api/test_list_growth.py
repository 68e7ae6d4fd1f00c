"""A page of a list costs the same of a hundred rows and of a hundred thousand.

The same number of statements, and none of them reads more than a page is worth.
"""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import asyncpg
import httpx
import pytest

from budget.database import close_pool, open_pool
from budget.sums import fold
from scripts.postgres import NAME, EmbeddedPostgres
from settings import Settings
from tests.api.conftest import application, client_of
from tests.api.full_store import TOKEN, filled
from tests.web.full_pages import COUNTED_PAGES, PAGES
from web.cookies import SESSION

_Statements: TypeAlias = list[tuple[str, tuple[Any, ...]]]
_KEPT: Final[dict[tuple[str, str, str], _Statements]] = {}
FEW, MANY = 100, 100_000
# What a page of 50 may read: its rows, what belongs to each, the entries of indexes on the way.
ROWS_READ_MAX: Final = 2_500
# Whoever asks first fills both stores, on a machine that others use as well.
pytestmark = pytest.mark.timeout(900)

LISTS: Final = (
    "/api/partners",
    "/api/users",
    "/api/depots",
    "/api/vans",
    "/api/bays",
    "/api/products",
    "/api/products?q=commode",
    "/api/products?q=commode%20777",
    "/api/products?q=x999",
    "/api/kits",
    "/api/top-ups",
    "/api/top-ups?status=open",
    "/api/top-ups?depot=D1",
    "/api/emergency-issues",
    "/api/emergency-issues?status=open",
    "/api/catalogue",
    "/api/catalogue?q=commode",
    "/api/catalogue?q=commode%207",
    "/api/catalogue?q=x99",
    "/api/catalogue?q=nothing+like+this",
    "/api/catalogue?category=Beds",
    "/api/catalogue?iso9999=18%2012",
    "/api/stock",
    "/api/stock?sku=X1",
    "/api/stock?depot=D1",
    "/api/stock?by=depot",
    "/api/stock?by=depot&sku=X1",
    "/api/stock/levels",
    "/api/stock/levels?sku=X1",
    "/api/stock/levels?depot=D1",
    "/api/stock/levels?advice=order",
    "/api/stock/levels?advice=prepare",
    "/api/stock/levels?category=Beds",
    "/api/stock/levels?q=commode",
    "/api/stock/levels?q=x999",
    "/api/purchases",
    "/api/purchases?status=ordered",
    "/api/purchases?status=received",
    "/api/purchases?overdue=true",
    "/api/counts",
    "/api/counts?status=compared",
    "/api/counts?depot=D2",
    "/api/counts/a693ea2b-7245-e8da-aa32-3e258ddc9e95/differences",
    "/api/compatibility",
    "/api/compatibility?relation=needs",
    "/api/items",
    "/api/items?state=available",
    "/api/items?state=lost",
    "/api/items?sku=X1",
    "/api/items?sku=X99",
    "/api/items?depot=D1",
    "/api/items?depot=D99",
    "/api/items?batch=LOT1",
    "/api/items?batch=LOT99",
    "/api/items?person=8f14e45f-ceea-167a-5a36-dedd4bea2543",
    "/api/items?state=available&depot=D1&sku=X1",
    "/api/items?q=sn-",
    "/api/items?q=sn-777",
    "/api/items?q=C0000%20777",
    "/api/items?q=old777",
    "/api/items?q=commode%20777",
    "/api/items?q=nothing+like+this",
    "/api/items?q=sn-&state=available&depot=D1",
    "/api/items/OLD2/movements",
    "/api/items/OLD2/examinations",
    "/api/items/OLD2/files",
    "/api/items/OLD2/repair-decisions",
    "/api/items/OLD2/measurements",
    "/api/repair-jobs",
    "/api/repair-jobs?status=open",
    "/api/repair-jobs?status=open&depot=D1",
    "/api/repair-jobs?overdue=true",
    "/api/repair-jobs?item=OLD2",
    "/api/spare-parts",
    "/api/spare-parts?q=motor",
    "/api/specials/shelf",
    "/api/specials/shelf?width_mm_min=600",
    "/api/printers",
    "/api/printers?depot=D1",
    "/api/print-jobs",
    "/api/print-jobs?printer=D7",
    "/api/print-jobs?status=open",
    "/api/print-jobs?printer=D1&status=open",
    "/api/print-jobs?status=ended",
    "/api/print-jobs/c4ca4238-a0b9-2382-0dcc-509a6f75849b/labels",
    "/api/print-labels",
    "/api/print-labels?printer=D7",
    "/api/wash-loads",
    "/api/wash-loads?depot=D2",
    "/api/checks/due?before=2019-04-01",
    "/api/checks/due?before=2019-04-01&depot=D2",
    "/api/checks/due?before=2019-04-01&where=home",
    "/api/cases",
    "/api/cases?status=open",
    "/api/recalls",
    "/api/recalls?status=open",
    "/api/recalls?status=closed",
    "/api/recalls/a9f7e979-65d6-cf79-9a52-9102a973b8b9/items",
    "/api/recalls/a9f7e979-65d6-cf79-9a52-9102a973b8b9/items?outstanding=true",
    "/api/orders",
    "/api/orders?status=awaiting_authorisation",
    "/api/orders?status=delivered",
    "/api/orders?person=c4ca4238-a0b9-2382-0dcc-509a6f75849b",
    "/api/jobs",
    "/api/rounds",
    "/api/rounds?date=2018-04-03",
    "/api/rounds?van=V2",
    "/api/visits",
    "/api/visits?status=open",
    "/api/visits?status=done&due_before=2018-06-01",
    "/api/visits?due_before=2018-05-01",
    "/api/visits?person=c4ca4238-a0b9-2382-0dcc-509a6f75849b",
    *(
        f"/api/figures/visits?figure={figure}&from=2018-04-01&to=2019-03-31"
        for figure in ("on_time", "collected", "failed", "vans")
    ),
    "/api/specials?q=seat",
    "/api/reviews?before=2018-11-01",
    "/api/requests",
    "/api/requests?status=open",
    "/api/requests?kind=fault",
    "/api/changes",
    "/api/changes?what=depot%20opened",
    "/api/changes?key=D1",
    "/api/labels/blank",
    "/api/labels/blank?status=claimed",
    "/api/labels/blank?status=unclaimed",
    "/api/labels/blank?printing=c4ca4238-a0b9-2382-0dcc-509a6f75849b",
    "/api/people?nhs_number=0000000051",
    "/api/people?name=n&born=1910-01-02",
    "/api/people?postcode=ZZ99%203VZ",
    "/api/people/8f14e45f-ceea-167a-5a36-dedd4bea2543/loans",
    "/api/people/8f14e45f-ceea-167a-5a36-dedd4bea2543/addresses",
    "/api/people/8f14e45f-ceea-167a-5a36-dedd4bea2543/timeline",
    "/api/charges",
    "/api/charges?status=proposed",
    "/api/recalls/a9f7e979-65d6-cf79-9a52-9102a973b8b9/people",
    "/api/rounds/day?depot=D1&date=2018-04-03",
    "/api/returns/ageing",
    "/api/returns/ageing?depot=D1",
    "/api/recycling/not-back",
    "/api/recycling/not-back/items",
    "/api/recycling/not-back/items?why=lost",
    "/api/recycling/not-back/items?worth=true&sku=X1",
    "/api/sharing",
    "/api/sharing?year=2018-19&status=proposed",
    "/api/funder-rules",
    "/api/funder-rules?kind=postcode",
    "/api/care-home-rules",
    "/api/looks",
    "/api/looks?person=8f14e45f-ceea-167a-5a36-dedd4bea2543",
    "/api/looks?user=u7",
    "/api/looks?user=u11",
)
REPORTS: Final = (
    "/api/budgets/2018-19",
    *(
        f"/api/recycling?from=2018-04-01&to=2019-03-31&by={key}"
        for key in ("sku", "category", "partner", "depot", "month", "team", "age")
    ),
    "/api/recycling/cohorts?from=2018-04-01&to=2019-03-31",
)
# They read what was posted, counted or driven in the days that they tell of.
OF_DAYS: Final = (
    "/api/budgets/2018-19/statement?partner=P1&month=2018-05",
    "/api/budgets/2018-19/months",
    "/api/figures?from=2018-04-01&to=2019-03-31",
    "/api/figures?from=2018-04-01&to=2019-03-31&by=depot",
    "/api/recycling/scrapped?from=2018-04-01&to=2019-03-31",
    "/api/recycling/variation?from=2018-04-01&to=2019-03-31",
    "/api/recycling?from=2018-04-01&to=2019-03-31&by=sku&within=partner:P1",
    "/api/catalogue/categories",
)


@pytest.fixture(scope="module")
def stores(postgres: EmbeddedPostgres, template: str) -> Iterator[dict[int, str]]:
    """Fill a store of each size."""
    names = {rows: f"rows_{rows}" for rows in (FEW, MANY)}
    for rows, name in names.items():
        asyncio.run(_run(postgres.dsn, f"create database {name} template {template}"))
        asyncio.run(_run(_dsn(postgres, name), filled(rows)))
        asyncio.run(_folded(_dsn(postgres, name)))
    yield {rows: _dsn(postgres, name) for rows, name in names.items()}
    for name in names.values():
        asyncio.run(_run(postgres.dsn, f"drop database {name} with (force)"))


async def test_a_page_costs_the_same_statements_however_much_there_is(
    stores: dict[int, str],
) -> None:
    """Of a hundred rows and of a hundred thousand."""
    paths = (*LISTS, *REPORTS, *OF_DAYS, *PAGES, *COUNTED_PAGES)
    counted: dict[str, list[int]] = {path: [] for path in paths}
    for dsn in stores.values():
        async with _client(dsn) as client:
            for path, counts in counted.items():
                counts.append(len(await _kept(client, dsn, path)))
    assert not {path: each for path, each in counted.items() if not each[0] == each[1] > 1}


async def test_a_page_reads_no_more_than_it_shows(stores: dict[int, str]) -> None:
    """Nor does the one after it: no list is gone through for a page."""
    pages = [(path, page) for path in (*LISTS, *PAGES) for page in ("", "after")]
    # Of partners each may have come before another: they are read where it is asked whose it is.
    assert not await _beyond(stores[MANY], pages, but=("partners",))


async def test_a_report_reads_sums_and_no_history(stores: dict[int, str]) -> None:
    """The partners apart, each of whom is a row of the budget or has perhaps a successor."""
    pages = [(path, "") for path in REPORTS]
    assert not await _beyond(stores[MANY], pages, but=("partners",))


async def _beyond(
    dsn: str, pages: Sequence[tuple[str, str]], but: tuple[str, ...] = ()
) -> list[tuple[str, str, int, str]]:
    """What reads more than a page is worth: path, page, rows, statement."""
    beyond = []
    connection = await asyncpg.connect(dsn)
    try:
        async with _client(dsn) as client:
            for path, page in pages:
                for sql, values in await _kept(client, dsn, path, page):
                    read = await _rows_read(connection, sql, values, but=but)
                    if read > ROWS_READ_MAX:
                        beyond.append((path, page, read, sql))
    finally:
        await connection.close()
    return beyond


async def _kept(client: httpx.AsyncClient, dsn: str, path: str, page: str = "") -> _Statements:
    """The statements of a request, asked for once in each store."""
    if (dsn, path, page) not in _KEPT:
        _KEPT[dsn, path, page] = await _asked(client, path, page)
    return _KEPT[dsn, path, page]


async def _asked(client: httpx.AsyncClient, path: str, page: str = "") -> _Statements:
    """The statements of a request, with their values, once the connection knows them."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    if page:
        following = _following(answer)
        if following is None:
            return []
        path = following
        await client.get(path)
    with pytest.MonkeyPatch.context() as monkeypatch:
        asked = _listening(monkeypatch)
        assert (await client.get(path)).status_code == 200
    return asked


def _following(answer: httpx.Response) -> str | None:
    """Where the next page is, of a list or of a page that shows one."""
    if answer.headers["content-type"].startswith("text/html"):
        found = _NEXT.search(answer.text)
        return html.unescape(found[1]) if found else None
    after = answer.json().get("next")
    return str(answer.url.copy_merge_params({"after": after})) if after else None


_NEXT: Final = re.compile(r'href="([^"]*[?;]after=[^"]*)"')


@asynccontextmanager
async def _client(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may read everything, on one connection."""
    await open_pool(dsn, size=1)
    try:
        async with client_of(application(Settings())) as client:
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            client.headers["Cookie"] = f"{SESSION}={TOKEN}"
            yield client
    finally:
        await close_pool()


def _listening(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    asked: list[tuple[str, tuple[Any, ...]]] = []
    for name in ("fetch", "execute"):
        _listen(monkeypatch, name, asked)
    return asked


def _listen(monkeypatch: pytest.MonkeyPatch, name: str, asked: list[Any]) -> None:
    before = getattr(asyncpg.Connection, name)

    async def ask(self: Any, sql: str, *values: object, **more: Any) -> Any:
        asked.append((sql, values))
        return await before(self, sql, *values, **more)

    monkeypatch.setattr(asyncpg.Connection, name, ask)


async def _rows_read(
    connection: "asyncpg.Connection[asyncpg.Record]",
    sql: str,
    values: tuple[Any, ...],
    but: tuple[str, ...] = (),
) -> int:
    """How many rows and entries of indexes a statement looks at, those it throws away included."""
    if not sql.lstrip().startswith(("select", "with")):
        return 0
    [row] = await connection.fetch(f"explain (analyze, timing off, format json) {sql}", *values)
    [explained] = json.loads(row[0])
    return sum(
        _read_by(node)
        for node in _nodes(explained["Plan"])
        if "Scan" in node["Node Type"] and node.get("Relation Name") not in but
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _read_by(node: dict[str, Any]) -> int:
    thrown = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    rows = node["Actual Rows"] + sum(node.get(kind, 0) for kind in thrown)
    return int(rows * node["Actual Loops"])


async def _folded(dsn: str) -> None:
    await open_pool(dsn)
    await fold()
    await close_pool()


async def _run(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _dsn(server: EmbeddedPostgres, name: str) -> str:
    return server.dsn.replace(f"@/{NAME}?", f"@/{name}?")
