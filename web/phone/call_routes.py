"""How a phone's own calls are answered: JSON beside the pages, by the session of the pages.

A phone keeps what it has to send while nobody is signed in on it: 401 asks for a sign-in, and 410
alone tells it to forget everything, signed in or not.
"""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar import HttpMethod, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from budget.faults import in_words, path_of
from budget.refusals import Fault, NotAllowed, Wrong
from equipment.staff.roles import check_may
from logistics.phones.phones import Revoked, check_not_revoked
from web import cookies
from web.pages import PageRequest, must_set_up
from web.rendering import NOT_KEPT

T = TypeVar("T")

_JSON: Final = "application/json"
_HEADERS: Final = {"Cache-Control": NOT_KEPT}


def _route(
    method: HttpMethod, path: str, *, task: str
) -> Callable[[Callable[..., Awaitable[Any]]], HTTPRouteHandler]:
    """A call for whoever is signed in on a phone that is not revoked, and may do the task."""
    return HTTPRouteHandler(
        path,
        http_method=method,
        request_class=PageRequest,
        before_request=_judge(task),
        exception_handlers={Revoked: _revoked},
        include_in_schema=False,
        status_code=200,
    )


get = partial(_route, HttpMethod.GET)
post = partial(_route, HttpMethod.POST)


def answer(told: object) -> Response[bytes]:
    """A Struct as JSON, which no phone or proxy keeps by itself."""
    return Response(msgspec.json.encode(told), media_type=_JSON, headers=_HEADERS)


async def body_of(request: PageRequest, wanted: type[T]) -> T:
    """What the phone sent, as a Struct; Wrong where a field is, HTTPException 400 or 415.

    Half a character is read as it is: it may stand in a code that somebody scanned.
    """
    if request.content_type[0].lower() != _JSON:
        raise HTTPException(status_code=415)
    try:
        return msgspec.convert(_parsed(await request.body()), wanted)
    except (msgspec.ValidationError, UnicodeError, OverflowError) as error:
        fault = Fault(path_of(str(error)) or "body", in_words(str(error)))
        raise Wrong([fault]) from error


def _parsed(body: bytes) -> Any:
    try:
        try:
            return msgspec.json.decode(body)
        except ValueError:
            return json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise HTTPException(status_code=400) from error


def _no_constant(name: str) -> float:
    raise ValueError(name)


def device_of(request: PageRequest) -> UUID:
    """The phone that the address names; Wrong where it names none."""
    found = _uuid(request.sought("device"))
    if found is None:
        raise Wrong([Fault("device", "Must be a UUID.")])
    return found


def _judge(task: str) -> Callable[[Any], Awaitable[Response[bytes] | None]]:
    async def check(request: PageRequest) -> Response[bytes] | None:
        device = await _named(request)
        if device is not None:
            await check_not_revoked(device, request.now)
        session = await cookies.session_of(request, request.now)
        if session is None or session.awaits_code:
            return _sign_in_first()
        if must_set_up(request, session):
            words = "Set up your second factor on the pages first."
            raise NotAllowed("second-factor-needed", words)
        request.scope["state"]["session"] = session
        check_may(session.caller, task)
        return None

    return check


class _Named(msgspec.Struct):
    device: UUID


async def _named(request: PageRequest) -> UUID | None:
    """The phone that asks, by its address or its body, before anything else is looked at."""
    found = _uuid(request.sought("device"))
    if found is not None or request.content_type[0].lower() != _JSON:
        return found
    try:
        return msgspec.json.decode(await request.body(), type=_Named).device
    except (ValueError, RecursionError):
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sign_in_first() -> Response[bytes]:
    told = {
        "type": "/problems/not-signed-in",
        "title": "Not signed in",
        "status": 401,
        "detail": "Sign in again. Nothing that this phone holds is lost.",
    }
    return Response(
        msgspec.json.encode(told),
        status_code=401,
        media_type="application/problem+json",
        headers=_HEADERS,
    )


def _revoked(_request: Request[Any, Any, Any], _error: Revoked) -> Response[bytes]:
    return Response(b'{"revoked":true}', status_code=410, media_type=_JSON, headers=_HEADERS)
