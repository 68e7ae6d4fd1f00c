"""Whatever is typed into any form comes back as text on every page that shows it."""

import html
import re
from typing import Any, Final

import httpx
import pytest
from litestar import Litestar

from tests.api.world import KeptWorld, World
from tests.logistics.calling import ask
from tests.web.conftest import signed_in
from tests.web.forms import PageForm, Pairs, forms_of
from tests.web.ordering import sent
from tests.web.test_every_parameter import pages

MARKUP: Final = "\"><i onclick=alert(1)>'; drop table users; --"
SUM: Final = "{{ 7191 * 7193 }} ${7191*7193}"
WORDS: Final = (MARKUP, SUM, "=7191*7193", "+7191*7193", "-7191*7193", "@SUM(7191*7193)", "\t=7191")
_WORKED_OUT: Final = re.compile(r"51[ ,]?724[ ,]?863")
# With which forms that are not filled yet come through.
_SOUND: Final = {
    "name": "Ada", "reason": "Why", "note": "Why", "notes": "Why", "words": "Why", "code": "NEW9",
    "postcode": "NG1 1AB", "address": "1 High St", "username": "someone", "password": "long enough",
    "again": "long enough", "sku": "NEW01", "category": "Beds", "price_pence": "1.00", "ods": "99Z",
    "credit_percent": "0", "payload_kg": "900", "volume_l": "8000", "from": "08:00", "to": "16:00",
    "key": "NG5", "description": "A chair", "from-day": "1", "from-month": "12",
    "from-year": "2027", "to-day": "2", "to-month": "12", "to-year": "2027", "subject": "sku:BED01",
}  # fmt: skip
_ENDS: Final = ("/sign-out", "-everywhere", "/merge", "/end", "/cancel", "/reset-second-factor")


@pytest.fixture
def origin(kept_world: KeptWorld) -> str:
    """Begin with some of everything."""
    return kept_world.name


@pytest.fixture
def world(admin: httpx.AsyncClient, kept_world: KeptWorld) -> World:
    """Some of everything."""
    return kept_world.seen_by(admin)


def _tries(form: PageForm, at: int) -> list[Pairs]:
    """The form with the words in one of its fields, and in another, and so on."""
    base = [(name, value or _SOUND.get(name, "")) for name, value in form.filled()]
    tried: list[Pairs] = []
    for number, typed in enumerate(form.typed):
        # Markup in each, and one other.
        tried += [
            [(name, words if name == typed else value) for name, value in base]
            for words in (MARKUP, WORDS[1 + (at + number) % (len(WORDS) - 1)])
        ]
    return tried


async def test_what_is_typed_into_any_form_comes_back_as_text(
    app: Litestar, admin: httpx.AsyncClient, world: World
) -> None:
    """In the form where it is refused, and wherever it stands once it is taken."""
    wrong: list[Any] = []
    taken = shown = 0
    day = {"depot": "D1", "date": world.day.isoformat(), "seconds": 0.1}
    async with signed_in(app) as browser:
        opened_pages = [(path, await browser.get(path)) for _, path in pages(world)]
        for at, (path, page) in enumerate(opened_pages):
            for form in forms_of(page.text):
                if form.method != "post" or form.action.endswith(_ENDS):
                    continue
                for pairs in _tries(form, at):
                    answer = await browser.post(form.action or path, data=sent(pairs))
                    taken += answer.status_code == 303
                    if answer.status_code >= 500 or not _is_text(answer):
                        wrong.append((path, form.action, pairs, answer.status_code))
        await ask(admin, "rounds/plan", day)
        asked = f"depot=D1&day={world.day}"
        for path in [
            *(path for _, path in pages(world)),
            f"/rounds?{asked}",
            f"/rounds/sheets?{asked}",
        ]:
            answer = await browser.get(path)
            shown += MARKUP in html.unescape(answer.text)
            if answer.status_code >= 500 or not _is_text(answer):
                wrong.append((path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert taken > 30, taken
    assert shown > 10, shown


def _is_text(answer: httpx.Response) -> bool:
    """Nothing of it is an element, ends an attribute, or was worked out."""
    return MARKUP not in answer.text and not _WORKED_OUT.search(answer.text)
