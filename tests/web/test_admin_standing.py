"""Partners, depots, vans and rules as an administrator keeps them on pages."""

from typing import Any, Final

import httpx
import pytest
from litestar import Litestar

from tests.filled import as_admin
from tests.web.conftest import signed_in
from tests.web.forms import forms_of
from tests.web.ordering import open_service, words

HOSTILE = "<b>A&B</b>"
PARTNER = {"ods": "QT1", "name": HOSTILE, "kind": "icb"}
DEPOT = {
    "code": "S9", "name": HOSTILE, "postcode": "ng15fs", "kind": "satellite", "cut_off": "15:00",
}  # fmt: skip
VAN = {
    "code": "V9", "depot": "D1", "payload_kg": "900", "volume_l": "9000", "crew": "2",
    "shift-from": "08:00", "shift-to": "16:00",
}  # fmt: skip
DAY = {"from-day": "1", "from-month": "4", "from-year": "2026"}
FUNDER = {"kind": "postcode", "key": "ng24", "partner": "52R"} | DAY
CARE_HOME = {"sku": "BED01", "category": "", "provided": "false", "reason": HOSTILE} | DAY


BEGINNING: Final = as_admin(open_service)


@pytest.fixture
async def desk(app: Litestar) -> Any:
    """An administrator's browser."""
    async with signed_in(app) as browser:
        yield browser


@pytest.mark.parametrize(
    ("path", "typed", "listed"),
    [
        ("/admin/partners", PARTNER, ("<b>A&B</b>", "QT1", "Integrated care board")),
        ("/admin/places", DEPOT, ("<b>A&B</b>", "S9", "Satellite store", "NG1 5FS", "15:00")),
        ("/admin/vans", VAN, ("V9", "900 kg", "9,000 l", "08:00 to 16:00")),
        ("/admin/funder-rules", FUNDER, ("Postcode NG24", "52R", "1 April 2026", "admin")),
        ("/admin/care-home-rules", CARE_HOME, ("BED01", "No", "<b>A&B</b>", "1 April 2026")),
    ],
)
async def test_it_is_made_once_and_listed(
    desk: httpx.AsyncClient, path: str, typed: dict[str, str], listed: tuple[str, ...]
) -> None:
    """The second of the same is refused in the form; what was typed is text."""
    assert f'href="{path}/new"' in (await desk.get(path)).text
    assert (await desk.get(f"{path}/new")).status_code == 200
    made = await desk.post(f"{path}/new", data=typed)
    assert (made.status_code, made.headers.get("Location")) == (303, path), words(made)
    page = await desk.get(path)
    assert "<b>A" not in page.text
    for said in listed:
        assert said in words(page)
    again = await desk.post(f"{path}/new", data=typed)
    assert (again.status_code, "There is " in words(again)) == (422, True), words(again)


@pytest.mark.parametrize(
    ("path", "typed", "field", "said"),
    [
        ("/admin/partners", PARTNER | {"kind": ""}, "kind", "Choose a kind."),
        ("/admin/partners", PARTNER | {"ods": "a b"}, "ods", "ODS code"),
        ("/admin/places", DEPOT | {"cut_off": "3pm"}, "cut_off", "Time until which orders count"),
        ("/admin/places", DEPOT | {"postcode": "x"}, "postcode", "Write a postcode"),
        ("/admin/vans", VAN | {"depot": "D7"}, "depot", "There is no such depot."),
        ("/admin/vans", VAN | {"payload_kg": "much"}, "payload_kg", "Load must be a whole number"),
        ("/admin/vans", VAN | {"shift-from": ""}, "shift-from", "Time it goes out"),
        ("/admin/vans", VAN | {"shift-to": "07:00"}, "shift-to", "Write a time after"),
        ("/admin/funder-rules", FUNDER | {"kind": ""}, "kind", "GP practice or postcode"),
        ("/admin/funder-rules", FUNDER | {"key": "?"}, "key", "Write a postcode"),
        ("/admin/funder-rules", FUNDER | {"from-day": ""}, "from-day", "First day"),
        ("/admin/care-home-rules", CARE_HOME | {"sku": ""}, "sku", "Name a product or a category"),
        ("/admin/care-home-rules", CARE_HOME | {"reason": ""}, "reason", "Say why."),
        ("/admin/care-home-rules", CARE_HOME | {"provided": ""}, "provided", "Answer “Is it"),
    ],
)
async def test_a_slip_leads_to_its_field(
    desk: httpx.AsyncClient, path: str, typed: dict[str, str], field: str, said: str
) -> None:
    """By its name, and nothing is made."""
    answer = await desk.post(f"{path}/new", data=typed)
    assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
    assert f'href="#{field}"' in answer.text
    assert "V9" not in words(await desk.get(path))


async def test_a_partner_is_taken_over_and_that_taken_back(
    desk: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """From a day on; half of it is asked for, and nobody takes over from itself."""
    day = {"succeeded_on-day": "1", "succeeded_on-month": "7", "succeeded_on-year": "2026"}
    half = await desk.post("/admin/partners/04K", data={"succeeded_by": "52R"})
    assert "Say from which day on." in words(half)
    own = await desk.post("/admin/partners/04K", data={"succeeded_by": "04K"} | day)
    assert own.status_code == 422
    done = await desk.post("/admin/partners/04K", data={"succeeded_by": "52R"} | day)
    assert done.status_code == 303
    assert "By 52R from 1 July 2026" in words(await desk.get("/admin/partners"))
    assert 'value="7"' in (await desk.get("/admin/partners/04K")).text
    assert (await desk.post("/admin/partners/04K", data={"succeeded_by": ""})).status_code == 303
    assert (await admin.get("/api/partners/04K")).json()["succeeded_by"] is None
    assert (await desk.get("/admin/partners/ZZZ")).status_code == 404


async def test_what_is_above_a_level_is_shown_or_hidden(
    desk: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """As chosen; what is no choice changes nothing."""
    assert (await desk.get("/admin/choices")).text.count('value="show" checked') == 1
    assert (await desk.post("/admin/choices", data={"above_level": "hide"})).status_code == 303
    wrong = await desk.post("/admin/choices", data={"above_level": "perhaps"})
    assert (wrong.status_code, "Choose a way to show them." in words(wrong)) == (422, True)
    chosen = (await admin.get("/api/settings/catalogue")).json()
    assert chosen == {"above_level": "hide"}


async def test_lists_of_places_and_rules_go_on_page_by_page(
    desk: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """Nothing is left out once there is more than a page of it."""
    for number in range(30):
        partner = {"ods": f"P{number:02}", "name": f"Partner {number}", "kind": "trust"}
        await admin.post("/api/partners", json=partner)
    first = await desk.get("/admin/partners")
    assert "P29" not in first.text
    following = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "P29" in (await desk.get(following.replace("&amp;", "&"))).text


async def test_changes_are_told_in_words(desk: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """Lists within them, too: nothing reads as a program writes it."""
    kit = {"name": "Bed set", "lines": [{"sku": "BED01", "quantity": 2}, {"sku": "CMD01"}]}
    assert (await admin.put("/api/kits/SET", json=kit)).is_success
    shown = words(await desk.get("/changes", params={"key": "SET"}))
    assert "lines: sku BED01 quantity 2, sku CMD01 quantity 1" in shown
    assert "active: yes" in shown
    assert "{" not in shown


async def test_a_van_is_fitted_by_a_form(desk: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """What nobody said is taken for granted there; compartments need their sizes."""
    assert (await desk.post("/admin/vans/new", data=VAN)).status_code == 303
    assert 'href="/admin/vans/V9"' in (await desk.get("/admin/vans")).text
    assert 'value="30"' in (await desk.get("/admin/vans/V9")).text
    typed = {"tail_lift": "no", "apart": "compartments", "trips_max": "1", "rest_minutes": "45"}
    refused = await desk.post("/admin/vans/V9", data=typed)
    assert (refused.status_code, "how much each compartment holds" in words(refused)) == (422, True)
    sizes = {"clean_l": "5000", "dirty_l": "4000"}
    assert (await desk.post("/admin/vans/V9", data=typed | sizes)).status_code == 303
    kept = (await admin.get("/api/vans/V9/fittings")).json()
    assert kept == {
        "tail_lift": False, "apart": "compartments", "clean_l": 5000, "dirty_l": 4000,
        "trips_max": 1, "rest_minutes": 45,
    }  # fmt: skip
    assert (await desk.get("/admin/vans/NONE")).status_code == 404


async def test_a_place_is_changed_and_closed_by_a_form(
    desk: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """Two who change one keep what each wrote; why it cannot close is said in words."""
    await desk.post("/admin/vans/new", data=VAN)
    path = "/admin/places/D1"
    [form] = forms_of((await desk.get(path)).text)[-1:]
    assert (await admin.patch("/api/depots/D1", json={"name": "Elsewhere"})).is_success
    assert (await desk.post(path, data=dict(form.pairs) | {"cut_off": "14:00"})).status_code == 303
    both = await desk.post(path, data=dict(form.pairs) | {"name": HOSTILE})
    assert "changed to “Elsewhere” by somebody else meanwhile" in words(both)
    [depot] = [each for each in await _depots(admin) if each["code"] == "D1"]
    assert (depot["name"], depot["cut_off"]) == ("Elsewhere", "14:00")
    day = {"closed_from-day": "1", "closed_from-month": "4", "closed_from-year": "2099"}
    [form] = forms_of((await desk.get(path)).text)[-1:]
    in_use = await desk.post(path, data=dict(form.pairs) | day)
    assert (in_use.status_code, "No other depot would be left" in words(in_use)) == (422, True)
    wrong = await desk.post(path, data=dict(form.pairs) | day | {"name": ""})
    assert (wrong.status_code, "Enter the name" in words(wrong)) == (422, True), words(wrong)
    van = "/admin/vans/V9/change"
    [form] = forms_of((await desk.get(van)).text)[-1:]
    assert (await desk.post(van, data=dict(form.pairs) | day | {"crew": "1"})).status_code == 303
    assert "Out of use from 1 April 2099" in words(await desk.get("/admin/vans"))
    early = await desk.post(van, data=dict(form.pairs) | {"shift-to": "07:00"})
    assert "Time it is back must be" in words(early) or early.status_code == 422
    assert (await desk.get("/admin/places/NONE")).status_code == 404


OTHER_BED: Final = "BED01,Other bed,Beds,70000,reusable,85,true"
CHANGED: Final[dict[str, tuple[str, str, Any, dict[str, str], str]]] = {
    "/admin/products/BED01": (
        "POST", "/api/products/import",
        f"sku,name,category,price_pence,reuse,credit_percent,pat\n{OTHER_BED}\n",
        {"price_pence": "650"}, "changed to “£700”",
    ),
    "/admin/kits/SET": (
        "PUT", "/api/kits/SET", {"name": "Bed set", "lines": [{"sku": "CMD01"}], "active": False},
        {"lines": "BED02 x 2"}, "changed to “CMD01”",
    ),
    "/admin/partners/04K": (
        "PATCH", "/api/partners/04K", {"succeeded_by": "QT1", "succeeded_on": "2027-04-01"},
        {"succeeded_by": "52R"}, "changed to “QT1”",
    ),
    "/shelves/S9": (
        "PUT", "/api/depots/S9/levels", {"levels": {"BED01": 4}},
        {"levels": "BED01 x 2"}, "changed to “BED01 x 4”",
    ),
}  # fmt: skip
"""How somebody else changes what is shown, what is typed there meanwhile, and what is said."""


@pytest.mark.parametrize("path", CHANGED)
async def test_nobody_goes_over_what_somebody_else_has_changed_meanwhile(
    desk: httpx.AsyncClient, admin: httpx.AsyncClient, path: str
) -> None:
    """What was left as it stood is not written; what both changed is said, and then taken."""
    await admin.post("/api/partners", json=PARTNER)
    await desk.post("/admin/places/new", data=DEPOT)
    kit = {"name": "Bed set", "lines": [{"sku": "BED01", "quantity": 2}]}
    assert (await admin.put("/api/kits/SET", json=kit)).is_success
    method, address, body, typed, said = CHANGED[path]
    form = forms_of((await desk.get(path)).text)[-1]
    seen = dict(form.pairs) | ({"lines": "BED01 x 2"} if "lines" in form.typed else {})
    how = {"content": body, "headers": {"Content-Type": "text/csv"}}
    sent: Any = how if isinstance(body, str) else {"json": body}
    assert (await admin.request(method, address, **sent)).is_success
    theirs = dict(forms_of((await desk.get(path)).text)[-1].pairs)
    assert (await desk.post(path, data=seen)).status_code == 303
    del theirs["filled_with"]
    assert theirs.items() <= dict(forms_of((await desk.get(path)).text)[-1].pairs).items()
    both = await desk.post(path, data=seen | typed)
    assert (both.status_code, f"{said} by somebody else meanwhile" in words(both)) == (422, True)
    again = dict(forms_of(both.text)[-1].pairs) | typed
    taken = await desk.post(path, data=again)
    assert taken.status_code == 303, words(taken)


async def _depots(admin: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await admin.get("/api/depots")).json()["results"]
    return found
