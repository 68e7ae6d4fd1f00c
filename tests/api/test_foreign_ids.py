"""What a body names and is not one's own to see, is as if it were nowhere.

Every field of every body is either plain or names something: one that is in neither list fails, so
that whoever adds a field says which.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import document_of
from tests.api.members import Headers, member, scan
from tests.sight import all_of
from tests.web.ordering import open_service, person, stock

# What names a person, or what belongs to one.
NAMES_PEOPLE = {
    "POST /api/people/{person}/merge": {"duplicate"},
    "POST /api/orders": {"person"},
    "PATCH /api/orders/{order}": {"lines.id"},
    "POST /api/orders/{order}/authorise": {"lines.id"},
    "POST /api/collections": {"person", "items"},
    "POST /api/recalls/{recall}/contacts": {"person"},
    "POST /api/visits": {"person", "items"},
    "POST /api/visits/{visit}/outcome": {"lines.line"},
    # Whose fields are judged one scan at a time, so that the document does not have them.
    "POST /api/scans": {"scans"},
}
# What the client makes up, and codes of what everybody who is signed in may see.
NAMES_OTHERS = """
    after also bay blank but code crew depot equivalents funder gp_practice id item items key
    kit label labels line nhs_number ods others owner part partner parts printer provided serial
    serials sku subject succeeded_by team username van visit
"""
# Words, numbers, days and choices; a body that has no fields of its own (a file, a picture).
PLAIN = """
    10_day 3_day 5_day 7_day above_level access_notes account action active address again_on
    answer apart batch begins born carers category clean_l date dirty_l left_out off pinned
    rest_minutes seconds seed skills tail_lift trips_max charge_pence clean clean_minutes
    collection collection_threshold_pence communication communication_notes condition
    contacted_at contributions copies count credit_percent cut_off deferred description details
    died_on dpi due_on end_on failed_visit fault format from funder_reason happened_on height_mm
    home how interpreter iso9999 kind language layout length_mm level levels life_years
    loler_months max_user_kg model month most moved_on name needs next_day next_step note notes
    occurred_at order_limit_pence outcome password pat payload_kg pence phone photo postcode
    price_pence purchase_price_pence quantity ready_from reason received_at reference relation
    repair_hour repair_visit reuse review_on roles same_day serial_from serial_to service_months
    service_visit severity signature size speed start succeeded_on supplier swap test title to
    total_pence version volume_l warning weight_g weight_kg width_mm words
    cycle decision machine method minutes parts_pence washed_at
    activity_by_use_percent cap_percent charges_by_use_percent
    equipment_by_use_percent holds_from shares year closed_from
    lines authenticated_address authenticated_by configuration danger danger_by defects employer
    employer_address examined_on examiner faults installed_correctly made_on next_by occasion
    premises qualifications remedy reported_on safe safe_working_load_kg tests missing_parts
    until repairer due_back declared_by position contaminated hazards precautions agreed_by done
    mended_by in_use host port out_of_use came_out lead_days cover_days service_percent approve
    temperature_c depth_mm seat_width_mm seat_depth_mm seat_height_mm
"""
Body = dict[str, Any]


def fields(app: Litestar) -> Iterator[tuple[str, str]]:
    """Every operation that writes, with each field of its body."""
    document = document_of(app)
    schemas = document["components"]["schemas"]
    for path, each in document["paths"].items():
        for method in {"post", "put", "patch", "delete"} & set(each):
            for media in each[method].get("requestBody", {}).get("content", {}).values():
                for field in _leaves(media["schema"], schemas, ""):
                    yield f"{method.upper()} {path}", field


def _leaves(schema: Body, schemas: Body, path: str) -> Iterator[str]:
    if reference := schema.get("$ref"):
        schema = schemas[reference.rsplit("/", 1)[-1]]
    inner = [*schema.get("oneOf", []), *schema.get("anyOf", [])]
    inner += [schema["items"]] if "items" in schema else []
    for one in inner:
        yield from _leaves(one, schemas, path)
    for name, one in schema.get("properties", {}).items():
        yield from _leaves(one, schemas, f"{path}.{name}".lstrip("."))
    if not inner and "properties" not in schema and schema.get("type") != "null":
        yield path


def test_every_field_of_a_body_is_known(app: Litestar) -> None:
    """As one that names a person or theirs, something else, or nothing; and none besides."""
    named: dict[str, set[str]] = {}
    known, strange = {"", *NAMES_OTHERS.split(), *PLAIN.split()}, set()
    for operation, field in fields(app):
        leaf = field.rsplit(".", 1)[-1]
        if field in NAMES_PEOPLE.get(operation, ()):
            named.setdefault(operation, set()).add(field)
        elif leaf not in known:
            strange.add(leaf)
    assert not strange, sorted(strange)
    assert named == NAMES_PEOPLE


@pytest.fixture
async def heads(admin: httpx.AsyncClient) -> dict[str, Headers]:
    """Those of 04K who see some people only."""
    await open_service(admin)
    roles = ("prescriber", "authoriser", "technician")
    return {role: await member(admin, role, partner="04K", level=4) for role in roles}


async def _order(admin: httpx.AsyncClient, for_whom: str, sku: str) -> Body:
    body = {"id": str(uuid4()), "person": for_whom, "lines": [{"sku": sku, "quantity": 1}]}
    placed = await admin.post("/api/orders", json=body)
    assert placed.status_code == 201, placed.text
    order: Body = placed.json()
    return order


async def _requests(admin: httpx.AsyncClient, named: Body) -> list[tuple[str, str, Body]]:
    """Bodies of orders, collections and scans, with the foreign ids in them."""
    ours = await person(admin)
    order = await _order(admin, ours, "CMD01")
    line = {"id": named["line"], "sku": "BED02", "quantity": 1}
    new = {"id": str(uuid4()), "reason": "No longer needed"}
    product = {"lines": [{"sku": "BED02", "quantity": 1}]}
    [bed] = await stock(admin, "BED01")
    scans = [
        scan(bed["code"], "deliver", depot="D1", person=named["person"]),
        scan(bed["code"], "allocate", order_line=named["line"]),
        scan(bed["code"], "deliver", depot="D1", order_line=named["line"]),
        scan(bed["code"], "deliver", depot="D1", visit=named["visit"]),
    ]
    return [
        ("POST", "/api/orders", {"id": str(uuid4()), "person": named["person"]} | product),
        ("PATCH", f"/api/orders/{order['id']}", {"lines": [line], "reason": "Why"}),
        ("POST", f"/api/orders/{order['id']}/authorise", {"lines": [line], "reason": "Why"}),
        ("POST", "/api/collections", new | {"person": named["person"], "items": "all"}),
        ("POST", "/api/collections", new | {"person": ours, "items": [named["item"]]}),
        *(("POST", "/api/scans", {"scans": [each]}) for each in scans),
    ]


async def test_what_is_not_ones_own_to_see_is_nowhere(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient, heads: dict[str, Headers]
) -> None:
    """Another partner's in any field is answered as nobody's, and nothing is written."""
    theirs = await person(admin, funder="52R")
    [lent] = await stock(admin, "BED01")
    given = scan(lent["code"], "deliver", depot="D1", person=theirs)
    assert (await admin.post("/api/scans", json={"scans": [given]})).json()["results"]
    line = (await _order(admin, theirs, "CMD01"))["lines"][0]["id"]
    made = {"id": str(uuid4()), "person": theirs, "items": "all", "reason": "Died"}
    visit = await admin.post("/api/collections", json=made)
    assert visit.status_code == 201, visit.text
    foreign = {"person": theirs, "line": line, "visit": visit.json()["id"], "item": lent["code"]}
    nowhere = {name: str(uuid4()) for name in ("person", "line", "visit")}
    [loose] = await stock(admin, "BED01")
    nowhere["item"] = loose["code"]
    both = [await _requests(admin, named) for named in (foreign, nowhere)]
    before, passed = await _written(), []
    for role, headers in heads.items():
        for (method, path, body), (_, other_path, other) in zip(*both, strict=True):
            if role == "technician" and path == "/api/scans":
                # A crew's scan is a fact, whoever it names; it tells nothing of them.
                continue
            answer = await visitor.request(method, path, json=body, headers=headers)
            missing = await visitor.request(method, other_path, json=other, headers=headers)
            told = (role, method, path, body, answer.text, missing.text)
            assert answer.status_code < 500, told
            said = answer.text.replace(foreign["item"], nowhere["item"])
            if _told(said) != _told(missing.text) or not _is_refused(answer):
                passed.append(told)
    assert not passed, "\n".join(map(str, passed))
    assert await _written() == before


def _told(text: str) -> list[Any]:
    """What an answer tells, of a scan that of the scan."""
    told = json.loads(text)
    if "results" in told:
        [result] = told["results"]
        told = result["problem"] or {"status": result["status"]}
    return [told.get(name) for name in ("status", "type", "detail", "errors")]


def _is_refused(answer: httpx.Response) -> bool:
    if answer.status_code == 200:
        return bool(answer.json()["results"][0]["status"] == "refused")
    return answer.status_code in {403, 404, 409, 422}


async def _written() -> list[int]:
    """How much there is of all that these requests could have written."""
    tables = ("movements", "postings", "orders", "order_lines", "visits", "receipts")
    rows = [await all_of(f"select count(*) as n from {table}") for table in tables]
    return [row["n"] for [row] in rows]
