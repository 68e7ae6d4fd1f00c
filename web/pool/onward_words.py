"""Where one goes on to from the pool's page: links for whoever may open them. Pure."""

from typing import Final

from markupsafe import Markup

from equipment.staff.roles import Caller
from web.markup import link

_ONWARD: Final = (
    ("/budget/recycling", "Recycling, by what it is made of", "read the pool"),
    ("/budget/forecast", "Where the year ends, and what if", "read the pool"),
    ("/budget/shares", "Who bears what, and what each would owe", "read the pool"),
    ("/budget/charges", "Charges", "read the pool"),
    ("/budget/reconciliation", "Reconciliation", "read the pool"),
    ("/budget/close", "Close a month", "close months"),
)


def onward(caller: Caller, base: str, *, played: bool) -> list[Markup]:
    """The pages of the books that the caller may open; `played`: a demo's year is there, too."""
    links = [link(base + path, text) for path, text, task in _ONWARD if caller.may(task)]
    text = "The model's year beside the published one"
    return [*links, *([link(f"{base}/budget/published", text)] if played else [])]
