"""Administration, and what only those who answer for the service may read."""

from collections.abc import Iterator
from typing import Any, Final

from litestar import Response

from budget import changes
from budget.changes import Change
from equipment.people import looks
from web import pages
from web.fields import Fields
from web.forms import Filled
from web.list_page import ListPage
from web.pages import PageRequest
from web.paging import PAGE, Slice, key_after, sliced
from web.rendering import page
from web.words import stamp

_SOUGHT_MAX: Final = 100
_UNTOLD: Final = frozenset({"sha256", "columns"})
"""What a file's change says that only a program would compare."""


@pages.get("/admin", task="manage users")
async def show_administration(request: PageRequest) -> Response[str]:
    """What an administrator looks after."""
    base = f"{request.site.base}/admin"
    tasks = [
        ("Users", f"{base}/users", "Who signs in, and what they may do"),
        ("Products", f"{base}/products", "The catalogue: prices, levels, safe limits"),
        ("Kits", f"{base}/kits", "What is ordered in one go"),
        ("Spare parts", f"{base}/spare-parts", "What things are mended with, and its price"),
        ("What does not fit", f"{base}/compatibility", "Slings and hoists, rails and beds"),
        ("Partners", f"{base}/partners", "Who pays into the pool, and who takes over from whom"),
        ("Who pays for whom", f"{base}/funder-rules", "By GP practice and postcode"),
        ("Care homes", f"{base}/care-home-rules", "What they are given, and what not"),
        ("What prescribers see", f"{base}/choices", "Products above their level"),
        ("Depots and stores", f"{base}/places", "Where things are kept; what shelves are to have"),
        ("Vans", f"{base}/vans", "What takes things round"),
        ("Phones", f"{base}/devices", "What technicians' phones hold, and taking one out of use"),
        ("Changes", f"{request.site.base}/changes", "Who changed what, and when"),
        ("Looks at people", f"{request.site.base}/looks", "Who looked at whose record, and why"),
    ]
    shown = [{"text": text, "href": href, "hint": hint} for text, href, hint in tasks]
    return page(request, "admin.jinja", {"title": "Administration", "tasks": shown})


@pages.get("/changes", task="read changes")
async def list_changes(request: PageRequest) -> Response[str]:
    """Who changed what; narrowed to one user name, code or person's id."""
    key, after = request.sought("key")[:_SOUGHT_MAX], request.sought("after")
    rows = await changes.listed(None, key or None, key_after(after, int) or 0, PAGE + 1)
    address = f"{request.site.base}/changes"
    found = sliced(rows, lambda change: change.id, address, key=key, after=after)
    return page(request, "list.jinja", _changes(found, key, address))


@pages.get("/looks", task="read looks")
async def list_looks(request: PageRequest) -> Response[str]:
    """Who looked at whose record, and why."""
    after = request.sought("after")
    rows = await looks.listed(request.caller, None, None, key_after(after, int), PAGE + 1)
    address = f"{request.site.base}/looks"
    found = sliced(rows, lambda look: look.id, address, after=after)
    cells = [
        [
            {"classes": "kitback-figure", "text": stamp(look.at)},
            {"text": look.user},
            {"text": str(look.person), "href": f"{request.site.base}/people/{look.person}"},
            {"text": look.door},
            {"text": look.reason or "None given"},
        ]
        for look in found.rows
    ]
    head = ["When", "Who", "Whose record", "How", "Why"]
    table = ListPage("Looks at people", head, cells, "Nobody has looked at anybody.", found.links)
    return page(request, "list.jinja", table)


def _changes(found: Slice[Change], key: str, address: str) -> ListPage:
    rows = [
        [
            {"classes": "kitback-figure", "text": stamp(change.at)},
            {"text": change.actor},
            {"text": change.what.capitalize()},
            {"text": change.key or "A file"},
            {"text": "; ".join(_said(change.content)) or "Nothing more"},
        ]
        for change in found.rows
    ]
    fields = Fields(Filled({"key": [key]}))
    label = "Of a user, product, partner or person"
    hint = "The user name, SKU, code or id as it stands in the list."
    return ListPage(
        "Changes",
        ["When", "Who", "What", "Of", "More"],
        rows,
        "Nothing of this has been changed." if key else "Nothing has been changed.",
        found.links,
        address=address,
        show="Search",
        fields=[fields.text("key", label, hint=hint, width=20, spellcheck=False)],
    )


def _said(content: dict[str, Any]) -> Iterator[str]:
    for name, value in content.items():
        if value is not None and value != [] and name not in _UNTOLD:
            yield f"{name.replace('_', ' ')}: {_in_words(value)}"


def _in_words(value: object) -> str:
    """A value as it is read, not as a program writes it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_in_words, value))
        case dict():
            return " ".join(f"{name} {_in_words(each)}" for name, each in value.items())
        case None:
            return "none"
    return str(value)


PAGES: Final = (
    show_administration,
    list_changes,
    list_looks,
)
