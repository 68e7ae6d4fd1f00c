"""Partners, depots, vans and products, over HTTP."""

from pathlib import Path

import httpx
import pytest

CSV = {"Content-Type": "text/csv"}
CATALOGUE = (Path(__file__).parents[2] / "data" / "catalogue.csv").read_bytes()
PARTNER = {"ods": "04K", "name": "NHS Nottingham City CCG", "kind": "ccg"}
DEPOT = {
    "code": "NOTTM", "name": "Main store", "postcode": "ng15fs", "kind": "depot",
    "cut_off": "17:00",
}  # fmt: skip
VAN = {
    "code": "VAN1", "depot": "NOTTM", "payload_kg": 1200, "volume_l": 9000, "crew": 2,
    "shift": {"from": "07:30", "to": "16:00"},
}  # fmt: skip
PRODUCT = {
    "sku": "BED01", "name": "Bed", "category": "Beds", "price_pence": 62000, "reuse": "reusable",
    "credit_percent": 85,
}  # fmt: skip


async def test_a_partner_is_entered_shown_and_succeeded(admin: httpx.AsyncClient) -> None:
    """With its succession, once it has one."""
    entered = await admin.post("/api/partners", json=PARTNER)
    assert entered.status_code == 201
    alone = PARTNER | {"succeeded_by": None, "succeeded_on": None}
    assert entered.json() == alone
    assert (await admin.get("/api/partners")).json() == {"results": [alone], "next": None}
    await admin.post("/api/partners", json=PARTNER | {"ods": "52R", "kind": "icb"})
    takeover = {"succeeded_by": "52R", "succeeded_on": "2020-04-01"}
    changed = await admin.patch("/api/partners/04K", json=takeover)
    assert (changed.status_code, changed.json()) == (200, alone | takeover)
    assert (await admin.get("/api/partners/04K")).json() == alone | takeover


@pytest.mark.parametrize(
    ("takeover", "field"),
    [
        ({"succeeded_by": "04K", "succeeded_on": "2020-04-01"}, "succeeded_by"),
        ({"succeeded_by": "XXX", "succeeded_on": "2020-04-01"}, "succeeded_by"),
        ({"succeeded_by": "04K"}, "succeeded_on"),
        ({"succeeded_on": "2020-02-30"}, "succeeded_on"),
        ({"name": "Other"}, "name"),
    ],
)
async def test_a_wrong_succession_names_its_field(
    admin: httpx.AsyncClient, takeover: dict[str, str], field: str
) -> None:
    """As a problem document."""
    await admin.post("/api/partners", json=PARTNER)
    answer = await admin.patch("/api/partners/04K", json=takeover)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_what_is_entered_twice_exists(admin: httpx.AsyncClient) -> None:
    """Each natural key is refused with 409 the second time."""
    for path, body in (
        ("/api/partners", PARTNER),
        ("/api/depots", DEPOT),
        ("/api/vans", VAN),
        ("/api/products", PRODUCT),
    ):
        assert (await admin.post(path, json=body)).status_code == 201
        again = await admin.post(path, json=body)
        assert again.status_code == 409
        assert again.json()["type"].endswith("/exists")


async def test_what_is_not_there_is_missing(admin: httpx.AsyncClient) -> None:
    """404 for each."""
    for path in ("/api/partners/XXX", "/api/products/XXX"):
        assert (await admin.get(path)).status_code == 404
    assert (await admin.patch("/api/partners/XXX", json={})).status_code == 404


async def test_places_come_back_as_the_contract_writes_them(admin: httpx.AsyncClient) -> None:
    """Times of day as HH:MM, the postcode in its usual form."""
    depot = DEPOT | {"postcode": "NG1 5FS", "closed_from": None}
    assert (await admin.post("/api/depots", json=DEPOT)).json() == depot
    assert (await admin.get("/api/depots")).json() == {"results": [depot], "next": None}
    van = VAN | {"closed_from": None}
    assert (await admin.post("/api/vans", json=VAN)).json() == van
    assert (await admin.get("/api/vans")).json() == {"results": [van], "next": None}


async def test_a_list_is_read_page_by_page(admin: httpx.AsyncClient) -> None:
    """Also while a row is added in front."""
    for code in ("B", "C", "D"):
        await admin.post("/api/depots", json=DEPOT | {"code": code})
    first = (await admin.get("/api/depots", params={"limit": 2})).json()
    await admin.post("/api/depots", json=DEPOT | {"code": "A"})
    second = (await admin.get("/api/depots", params={"after": first["next"]})).json()
    codes = [[each["code"] for each in page["results"]] for page in (first, second)]
    assert (codes, second["next"]) == ([["B", "C"], ["D"]], None)


async def test_a_product_is_added_found_and_shown(admin: httpx.AsyncClient) -> None:
    """With every field of the contract, defaults included."""
    added = (await admin.post("/api/products", json=PRODUCT)).json()
    assert added == PRODUCT | {
        "iso9999": None, "weight_g": None, "volume_l": None, "crew": 1, "pat": False,
        "loler_months": None, "service_months": None, "life_years": None, "clean_minutes": None,
        "level": 1, "speed": "7_day", "max_user_kg": None, "equivalents": [],
        "width_mm": None, "height_mm": None, "length_mm": None,
    }  # fmt: skip
    assert (await admin.get("/api/products/BED01")).json() == added
    for sought, expected in (("bed", [added]), ("B%D", []), ("_", [])):
        answer = await admin.get("/api/products", params={"q": sought})
        assert answer.json()["results"] == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price_pence": 2**63}, "price_pence"),
        ({"price_pence": 1.5}, "price_pence"),
        ({"price_pence": "1"}, "price_pence"),
        ({"price_pence": None}, "price_pence"),
        ({"name": "\0"}, "name"),
        ({"sku": "A/B"}, "sku"),
        ({"equivalents": ["A;B"]}, "equivalents"),
        ({"colour": "blue"}, "colour"),
    ],
)
async def test_a_wrong_product_names_its_field(
    admin: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    """422, and nothing is kept."""
    answer = await admin.post("/api/products", json=PRODUCT | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert (await admin.get("/api/products")).json()["results"] == []


async def test_the_catalogue_is_imported(admin: httpx.AsyncClient) -> None:
    """First for a look, then in earnest, then again."""
    path = "/api/products/import"
    dry = await admin.post(path, content=CATALOGUE, headers=CSV, params={"dry_run": "true"})
    assert dry.json() == {"created": 102, "updated": 0, "rejected": []}
    assert (await admin.get("/api/products")).json()["results"] == []
    real = await admin.post(path, content=CATALOGUE, headers=CSV)
    assert (real.status_code, real.json()) == (200, dry.json())
    again = await admin.post(path, content=b"\xef\xbb\xbf" + CATALOGUE, headers=CSV)
    assert again.json() == {"created": 0, "updated": 102, "rejected": []}


async def test_a_bad_line_of_an_import_is_named_and_left_out(admin: httpx.AsyncClient) -> None:
    """By the number of the line it starts on, whatever is wrong with it."""
    lines = [
        b"\xef\xbb\xbfsku,name,category,price_pence,reuse,credit_percent",
        b'A,"two\r\nlines",Beds,1,reusable,85',
        b"B,=cmd(),Beds,1,reusable,85",
        b"C,Caf\xe9,Beds,1,reusable,85",
        b"D,Bed,Beds,-1,reusable,85",
        b"E,Bed,Beds,1,reusable,85",
        b'F,"Be',
    ]
    answer = await admin.post("/api/products/import", content=b"\r\n".join(lines), headers=CSV)
    report = answer.json()
    assert (answer.status_code, report["created"]) == (200, 2)
    assert [each["line"] for each in report["rejected"]] == [4, 5, 6, 8]


@pytest.mark.parametrize("content", [b"", b"sku,name", b"\xff\xfes\0k\0u\0", b"\0" * 9, b"\n\n"])
async def test_a_file_without_the_columns_is_wrong(
    admin: httpx.AsyncClient, content: bytes
) -> None:
    """422, naming what is missing."""
    answer = await admin.post("/api/products/import", content=content, headers=CSV)
    assert answer.status_code == 422
    assert "price_pence" in {error["field"] for error in answer.json()["errors"]}


async def test_an_import_of_another_type_is_not_read(admin: httpx.AsyncClient) -> None:
    """415."""
    answer = await admin.post("/api/products/import", json=[])
    assert answer.status_code == 415


async def test_whoever_reads_standing_data_may_not_change_it(
    admin: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """A coordinator is told no before the body is judged; a visitor is asked to sign in."""
    who = {"username": "coordinator", "password": "correct horse battery"}
    await admin.post("/api/users", json=who | {"roles": ["coordinator"]})
    token = (await visitor.post("/api/login", json=who)).json()["token"]
    paths = ["/api/partners", "/api/depots", "/api/vans", "/api/products", "/api/products/import"]
    for path in paths:
        assert (await visitor.post(path)).status_code == 401
    visitor.headers["Authorization"] = f"Bearer {token}"
    for path in paths:
        assert (await visitor.post(path)).status_code == 403
    for path in paths[:-1]:
        assert (await visitor.get(path)).status_code == 200
