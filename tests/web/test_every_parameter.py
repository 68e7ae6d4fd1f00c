"""Whatever stands in the address of a page is looked for as text, or is no such thing."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import document_of
from tests.api.world import KeptWorld, World
from tests.web.conftest import signed_in
from tests.web.test_other_peoples_words import MARKUP, WORDS
from tests.web.test_who_may_open import TABLE
from web.addresses import PAGES

_CODE: Final = Path(__file__).parents[2] / "web"
_NAMED: Final = re.compile(r'(?:sought|query_params\.get)\("(\w+)"')
# By what an order is made up and a stop moved: read from the address as from a form.
_FILLED: Final = "person order sku n speed funder add drop kit step place begins pinned born-day"
_TYPED: Final = re.compile(r":\w+(?=})")
_TAKEN: Final = frozenset({200, 302, 303, 404, 422})
# Forms and documents: no lists.
_NO_LIST: Final = re.compile(
    r".*/(new|change|import|match|move|key-safe|code|label|picture|cancel"
    r"|outcome|second-factor|recovery-codes|account|choices|file|photo|agreed|\w+/acts/\w+)"
)
# Of lists, what a page starts after: keys of all kinds, none of which is any list's.
_KEYS: Final[list[Any]] = [
    2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**200, 1.5, True, None, {}, [], [[]], "", "x\0y",
    "\ud800", "x" * 10_000, ["2018-01-01", 2**63], ["2018-01-01", 1], ["9999-12-31", 2**31],
    ["0001-01-01", -1], ["9999-12-31T23:59:59Z", 2**63], [None, None], [1, "a"], ["a", 1],
    [0.5, "a", 1], ["a", "b"], [1e400, "a"], [2**63, "a", "b"],
]  # fmt: skip


def names(room: str = "**") -> list[str]:
    """Every name by which a page looks for something in its address, as the code has them.

    Those of a room alone come with what all rooms share.
    """
    files = {*_CODE.glob("*.py"), *_CODE.glob(f"{room}/*.py")}
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(files))
    filled = _FILLED.split() if room in {"**", "orders", "rounds"} else []
    return sorted({*_NAMED.findall(code), *filled, "nhs_number", "postcode"})


def rooms() -> dict[str, str]:
    """The room of web/ whose code answers, by page."""
    return {
        f"GET {_TYPED.sub('', path)}": handler.fn.__module__.split(".")[1]
        for handler in PAGES
        for path in handler.paths
    }


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Every page, and its address, of what there is where it names something."""
    ours = world.ours
    ids = ours | {"other": world.bobs["person"], "code": world.spare, "username": "crew"}
    ids |= {"ods": "04K", "sku": "CMD01", "action": "deliver", "number": "1"}
    for page in TABLE:
        method, path = page.split()
        if method == "GET":
            yield page, re.sub(r"{(\w+)}", lambda match: ids.get(match[1], "none"), path)
    yield "GET /shelves/{depot}", "/shelves/S1"


def cursors() -> Iterator[str]:
    """What no list of ours gave out."""
    for key in _KEYS:
        yield base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    yield from ("=", "a", "e30", "////", "\N{PILE OF POO}", "A" * 10_000)


@pytest.fixture
def origin(kept_world: KeptWorld) -> str:
    """Begin with some of everything."""
    return kept_world.name


@pytest.fixture
async def world(admin: httpx.AsyncClient, kept_world: KeptWorld) -> World:
    """Some of everything, and a recall that names what somebody has."""
    made = kept_world.seen_by(admin)
    told = {"reference": "FSN-1", "title": "Legs", "severity": "high", "action": "hold"}
    recall: dict[str, Any] = {"id": str(uuid4()), "match": {"sku": "CMD01"}} | told
    assert (await admin.post("/api/recalls", json=recall)).status_code == 201
    made.ours["recall"] = recall["id"]
    return made


async def test_no_parameter_of_any_page_is_carried_out(app: Litestar, world: World) -> None:
    """Each that its room knows alone on every list, and all of all at once on every page."""
    tried, homes = names(), rooms()
    assert {"q", "status", "after", "day", "depot", "kind", "relation", "key"} <= set(tried)
    asked: list[tuple[str, dict[str, str]]] = []
    for at, (page, path) in enumerate(pages(world)):
        asked += [(path, dict.fromkeys(tried, words)) for words in WORDS]
        if f"GET {path}" in TABLE and not _NO_LIST.fullmatch(path):
            alone = enumerate(names(homes[page]))
            asked += [(path, {name: WORDS[(at + n) % len(WORDS)]}) for n, name in alone]
    wrong = []
    async with signed_in(app) as browser:
        for path, parameters in asked:
            answer = await browser.get(path, params=parameters)
            if answer.status_code not in _TAKEN or MARKUP in answer.text:
                wrong.append((path, parameters, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


async def test_no_cursor_of_any_page_is_more_than_none(app: Litestar, world: World) -> None:
    """One that nobody gave out starts at the beginning, or after what there is."""
    wrong = []
    async with signed_in(app) as browser:
        lists = [path for _, path in pages(world) if not _NO_LIST.fullmatch(path)]
        for at, path in enumerate(lists):
            for cursor in list(cursors())[at % 3 :: 3]:
                answer = await browser.get(path, params={"after": cursor})
                if answer.status_code not in _TAKEN:
                    wrong.append((path, cursor[:40], answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


async def test_no_cursor_of_any_list_is_a_fault_of_ours(
    app: Litestar, admin: httpx.AsyncClient, world: World
) -> None:
    """A list of programs says that it is none of its cursors."""
    wrong = []
    for path, operations in document_of(app)["paths"].items():
        known = [each["name"] for each in operations.get("get", {}).get("parameters", [])]
        if "after" not in known:
            continue
        given = {"depot": "D1", "date": world.day.isoformat()} if "/rounds/day" in path else {}
        given |= {"before": world.day.isoformat()} if path.endswith("/checks/due") else {}
        nowhere = {"recall": str(uuid4()), "job": str(uuid4())}
        given |= {"partner": "04K"} if path.endswith("/committed") else {}
        named = {"code": world.spare, "year": "2018-19"} | nowhere
        address = path.format_map(world.ours | named)
        taken = {200, 422, 404} if any(f"{{{name}}}" in path for name in nowhere) else {200, 422}
        for cursor in cursors():
            answer = await admin.get(address, params=given | {"after": cursor})
            if answer.status_code not in taken:
                wrong.append((address, cursor[:40], answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))
