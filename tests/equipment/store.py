"""A small store to scan in: partners, places, products, people, and what is done there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from budget.database import execute, fetch, fetch_one
from budget.partners import NewPartner, enter
from budget.refusals import Wrong
from equipment.catalogue.products import add_product
from equipment.clerk import Result
from equipment.items import Delivery, Viewer, receive
from equipment.people.people import register
from equipment.people.person_form import NewPerson
from equipment.places import Depot, Shift, Van, add_van, open_depot
from equipment.scans import record
from equipment.staff.roles import Caller
from tests.equipment.standing_data import ADMINISTRATOR, caller, product
from tests.sight import all_of

NOW = datetime(2018, 10, 1, 9, tzinfo=UTC)
COORDINATOR = caller("coordinator", username="coordinator")
STORE = caller("depot", username="storeman")
TECHNICIAN = caller("technician", username="technician")

Scan = dict[str, Any]


async def set_up() -> None:
    """Open the store: two partners, two depots, two vans, a bed."""
    for ods in ("04K", "52R"):
        await enter(ADMINISTRATOR.username, NewPartner(ods, f"Partner {ods}", "ccg"))
    for code in ("D1", "D2"):
        await open_depot(ADMINISTRATOR, Depot(code, code, "NG1 1AA", "depot"))
        await add_van(ADMINISTRATOR, Van(f"V{code[1]}", code, 900, 8_000, Shift("08:00", "16:00")))
    await stock("BED01")


async def stock(sku: str, *, since: datetime = NOW, **fields: Any) -> str:
    """Add a product to the catalogue."""
    await add_product(ADMINISTRATOR, product(sku, **fields), since)
    return sku


async def received(sku: str = "BED01", count: int = 1, **fields: Any) -> list[str]:
    """Receive new items; their codes."""
    usual: dict[str, Any] = {
        "depot": "D1",
        "serials": [None] * count,
        "batch": None,
        "purchase_price_pence": None,
        "received_at": NOW,
        "dirty": False,
        "owner": "pool",
    }
    now = max(NOW, fields.get("received_at", NOW))
    viewer = Viewer(ADMINISTRATOR, now, "https://kit.example.org")
    body = await receive(Delivery(sku, **usual | fields), viewer)
    return [item["code"] for item in msgspec.json.decode(body)["items"]]


async def one_item(sku: str = "BED01", **fields: Any) -> str:
    """Receive one item; its code."""
    [code] = await received(sku, **fields)
    return code


async def somebody(funder: str | None = "04K") -> str:
    """Register a person; their id."""
    new = NewPerson(name="Ada Lovelace", funder=funder)
    return str((await register(COORDINATOR, new, NOW)).id)


def scan(item: str, action: str, *, at: datetime = NOW, **fields: Any) -> Scan:
    """Fill in a scan with all that its action needs, under an id of its own."""
    needs = NEEDED.get(action, {})
    own = {"id": str(uuid4()), "item": item, "action": action, "occurred_at": at.isoformat()}
    return own | needs | fields


NEEDED: dict[str, Scan] = {
    "load": {"van": "V1"},
    "collect": {"van": "V1"},
    "return": {"depot": "D1"},
    "find": {"depot": "D1"},
    "move": {"depot": "D1", "van": "V1"},
    "repair": {"minutes": 30},
    "check": {"checks": [{"kind": "pat", "result": "pass", "on": "2018-10-01"}]},
    **{action: {"reason": "said so"} for action in ("withdraw", "fail", "scrap", "lose", "hold")},
}


async def done(*scans: Scan, by: Caller = COORDINATOR, now: datetime = NOW) -> list[Result]:
    """Record scans in one list, each of which must be accepted."""
    results = await record(scans, by, now)
    assert {result.status for result in results} == {"accepted"}, results
    return results


async def answer(sent: Mapping[str, Any], by: Caller = COORDINATOR, now: datetime = NOW) -> Result:
    """Record one scan; what became of it."""
    [result] = await record([sent], by, now)
    return result


async def refused(sent: Mapping[str, Any], by: Caller = COORDINATOR, now: datetime = NOW) -> str:
    """Record one scan, which must be refused: the slug, or the field that is wrong."""
    return reason(await answer(sent, by, now))


def reason(result: Result) -> str:
    """Say why a scan was refused: the slug, or the field that is wrong."""
    assert result.status == "refused", result
    assert result.refusal is not None
    if isinstance(result.refusal, Wrong):
        return ", ".join(fault.field for fault in result.refusal.faults)
    return result.refusal.slug


async def row_of(code: str) -> dict[str, Any]:
    """Read an item's own row."""
    row = await fetch_one("select * from items where code = $1", code)
    assert row is not None
    return dict(row)


async def count(table: str, where: str = "true") -> int:
    """Count the rows of a table."""
    [row] = await all_of(f"select count(*) as many from {table} where {where}")
    return int(row["many"])


async def balance(account: str, partner: str = "04K") -> int:
    """Add up a partner's account."""
    sql = "select coalesce(sum(amount_pence), 0)::bigint as pence from postings"
    row = await fetch_one(sql + " where account = $1 and partner = $2", account, partner)
    assert row is not None
    return int(row["pence"])


async def tariff(year: str = "2018-19", **rates: int) -> None:
    """Set a year's tariff and nothing else."""
    sql = "insert into budget_years (year, tariff, collection_threshold_pence) values ($1, $2, 0)"
    await execute(sql, year, msgspec.json.encode(rates).decode())


async def check_invariants() -> None:
    """See that items are as their newest movements left them and that every entry balances."""
    columns = "state, depot, last_depot, van, person, loan, loan_funder, loan_phase, loans, held_at"
    columns += ", dirty_on, pat_on, loler_on, service_on"
    stale = await fetch(f"""
        select code from items i join lateral (
            select * from movements m where m.item = i.id order by seq desc limit 1) m on true
        where (i.newest_movement, {_of("i", columns)})
            is distinct from (m.id, {_of("m", columns, place=False)})
    """)
    assert stale == []
    crooked = "select entry from postings group by entry having sum(amount_pence) <> 0"
    assert await fetch(crooked) == []
    ids = await fetch("select code from items where newest_movement is null")
    assert ids == []


def _of(table: str, columns: str, *, place: bool = True) -> str:
    """Qualify the columns; a movement names a depot also where something was handed over."""
    names: Sequence[str] = columns.split(", ")
    at_depot = "case when m.van is null and m.state in ('available', 'allocated', 'returned',"
    at_depot += " 'cleaned', 'in_repair') then m.depot end"
    return ", ".join(at_depot if c == "depot" and not place else f"{table}.{c}" for c in names)
