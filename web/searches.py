"""What somebody was looked for by, kept so that it stands in no address, history or log.

A search is sent as a form, kept in a cookie that goes to the page of what was found alone, and that
page opened: it can be reloaded and come back to, without script and without sending anything again.
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response

from web import cookies
from web.forms import Filled
from web.pages import PageRequest, see_other

PEOPLE: Final = "/people/found"
ORDERED_FOR: Final = "/orders/new/person"
PAGES: Final = (PEOPLE, ORDERED_FOR)
"""The pages that show what was found."""

_NAME: Final = "kitback_search"
_KEPT_S: Final = 30 * 60
_LONGEST: Final = 100


class _Search(msgspec.Struct, frozen=True):
    """Who looked for what: a browser that several use shows nobody another's search."""

    user: UUID
    fields: dict[str, str]


def look(request: PageRequest, path: str, filled: Filled, names: Iterable[str]) -> Response[Any]:
    """Keep what was typed in these fields and go on to the page of what is found by it."""
    typed = {name: filled.text(name)[:_LONGEST] for name in names if filled.text(name)}
    kept = msgspec.json.encode(_Search(request.caller.user, typed))
    answer = see_other(request, path)
    value = base64.urlsafe_b64encode(kept).decode()
    cookies.keep_for(answer, request.site, _NAME, value, path=path, seconds=_KEPT_S)
    return answer


def looked_for(request: PageRequest) -> Filled | None:
    """What the caller last looked for on this page; None where that is not known any more."""
    try:
        text = base64.b64decode(request.cookies.get(_NAME, "").encode(), altchars=b"-_")
        kept = msgspec.json.decode(text, type=_Search)
    except (binascii.Error, ValueError, RecursionError, msgspec.ValidationError):
        return None
    if kept.user != request.caller.user or not kept.fields:
        return None
    return Filled({name: [_plain(typed)] for name, typed in kept.fields.items()})


def forget(answer: Response[Any], request: PageRequest) -> None:
    """Have the browser forget all that was looked for."""
    for path in PAGES:
        cookies.forget(answer, request.site, _NAME, path=path)


def _plain(typed: str) -> str:
    """As a form's field is taken: without what PostgreSQL cannot keep."""
    return typed.replace("\0", "")
