"""The public page: what it says to whom, and what it tells nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from equipment.staff import visitors
from equipment.standing import State
from tests.api.members import member, receive, scan, send
from tests.filled import Filled, as_admin
from tests.web.conftest import BROWSER, form_at, one_bed, path_of, requests_seen, unchanging

Item = dict[str, Any]
# So long that hardly a test ever runs from one window into the next.
HALF_A_DAY = timedelta(hours=12)


BEGINNING: Final = as_admin(one_bed)


@pytest.fixture
def item(begun: Filled[Item]) -> Item:
    """One bed, in one depot; there is a satellite too."""
    return begun.told


async def test_a_stranger_learns_what_it_is_whose_and_how_to_give_it_back(
    stranger: httpx.AsyncClient, item: Item
) -> None:
    """Product, code, service, telephone, depot, two forms; other people's words are escaped."""
    answer = await stranger.get(path_of(item))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = answer.text
    code = f"{item['code'][:4]}-{item['code'][4:]}"
    for words in ("Bed &amp; rails", code, "Trent &lt;Equipment&gt;", "tel:01154960999"):
        assert words in page
    assert "Store D1, NG1 5FS" in page
    assert "Store S1" not in page
    for kind in ("collection", "fault"):
        assert f'href="{path_of(item)}/{kind}"' in page


WALKS: dict[str, tuple[dict[str, str], list[dict[str, Any]]]] = {
    "a bed": (
        {},
        [
            {"action": "allocate"},
            {"action": "load", "van": "V1"},
            {"action": "deliver"},
            {"action": "hold", "reason": "said so"},
            {"action": "release"},
            {"action": "collect", "van": "V1"},
            {"action": "return", "depot": "D1"},
            {"action": "clean"},
            {"action": "fail", "reason": "motor"},
            {"action": "repair", "minutes": 5},
            {"action": "pass"},
            {"action": "lose", "reason": "nowhere"},
            {"action": "find", "depot": "D1"},
            {"action": "scrap", "reason": "rust"},
        ],
    ),
    "a rail": ({"sku": "RAIL1"}, [{"action": "deliver"}]),
    "the hospital's": ({"owner": "hospital", "condition": "dirty"}, [{"action": "hand_back"}]),
}


async def test_the_pages_are_the_same_in_every_state(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, item: Item
) -> None:
    """Byte for byte, but for the nonce and the form's id: nobody learns who has what."""
    new = {"name": "Ann Example", "funder": "04K", "nhs_number": "9990000018"}
    person = (await admin.post("/api/people", json=new)).json()["id"]
    seen = {item["state"]}
    for goods, steps in WALKS.values():
        [walker] = await receive(admin, **goods)
        first = await _pages(stranger, walker)
        for step in steps:
            [result] = await send(admin, scan(walker["code"], **{"person": person} | step))
            assert result["status"] == "accepted", result
            seen.add(result["state"])
            assert await _pages(stranger, walker) == first, step
    assert seen == set(State)


async def _pages(stranger: httpx.AsyncClient, item: Item) -> list[str]:
    ends = ("", "?linkType=all", "/collection", "/collection/sent", "/fault", "/fault/sent")
    answers = [await stranger.get(path_of(item) + end) for end in ends]
    assert {answer.status_code for answer in answers} == {200}
    return [unchanging(answer.text) for answer in answers]


@pytest.mark.parametrize(
    "path",
    [
        "/8004/95212340000000",
        "/8004/x",
        "/8004/%20",
        "/8004/%ff",
        "/8004/%00",
        "/8004/" + "9" * 3_000,
        "/8004/{giai}%2F1",
        "/8004/{giai}/other",
        "/8004/{code}",
        "/8004/95212340000000/collection",
        "/nothing",
    ],
)
async def test_whoever_has_no_code_of_ours_gets_a_kind_page(
    stranger: httpx.AsyncClient, item: Item, path: str
) -> None:
    """With the telephone number, and the headers of every page."""
    answer = await stranger.get(path.format(**item))
    assert answer.status_code in {404, 400}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "tel:01154960999" in answer.text
    assert "content-security-policy" in answer.headers


async def test_programs_get_a_problem_document_for_an_unknown_code(
    stranger: httpx.AsyncClient,
) -> None:
    """A page is for browsers alone."""
    answer = await stranger.get("/8004/x", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_link_is_read_as_gs1_has_it(stranger: httpx.AsyncClient, item: Item) -> None:
    """Percent-encoded, in small letters, with a query, on any host: the GIAI is the identity."""
    giai = item["giai"]
    encoded = "".join(f"%{ord(character):02x}" for character in giai)
    for path in (encoded, giai.lower(), f"{giai}?utm=x", f"{giai}/"):
        answer = await stranger.get(f"/8004/{path}", headers={"Host": "other.example"})
        assert answer.status_code == 200, path
        assert item["code"][4:] in answer.text


async def test_head_answers_as_get_does_without_a_body(
    stranger: httpx.AsyncClient, item: Item
) -> None:
    """For the page, its forms, an unknown code and a file."""
    for path in (path_of(item), f"{path_of(item)}/fault", "/8004/x", "/manifest.webmanifest"):
        whole = await stranger.get(path)
        head = await stranger.head(path)
        assert head.status_code == whole.status_code
        assert head.content == b""
        assert head.headers["content-length"] == whole.headers["content-length"]
        assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        ("application/json", "", "application/json"),
        ("application/linkset+json", "", "application/linkset+json"),
        ("*/*", "?linkType=all", "application/linkset+json"),
        (BROWSER["Accept"], "?linkType=linkset", "application/linkset+json"),
        ("application/json", "?linkType=all", "application/json"),
    ],
)
async def test_programs_get_a_linkset(
    stranger: httpx.AsyncClient, item: Item, accept: str, query: str, media_type: str
) -> None:
    """RFC 9264: an anchor, and for each relation that has a target its links."""
    answer = await stranger.get(path_of(item) + query, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    [context] = answer.json()["linkset"]
    link = f"https://kit.example.org/8004/{item['giai']}"
    assert context.pop("anchor") == link
    assert context["https://gs1.org/voc/defaultLink"][0]["href"] == link
    assert set(context) == {
        f"https://gs1.org/voc/{name}" for name in ("defaultLink", "pip", "instructions")
    }
    page = await stranger.get(path_of(item))
    assert f"<{link}?linkType=all>" in page.headers["link"]


async def test_whoever_is_signed_in_sees_the_item_as_their_role_may(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, item: Item
) -> None:
    """State, place and checks for all; the person's id only for those who may see the person."""
    person = (await admin.post("/api/people", json={"name": "Ann", "funder": "04K"})).json()["id"]
    await send(admin, scan(item["code"], "deliver", person=person))
    before = await stranger.get(path_of(item))
    for role, sees in (("coordinator", True), ("depot", False)):
        answer = await stranger.get(path_of(item), headers=await member(admin, role))
        assert answer.status_code == 200
        assert "On loan" in answer.text
        assert (person in answer.text) is sees
        assert "Ann" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    nobody = await stranger.get(path_of(item), headers={"Authorization": "Bearer no-such-token"})
    assert unchanging(nobody.text) == unchanging(before.text)


async def test_whoever_comes_too_often_is_told_when_to_come_back(
    stranger: httpx.AsyncClient, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page with Retry-After; another network still gets in."""
    monkeypatch.setattr(visitors, "VIEWS", visitors.Allowance("view", 2, HALF_A_DAY))
    for _ in range(2):
        assert (await stranger.get(path_of(item))).status_code == 200
    for path in (path_of(item), f"{path_of(item)}/fault", "/8004/x"):
        answer = await stranger.get(path)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= HALF_A_DAY.total_seconds()
        assert "Try again in " in answer.text
        assert "tel:01154960999" in answer.text
    # Nor can codes be tried out by sending forms.
    assert (await stranger.post("/8004/x/fault", data={})).status_code == 429
    now = datetime.now(UTC)
    assert await visitors.wait_of(visitors.VIEWS, "192.0.2.1", now) is None


async def test_what_is_sent_becomes_a_request_that_a_coordinator_sees(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, item: Item
) -> None:
    """With all that was said, and never a movement."""
    address = f"{path_of(item)}/collection"
    form = await form_at(stranger, address)
    said = {"first_name": "  Ann ", "telephone": "+44 115 496 0123", "place": "1 High\tStreet"}
    answer = await stranger.post(address, data=form | said)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{address}/sent"
    thanks = await stranger.get(answer.headers["location"])
    assert "We have your request" in thanks.text
    [request] = await requests_seen(admin, status="open")
    wanted = {
        "kind": "collection",
        "urgent": False,
        "item": item["code"],
        "everything": True,
        "first_name": "Ann",
        "telephone": "+44 115 496 0123",
        "place": "1 High Street",
        "message": None,
        "status": "open",
    }
    assert request | wanted == request
    movements = await admin.get(f"/api/items/{item['code']}/movements")
    assert [row["action"] for row in movements.json()["results"]] == ["receive"]


async def test_a_fault_is_urgent_and_says_whom_to_ring(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, item: Item
) -> None:
    """Before the form, and after it; every line of what is wrong is kept."""
    address = f"{path_of(item)}/fault"
    for path in (address, f"{address}/sent"):
        assert "tel:01154960999" in (await stranger.get(path)).text
    form = await form_at(stranger, address)
    await stranger.post(address, data=form | {"message": "It tips.\r\nTwice."})
    [request] = await requests_seen(admin, kind="fault")
    assert (request["urgent"], request["message"]) == (True, "It tips.\nTwice.")
    assert request["everything"] is None
    assert await requests_seen(admin, kind="collection") == []


async def test_a_form_sent_twice_is_one_request(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, item: Item
) -> None:
    """A double tap or a reload changes nothing; other words in it are another request."""
    address = f"{path_of(item)}/collection"
    form = await form_at(stranger, address)
    for _ in range(3):
        assert (await stranger.post(address, data=form)).status_code == 303
    assert len(await requests_seen(admin)) == 1
    await stranger.post(address, data=form | {"telephone": "0115 496 0123"})
    assert len(await requests_seen(admin)) == 2
    await stranger.post(address, data=await form_at(stranger, address))
    assert len(await requests_seen(admin)) == 3


@pytest.mark.parametrize(
    ("kind", "field", "typed", "words"),
    [
        ("collection", "telephone", "call me", "Enter a telephone number"),
        ("collection", "telephone", "12345", "Enter a telephone number"),
        (
            "collection",
            "telephone",
            "\u0660\u0661\u0661\u0665 \u0664\u0669\u0666",
            "Enter a telephone number",
        ),
        ("collection", "first_name", "A" * 81, "must be 80 characters or fewer"),
        ("collection", "place", "A" * 201, "must be 200 characters or fewer"),
        ("fault", "message", "A" * 1_001, "must be 1,000 characters or fewer"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(  # noqa: PLR0913, PLR0917
    admin: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    item: Item,
    kind: str,
    field: str,
    typed: str,
    words: str,
) -> None:
    """In the summary and at the field; all that was typed, and the form's id, come back."""
    address = f"{path_of(item)}/{kind}"
    form = await form_at(stranger, address)
    answer = await stranger.post(address, data={"first_name": "Ann", field: typed} | form)
    assert answer.status_code == 422
    assert f'<a href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count(words) == 2
    assert "<title>Error: " in answer.text
    assert typed in answer.text
    assert form["form"] in answer.text
    assert await requests_seen(admin) == []


async def test_a_form_that_we_did_not_hand_out_is_handed_back(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient, item: Item
) -> None:
    """Filled in, with an id of its own, to be sent once more."""
    address = f"{path_of(item)}/collection"
    answer = await stranger.post(address, data={"form": "x", "first_name": "Ann"})
    assert answer.status_code == 422
    assert 'value="Ann"' in answer.text
    assert "Please press the button once more" in answer.text
    assert await requests_seen(admin) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://kitback.test"}, 303),
        ({"Origin": "https://kit.example.org"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_no_other_site_can_send_our_forms(
    admin: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    item: Item,
    headers: dict[str, str],
    status: int,
) -> None:
    """Not even with the id of a form that it opened itself."""
    address = f"{path_of(item)}/collection"
    form = await form_at(stranger, address)
    answer = await stranger.post(address, data=form, headers=headers)
    assert answer.status_code == status
    assert len(await requests_seen(admin)) == (status == 303)


async def test_too_many_forms_are_refused_with_what_was_typed(
    admin: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    item: Item,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """429 and Retry-After on the form itself; the page can still be read."""
    forms = visitors.Allowance("form", 1, HALF_A_DAY)
    monkeypatch.setattr(visitors, "FORMS", forms)
    address = f"{path_of(item)}/collection"
    await stranger.post(address, data=await form_at(stranger, address))
    answer = await stranger.post(
        address, data=await form_at(stranger, address) | {"first_name": "Ann"}
    )
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= HALF_A_DAY.total_seconds()
    assert 'value="Ann"' in answer.text
    assert "or ring 0115 496 0999" in answer.text
    assert len(await requests_seen(admin)) == 1
    assert (await stranger.get(path_of(item))).status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"a=1&" * 30, "application/x-www-form-urlencoded", 400),
        (b"first_name=" + b"A" * (1 << 20), "application/x-www-form-urlencoded", 413),
        (b"first_name=%ff%00&form=", "application/x-www-form-urlencoded", 422),
        (b"", "application/x-www-form-urlencoded", 422),
    ],
)
async def test_a_body_that_is_no_form_of_ours_gets_a_page(
    stranger: httpx.AsyncClient, item: Item, content: bytes, media_type: str, status: int
) -> None:
    """Never an error of ours."""
    answer = await stranger.post(
        f"{path_of(item)}/collection", content=content, headers={"Content-Type": media_type}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
