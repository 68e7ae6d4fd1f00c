"""Where each role works: the pages in its menu, and the one that it starts from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from equipment.staff.roles import (
    ADMINISTRATOR,
    AUDITOR,
    AUTHORISER,
    BUDGET_HOLDER,
    COORDINATOR,
    DEPOT,
    PRESCRIBER,
    TECHNICIAN,
    Caller,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A page in the menu of all who may do its task (equipment/staff/roles.py)."""

    text: str
    path: str
    task: str


DESKS: Final = (
    Desk("New order", "/orders/new", "order"),
    Desk("My orders", "/orders", "order"),
    Desk("Catalogue", "/catalogue", "read standing data"),
    Desk("People", "/people", "read people"),
    Desk("Approve", "/authorise", "decide on orders"),
    Desk("My round", "/round", "visit"),
    Desk("Depot", "/depot", "work at a depot"),
    Desk("Rounds", "/rounds", "read rounds"),
    Desk("Visits", "/visits", "read visits"),
    Desk("The pool", "/budget", "read the pool"),
    Desk("Figures", "/figures", "read figures"),
    Desk("Requests", "/requests", "read requests"),
    Desk("Cases", "/cases", "read cases"),
    Desk("Items", "/items", "read items"),
    Desk("Shelves", "/shelves", "read items"),
    Desk("Checks due", "/depot/checks", "read what falls due"),
    Desk("Recalls", "/depot/recalls", "read recalls"),
    Desk("Emergencies", "/emergencies", "read emergency issues"),
    Desk("Changes", "/changes", "read changes"),
    Desk("Looks", "/looks", "read looks"),
    Desk("Jobs", "/admin/jobs", "read jobs"),
    Desk("Administration", "/admin", "manage users"),
)
_STARTS: Final[tuple[tuple[str, str], ...]] = (
    (ADMINISTRATOR, "/admin"),
    (COORDINATOR, "/rounds"),
    (AUTHORISER, "/authorise"),
    (PRESCRIBER, "/orders"),
    (TECHNICIAN, "/round"),
    (DEPOT, "/depot"),
    (BUDGET_HOLDER, "/budget"),
    (AUDITOR, "/changes"),
)
"""Who starts where: the first of their roles counts."""

_ELSE: Final = "/items"


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, as the head of each page shows it."""

    username: str
    start: str
    account: str
    sign_out: str
    menu: list[dict[str, str | bool]]


def depot(caller: Caller, base: str, path: str = "") -> str | None:
    """The way back to the depot, or to a page of it, for whoever works there.

    Others may read some of its lists, and have come from elsewhere.
    """
    return f"{base}/depot{path}" if caller.may("work at a depot") else None


def me(caller: Caller, base: str, path: str) -> Me:
    """The head of the page at `path`; `base` comes before every address."""
    return Me(
        username=caller.username,
        start=base + start_of(caller),
        account=f"{base}/account",
        sign_out=f"{base}/sign-out",
        menu=list(_menu(caller, base, path)),
    )


def start_of(caller: Caller) -> str:
    """The page that somebody starts from."""
    return next((path for role, path in _STARTS if role in caller.roles), _ELSE)


def _menu(caller: Caller, base: str, path: str) -> Iterator[dict[str, str | bool]]:
    open_one = max((desk.path for desk in DESKS if _is_in(path, desk)), key=len, default=None)
    for desk in DESKS:
        if caller.may(desk.task):
            current = desk.path == open_one
            yield {"text": desk.text, "href": base + desk.path, "current": current}


def _is_in(path: str, desk: Desk) -> bool:
    return path == desk.path or path.startswith(f"{desk.path}/")
