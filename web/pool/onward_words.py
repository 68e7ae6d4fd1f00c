"""Where one goes on to from the pool's page: links for whoever may open them. Pure."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from equipment.staff.roles import Caller
from web.markup import link

_ONWARD: Final = (
    ("/budget/recycling", "Recycling, by what it is made of", "read the pool", False),
    ("/budget/forecast", "Where the year ends, and what if", "read the pool", True),
    ("/budget/shares", "Who bears what, and what each would owe", "read the pool", True),
    ("/budget/charges", "Charges", "read the pool", False),
    ("/budget/reconciliation", "Reconciliation", "read the pool", True),
    ("/budget/agreed", "What was agreed: contributions and tariff", "set budgets", True),
    ("/budget/close", "Close a month", "close months", False),
)
"""Where to, in which words, for whom; whether it is of the year that is shown."""


def files(path: str, kept: Mapping[str, str]) -> list[Markup]:
    """A table as files: links to them, for what the page was asked for."""
    ways = (("csv", "CSV"), ("xlsx", "Workbook for a spreadsheet"))
    return [
        link(f"{path}?{urlencode({**kept, 'format': ending})}", words) for ending, words in ways
    ]


def onward(caller: Caller, year: str, base: str, *, played: bool) -> list[Markup]:
    """The pages of the books that the caller may open; `played`: a demo's year is there, too."""
    of_year = f"?{urlencode({'year': year})}"
    links = [
        link(f"{base}{path}{of_year if yearly else ''}", text)
        for path, text, task, yearly in _ONWARD
        if caller.may(task)
    ]
    text = "The model's year beside the published one"
    return [*links, *([link(f"{base}/budget/published", text)] if played else [])]
