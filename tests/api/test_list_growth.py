"""A page of a list costs the same of a hundred rows and of a hundred thousand.

The same number of statements, and none of them reads more than a page is worth.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import httpx
import pytest

from budget.database import close_pool, open_pool
from budget.sums import fold
from scripts.postgres import NAME, EmbeddedPostgres
from settings import Settings
from tests.api.conftest import application, client_of

FEW, MANY = 100, 100_000
# What a page of 50 may read: its rows, what belongs to each, the entries of indexes on the way.
ROWS_READ_MAX: Final = 2_500
TOKEN: Final = "somebody's"

# Whoever asks first fills both stores, on a machine that others use as well.
pytestmark = pytest.mark.timeout(900)

# Written past the triggers, as a restored dump is: what they would do is done beside it.
FILL: Final = """
set session_replication_role = replica;
insert into partners (ods, name, kind) select 'P' || n, 'n', 'ccg' from generate_series(1, :rows) n;
insert into sharing_agreements (id, year, holds_from, equipment_by_use_percent,
        activity_by_use_percent, charges_by_use_percent, shares, reason, proposed_by, proposed_at)
    select md5(n::text)::uuid, case when n % 2 = 0 then '2018-19' else '2019-20' end,
        case when n % 2 = 0 then '2018-04-01' else '2019-04-01' end::date, 100, 100, 100, '{}', 'r',
        'u1', now() from generate_series(1, :rows) n;
insert into users (username, password_hash, roles, created_at)
    select 'u' || n, '', '{administrator}', now() from generate_series(1, :rows) n;
insert into tokens (digest, "user", created_at, expires_at)
    select DIGEST, id, now(), now() + interval '1 day' from users where username = 'u1';
insert into tokens (digest, "user", created_at, expires_at)
    select sha256(username::bytea), id, now(), now() + interval '1 day' from users;
insert into depots (code, name, postcode, kind)
    select 'D' || n, 'n', 'NG1 5FS', 'depot' from generate_series(1, :rows) n;
insert into vans (code, depot, payload_kg, volume_l, crew, shift_from, shift_to)
    select 'V' || n, 'D1', 1, 1, 1, '08:00', '09:00' from generate_series(1, :rows) n;
insert into bays (code, depot, name, kind)
    select 'B' || n, 'D1', 'n', 'clean' from generate_series(1, :rows) n;
insert into products (sku, name, category, iso9999, reuse, speed)
    select 'X' || n, 'Commode ' || n, 'Beds', case when n < 90 then '18 12 10' else '' end,
    'reusable', '7_day' from generate_series(1, :rows) n;
insert into product_terms (sku, from_on, price_pence, credit_percent)
    select sku, '2018-04-01', 100, 85 from products;
insert into fit_rules (subject, relation, others, most, words, digest)
    select 'sku:X' || n, case when n > :rows - 60 then 'needs' else 'at_most' end,
    case when n > :rows - 60 then '{sku:X1}' else '{}' end::varchar[],
    case when n <= :rows - 60 then 1 end, 'w', n::text::bytea from generate_series(1, :rows) n;
-- Half of them have no fixed abode, a few dozen were born on one day.
insert into people (id, name, needs, nhs_number, funder, postcode, born, created_at, created_by)
    select md5(n::text)::uuid, 'n', '{}', lpad(n::text, 10, '0'), 'P1',
        case when n % 2 = 0 then 'ZZ99 3VZ' end, '1910-01-01'::date + n / 40, now(), 'u1'
    from generate_series(1, :rows) n;
insert into person_looks (person, username, looked_at, door)
    select md5((case when n % 2 = 0 then 7 else n end)::text)::uuid,
        'u' || case when n % 3 = 0 then 7 else n end, now(), 'record'
    from generate_series(1, :rows) n;

-- Half of them are one product's at one depot, of one batch; a few are lost, a few somebody's.
insert into items (code, giai, sku, serial, batch, owner, newest_movement, updated_at, loans, state,
    depot, last_depot, person, loan, loan_funder, loan_phase, phase_at)
select 'C' || lpad(n::text, 7, '0'), 'G' || n, case when n % 2 = 0 then 'X1' else 'X' || n end,
    'SN-' || n, case when n % 2 = 0 then 'LOT1' else 'LOT' || n end, 'pool', md5(n::text)::uuid,
    now(), 0, state, case when state = 'available' then 'D' || (1 + n % 2 * (n - 1)) end, 'D1',
    case when state = 'on_loan' then md5('7')::uuid end,
    case when state = 'on_loan' then md5(n::text)::uuid end,
    case when state = 'on_loan' then 'P1' end, case when state = 'on_loan' then 'open' end,
    case when state = 'on_loan' then now() end
from (select n, case when n % (:rows / 20) = 7 % (:rows / 20) and n > :rows / 2 then 'lost'
    when n % (:rows / 20) = 3 and n > :rows / 2 then 'on_loan' else 'available' end as state
    from generate_series(1, :rows) n) told;
-- Each is to be serviced; a few at a depot of their own, or with somebody.
insert into check_dues (item, kind, due_on, depot, at_home)
    select id, 'service', date '2018-04-01' + id::integer % 700,
        case when id % (:rows / 20) = 5 then 'D2' else 'D1' end, person is not null from items;
insert into loans (id, item, person, funder, began_at, charged_pence, credit_percent)
    select loan, id, person, loan_funder, now(), 1, 0 from items where loan is not null;
insert into stock_sums (sku, state, held, place, units)
select each.sku, state, false, each.place, count(*) from items cross join lateral
    (values (items.sku, last_depot), (items.sku, ''), ('', last_depot)) each (sku, place)
    group by 1, 2, 3, 4;
insert into kits (code, name) select 'K' || n, 'n' from generate_series(1, :rows) n;
insert into kit_lines (kit, sku, quantity) select 'K' || n, 'X' || n, 1
    from generate_series(1, :rows) n;
insert into shelf_levels (depot, sku, target) select 'D' || n, 'X' || n, 1000
    from generate_series(:rows - 59, :rows) n;
insert into top_ups (depot, sku, short, opened_at, done_at)
    select 'D' || n, 'X' || n, 1000, now(), case when n <= :rows - 60 then now() end
    from generate_series(1, :rows) n;
insert into emergency_issues (id, item, person, reason, issued_at, issued_by, due_at, completed_at,
    completed_by)
select md5(n::text)::uuid, n, md5(n::text)::uuid, 'r', now(), 'u1', now() + interval '1 day',
    case when n <= :rows - 60 then now() end, case when n <= :rows - 60 then 'u1' end
from generate_series(1, :rows) n;
insert into item_aliases (key, item, alias) select 'OLD' || n, n, 'OLD' || n
    from generate_series(1, :rows) n;
insert into item_texts select id, code from items union all select id, serial from items
    union all select item, alias from item_aliases;

-- Over two years: every other movement is one item's, others have fifty.
insert into movements (id, item, action, from_state, occurred_at, recorded_at, actor, details,
    state, depot, last_depot, loans)
select gen_random_uuid(), case n % 2 when 0 then 2 else 1 + n % (:rows / 50) end, 'move',
    'available', at, at, 'u1', '{}', 'available', 'D1', 'D1', 0
from generate_series(1, :rows) n,
    lateral (select timestamptz '2018-04-01Z' + n * interval '2 years' / :rows as at) told;
insert into postings (entry, movement, kind, account, partner, amount_pence, posted_on, late,
    occurred_at, recorded_at, item, sku, category, description, no_tariff)
select id, id, 'issue', account, case account when 'issues' then 'P1' end, pence, recorded_at::date,
    false, occurred_at, recorded_at, item, 'X1', 'Beds', 'd', false
from movements, (values ('issues', 100), ('equipment', -100)) as leg (account, pence);

insert into unfolded_postings (account, partner, posted_on, pence)
    select account, partner, posted_on, amount_pence from postings where partner is not null;
insert into unfolded_tallies
    (kind, reusable, funder, sku, category, depot, occurred_on, units, pence)
    select kind, true, 'P1', 'X' || n % 20, 'Beds', 'D1', date '2018-04-01' + n % 365, 1, 100
    from generate_series(1, :rows) n, (values ('issued'), ('waiting'), ('reused')) k (kind);

insert into examinations (id, item, examined_on, next_by, danger, report, digest, reported_by,
    reported_at)
select gen_random_uuid(), 2, '2018-04-01', '2018-10-01', 'none', json_build_object('report',
    json_build_object('id', gen_random_uuid(), 'examined_on', '2018-04-01', 'reported_on',
        '2018-04-01', 'occasion', 'six_months', 'safe', true, 'employer', 'e', 'employer_address',
        'e', 'premises', 'p', 'authenticated_by', 'a', 'authenticated_address', 'a', 'examiner',
        json_build_object('name', 'n', 'address', 'a', 'qualifications', 'q')),
    'examined', json_build_object('item', 'C0000002', 'sku', 'X1', 'name', 'n', 'serial', null,
        'batch', null, 'owner', 'pool', 'last_examined_on', null, 'next_by', '2018-10-01',
        'person', null)), 'd', 'u1', now() from generate_series(1, :rows) n;
insert into item_files (id, item, name, media_type, content, bytes, digest, sent_digest, kept_at,
    kept_by)
select gen_random_uuid(), 2, 'n', 'application/pdf', 'x', 1, encode(sha256('x'), 'hex'), '', now(),
    'u1' from generate_series(1, :rows) n;
insert into repair_decisions (id, item, decision, reason, advice, decided_at, decided_by)
select gen_random_uuid(), 2, 'repair', 'r', json_build_object('price_pence', 1, 'worth_pence', 1,
    'spent_pence', 0, 'quote_pence', 0, 'repairs', 0, 'age_days', null, 'life_years', null,
    'advice', 'repair', 'why', 'w'), now(), 'u1' from generate_series(1, :rows) n;
insert into wash_loads (id, depot, method, washed_at, recorded_at, operator)
    select md5('w' || n)::uuid, case when n % (:rows / 20) = 5 then 'D2' else 'D1' end, 'washer',
        now(), now(), 'u1' from generate_series(1, :rows) n;
insert into washed_items (movement, load, item)
    select gen_random_uuid(), md5('w' || n)::uuid, n from generate_series(1, :rows) n;
insert into cases (id, kind, item, scan, detail, content, fault, raised_by, raised_at, status,
    settled_by, settled_at)
select gen_random_uuid(), 'refused-scan', n, null, 'd', '{}', n::text::bytea, 'u1', now(),
    case when n > :rows - 60 then 'open' else 'settled' end,
    case when n <= :rows - 60 then 'u1' end, case when n <= :rows - 60 then now() end
from generate_series(1, :rows) n;
insert into recalls (id, reference, title, severity, sku, batch, batch_key, action, opened_at,
    opened_by, closed_at, closed_by)
select md5('c' || n)::uuid, 'FSN-' || n, 't', 'high', 'X' || n, 'none', 'NONE', 'hold', now(), 'u1',
    case when n <= :rows - 60 then now() end, case when n <= :rows - 60 then 'u1' end
from generate_series(1, :rows) n;
insert into recall_items (recall, item, found_at, state, hold)
select md5('c1')::uuid, n, now(), 'available', md5(n::text)::uuid from generate_series(1, :rows) n;
insert into requests (id, kind, item, everything, form, content, sent_at, status, settled_by,
    settled_at)
select gen_random_uuid(), case when n > :rows - 60 then 'fault' else 'collection' end, n,
    case when n <= :rows - 60 then false end, gen_random_uuid(), '', now(),
    case when n > :rows - 60 then 'open' else 'settled' end,
    case when n <= :rows - 60 then 'u1' end, case when n <= :rows - 60 then now() end
from generate_series(1, :rows) n;
insert into orders (id, person, funder, depot, speed, due_on, status, ordered_at, ordered_by)
select md5('o' || n)::uuid, md5((n % (:rows / 50) + 1)::text)::uuid,
    'P' || 1 + n % 2 * (n - 1), 'D1', '7_day', '2018-10-01',
    case when n > :rows - 60 then 'awaiting_authorisation' else 'delivered' end, now(), u.id
from generate_series(1, :rows) n, users u where u.username = 'u1';
insert into order_lines (id, "order", place, sku, quantity, delivered, wanted, price_pence, due_on)
select md5('l' || n)::uuid, md5('o' || n)::uuid, 0, 'X1',
    case when n > :rows - 60 then 2 else 1 end, 1, n > :rows - 60, 100, '2018-10-01'
    from generate_series(1, :rows) n;
insert into visits (id, person, depot, status, funder, ready_on, due_on, window_from, window_to,
    made_at, ended_at, ended_by, promised_on, asked_on, happened_on, round)
select md5('v' || n)::uuid, md5((n % (:rows / 50) + 1)::text)::uuid, 'D1',
    case when n > :rows - 60 then 'open' else 'done' end, 'P' || 1 + n % 2 * (n - 1),
    date '2018-04-01' + n % 700, date '2018-04-08' + n % 700, '08:00', '18:00', now(),
    case when n <= :rows - 60 then now() end, case when n <= :rows - 60 then 'crew' end,
    date '2018-04-08' + n % 700, date '2018-04-08' + n % 700,
    case when n <= :rows - 60 then date '2018-04-08' + n % 700 end,
    case when n <= :rows - 60 then md5('r' || n)::uuid end
from generate_series(1, :rows) n;
insert into visit_lines (id, visit, kind, order_line, funder, checks, why, due_on, made_at, outcome,
    closed_at, delivered)
select md5('w' || n)::uuid, md5('v' || n)::uuid, 'delivery', md5('l' || n)::uuid, 'P1', '{}',
    'order', '2018-10-01', now(), case when n <= :rows - 60 then 'delivered' end,
    case when n <= :rows - 60 then now() end, case when n > :rows - 60 then 1 else 0 end
from generate_series(1, :rows) n;
insert into visit_places (visit, person, address) select id, person, 'a' from visits;
insert into day_plans (id, depot, day, made_at, made_by)
select md5('p' || n)::uuid, 'D1', date '2018-04-01' + n, now(), 'u1'
from generate_series(1, :rows) n;
insert into rounds (id, plan, van, day, status, leaves_at, back_at, published_at, published_by)
select md5('r' || n)::uuid, md5('p' || n)::uuid, 'V' || 1 + n % 7, date '2018-04-01' + n,
    'published', now(), now(), now(), 'u1' from generate_series(1, :rows) n;
insert into round_stops (round, place, visit, arrive_at, begin_at, depart_at)
select md5('r' || n)::uuid, 0, md5('v' || n)::uuid, now(), now(), now()
from generate_series(1, :rows) n;
insert into job_runs (job, slot, begun_at, asked_by, leader)
select case when n % 2 = 0 then 'due-checks' else 'plan-tomorrow' end,
    timestamptz '2018-04-01Z' + n * interval '1 hour', now(), 'system', 'l'
from generate_series(1, :rows) n;
insert into changes (actor, what, key, content)
select 'u1', case when n > :rows - 60 then 'depot opened' else 'van added' end,
    case when n > :rows - 60 then 'D1' else 'V' || n end, '{}' from generate_series(1, :rows) n;
insert into blank_labels (code, giai, printing, printed_at, printed_by)
    select 'L' || n, 'L' || n, md5((n / 100)::text)::uuid, now(), 'u1'
    from generate_series(1, :rows) n;
insert into item_labels (code, giai, item, claimed_at, claimed_by)
    select 'L' || n, 'L' || n, n, now(), 'u1' from generate_series(1, :rows - 60) n;
insert into label_claims select seq, seq <= :rows - 60 from blank_labels;
-- By all rows, not by a sample that is another each time.
set default_statistics_target = 1000;
analyze;
"""

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


@pytest.fixture(scope="module")
def stores(postgres: EmbeddedPostgres, template: str) -> Iterator[dict[int, str]]:
    """Fill a store of each size."""
    names = {rows: f"rows_{rows}" for rows in (FEW, MANY)}
    for rows, name in names.items():
        asyncio.run(_run(postgres.dsn, f"create database {name} template {template}"))
        asyncio.run(_run(_dsn(postgres, name), _fill(rows)))
        asyncio.run(_folded(_dsn(postgres, name)))
    yield {rows: _dsn(postgres, name) for rows, name in names.items()}
    for name in names.values():
        asyncio.run(_run(postgres.dsn, f"drop database {name} with (force)"))


async def test_a_page_costs_the_same_statements_however_much_there_is(
    stores: dict[int, str],
) -> None:
    """Of a hundred rows and of a hundred thousand."""
    counted: dict[str, list[int]] = {path: [] for path in (*LISTS, *REPORTS)}
    for dsn in stores.values():
        async with _client(dsn) as client:
            for path, counts in counted.items():
                counts.append(len(await _asked(client, path)))
    assert not {path: each for path, each in counted.items() if not each[0] == each[1] > 1}


async def test_a_page_reads_no_more_than_it_shows(stores: dict[int, str]) -> None:
    """Nor does the one after it: no list is gone through for a page."""
    pages = [(path, page) for path in LISTS for page in ("", "after")]
    assert not await _beyond(stores[MANY], pages)


async def test_a_report_reads_sums_and_no_history(stores: dict[int, str]) -> None:
    """The partners apart, each of whom is a row of the budget or has perhaps a successor."""
    pages = [(path, "") for path in REPORTS]
    assert not await _beyond(stores[MANY], pages, but=("partners",))


async def _beyond(
    dsn: str, pages: Sequence[tuple[str, str]], but: tuple[str, ...] = ()
) -> list[tuple[str, str, int, str]]:
    """What reads more than a page is worth: path, page, rows, statement."""
    beyond = []
    async with _client(dsn) as client:
        for path, page in pages:
            for sql, values in await _asked(client, path, page):
                read = await _rows_read(dsn, sql, values, but=but)
                if read > ROWS_READ_MAX:
                    beyond.append((path, page, read, sql))
    return beyond


async def _asked(
    client: httpx.AsyncClient, path: str, page: str = ""
) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements of a request, with their values, once the connection knows them."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    if page:
        following = answer.json().get("next")
        path = str(client.build_request("GET", path).url.copy_merge_params({"after": following}))
        if following is None:
            return []
        await client.get(path)
    with pytest.MonkeyPatch.context() as monkeypatch:
        asked = _listening(monkeypatch)
        assert (await client.get(path)).status_code == 200
    return asked


@asynccontextmanager
async def _client(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may read everything, on one connection."""
    await open_pool(dsn, size=1)
    try:
        async with client_of(application(Settings())) as client:
            client.headers["Authorization"] = f"Bearer {TOKEN}"
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


async def _rows_read(dsn: str, sql: str, values: tuple[Any, ...], but: tuple[str, ...] = ()) -> int:
    """How many rows and entries of indexes a statement looks at, those it throws away included."""
    if not sql.lstrip().startswith(("select", "with")):
        return 0
    connection = await asyncpg.connect(dsn)
    try:
        [row] = await connection.fetch(f"explain (analyze, format json) {sql}", *values)
    finally:
        await connection.close()
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


def _fill(rows: int) -> str:
    digest = f"'\\x{hashlib.sha256(TOKEN.encode()).hexdigest()}'"
    return FILL.replace("DIGEST", digest).replace(":rows", str(rows))


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
