"""Route decorators that document what every address of ours may answer.

Use these, never Litestar's own: the OpenAPI document is held against the service in the tests.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, get_type_hints

import litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import KwargDefinition, PathParameter, QueryParameter

from api.problems import MEDIA_TYPE, ProblemDocument, not_signed_in
from equipment.roles import Caller, check_may

_WORDS: Final = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.UNAUTHORIZED: "Nobody is signed in.",
    HTTPStatus.FORBIDDEN: "The caller's roles do not include this.",
    HTTPStatus.NOT_FOUND: "It is not there, or not the caller's to see.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The address takes other methods.",
    HTTPStatus.CONFLICT: "A rule refuses it.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of another type.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field is wrong; `errors` names it.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts; Retry-After says when to come back.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot be reached, or too busy.",
}
_ALWAYS: Final = (400, 405, 422, 503)
_SIGNED_IN: Final = (401, 403, 404)
_WITH_BODY: Final = (409, 413, 415)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Problem documents as OpenAPI responses."""
    return {
        status: ResponseSpec(
            ProblemDocument,
            generate_examples=False,
            description=_WORDS[HTTPStatus(status)],
            media_type=MEDIA_TYPE,
        )
        for status in statuses
    }


def _route(
    decorator: Callable[..., Any],
    usual: tuple[int, ...],
    path: str,
    *,
    task: str | None = None,
    public: bool = False,
    also: Sequence[int] = (),
    **options: Any,
) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """A route of ours.

    `task` (equipment/roles.py) is judged before the body is read, `public` needs no caller,
    `also` are further problems it may answer; `options` are Litestar's own.
    """

    def register(handler: Callable[..., Awaitable[Any]]) -> Any:
        _say_where_from(handler, path)
        return route(handler)

    statuses = (*_ALWAYS, *usual, *also, *(() if public else _SIGNED_IN))
    route = decorator(
        path,
        guards=[] if task is None else [_guard(task)],
        security=[] if public else [{"bearer": []}],
        responses=problems(*sorted(set(statuses))) | options.pop("responses", {}),
        **options,
    )
    return register


def _say_where_from(handler: Callable[..., Awaitable[Any]], path: str) -> None:
    """Tell Litestar, which would have every parameter say it: from the path, else the query."""
    in_path = set(re.findall(r"{(\w+):", path))
    for name, kind in get_type_hints(handler, include_extras=True).items():
        notes = getattr(kind, "__metadata__", ())
        if name in {"request", "return"} or any(isinstance(n, KwargDefinition) for n in notes):
            continue
        source = PathParameter() if name in in_path else QueryParameter()
        handler.__annotations__[name] = Annotated[kind, source]


def _guard(task: str) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]:
    def check(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        caller = connection.scope["state"].get("caller")
        if not isinstance(caller, Caller):
            raise not_signed_in()
        check_may(caller, task)

    return check


get = partial(_route, litestar.get, ())
post = partial(_route, litestar.post, _WITH_BODY)
put = partial(_route, litestar.put, _WITH_BODY)
patch = partial(_route, litestar.patch, _WITH_BODY)
