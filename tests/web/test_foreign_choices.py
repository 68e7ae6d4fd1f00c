"""What a form does not offer is not taken: another's record, line or thing, or one that is nowhere.

Every form of every page is opened as somebody would, and sent with something else in each field
that names a thing.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from tests.api.conftest import PASSWORD
from tests.api.world import KeptWorld, World
from tests.logistics.calling import ask, told
from tests.snapshot import snapshot
from tests.web.conftest import signed_in
from tests.web.forms import PageForm, Pairs, forms_of
from tests.web.ordering import sent
from tests.web.test_who_may_open import TABLE

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Made by the page for what it is about to make, and only ever new.
_NEW: Final = frozenset({"id", "form", "order"})
_WORDS: Final = {"reason": "Why", "note": "Why", "notes": "Why", "name": "Ada", "words": "Why"}
# Said yes or no, or not asked for at all: anything else says nothing.
_PLAIN: Final = re.compile(r"interpreter|deferred|off|pat|fault|skills-\d")
_SEE_EVERYONE: Final = frozenset({"coordinator", "administrator"})
_ROLES: Final = ("prescriber", "authoriser", "technician", "coordinator", "administrator")


@pytest.fixture
def origin(kept_world: KeptWorld) -> str:
    """Begin with some of everything."""
    return kept_world.name


def _paths(world: World) -> list[str]:
    """The address of every page, with ours in it."""
    ours, day = world.ours, world.day.isoformat()
    ids = ours | {"other": world.bobs["person"], "code": world.spare, "username": "crew"}
    ids |= {"ods": "04K", "sku": "CMD01", "action": "deliver", "number": "1"}
    pages = [page.split()[1] for page in TABLE if page.startswith("GET ")]
    made = [re.sub(r"{(\w+)}", lambda match: ids.get(match[1], "none"), page) for page in pages]
    new = f"person={ours['person']}&order={uuid4()}&sku=HST01&n=1"
    return [
        *made,
        f"/orders/new?{new}",
        f"/orders/new?{new}&step=check",
        f"/orders/new/special?{new}",
        f"/visits/{world.bobs['visit']}/change",
        "/shelves/S1",
        f"/rounds?depot=D1&day={day}",
        f"/rounds/vans/V1?depot=D1&day={day}",
    ]


def _tries(form: PageForm, world: World, role: str) -> Iterator[tuple[str, str, Pairs]]:
    """What is put in which field, and all that is sent so."""
    base = form.filled(**_WORDS)
    theirs = [] if role in _SEE_EVERYONE else _ids(world)
    for name, value in base:
        if name in form.choices and not _PLAIN.fullmatch(name):
            values = ["NOWHERE", world.theirs["item"], world.bobs["item"]]
            values = [each for each in values if each not in form.choices[name]]
        elif name in form.hidden and name not in _NEW and _ID.fullmatch(value):
            values = [str(uuid4()), *theirs]
        else:
            continue
        for other in values:
            yield name, other, [(each, other if each == name else one) for each, one in base]


def _strays(form: PageForm, world: World) -> Iterator[Pairs]:
    """Fields that are named after a thing, with the name of another's as well."""
    base = form.filled(**_WORDS)
    for name, value in base:
        if found := _ID.search(name):
            yield [*base, *((name.replace(found[0], other), value) for other in _ids(world))]


def _ids(world: World) -> list[str]:
    return [each for each in world.theirs.values() if "-" in each]


async def _theirs(world: World) -> list[Any]:
    """All that is of the other partner's person."""
    theirs, kinds = world.theirs, ("people/{person}", "orders/{order}", "visits/{visit}")
    return [await told(world.admin, each.format_map(theirs)) for each in kinds]


@pytest.mark.parametrize("role", _ROLES)
async def test_no_form_takes_what_it_does_not_offer(
    app: Litestar, admin: httpx.AsyncClient, kept_world: KeptWorld, role: str
) -> None:
    """It comes back, or the thing is not there; and nothing at all has been written."""
    world = kept_world.seen_by(admin)
    me = {"username": "me", "password": PASSWORD, "roles": [role], "partner": "04K", "level": 4}
    await ask(admin, "users", me)
    wrong: list[Any] = []
    tried = 0
    async with signed_in(app, "me") as browser:
        forms = [each for path in _paths(world) for each in await _forms(browser, path)]
        before, theirs = await snapshot(), await _theirs(world)
        for form in forms:
            for name, value, pairs in _tries(form, world, role):
                answer = await browser.post(form.action, data=sent(pairs))
                tried += 1
                after = await snapshot()
                if answer.status_code >= 500 or after != before:
                    changed = [each for each in after if after[each] != before[each]]
                    wrong.append((form.action, name, value, answer.status_code, changed))
                    before = after
        for form in forms:
            for pairs in _strays(form, world):
                answer = await browser.post(form.action, data=sent(pairs))
                assert answer.status_code < 500, form.action
    assert not wrong, "\n".join(map(str, wrong))
    assert tried > 0
    assert await _theirs(world) == theirs


async def _forms(browser: httpx.AsyncClient, path: str) -> list[PageForm]:
    """All that may be sent from a page, but for what ends the session."""
    page = await browser.get(path)
    assert page.status_code < 500, path
    found = [each for each in forms_of(page.text) if each.method == "post"]
    return [each for each in found if not each.action.endswith(("/sign-out", "-everywhere"))]
