"""Route decorators that document what every address of ours may answer.

Use these, never Litestar's own: the OpenAPI document is held against the service in the tests.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, get_type_hints

import msgspec
from litestar import HttpMethod, Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import KwargDefinition, PathParameter, QueryParameter
from litestar.types import ASGIApp, Receive, Scope, Send

from api.problems import MEDIA_TYPE, ProblemDocument, not_signed_in
from equipment.staff.roles import Caller, check_may

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


class Handler(HTTPRouteHandler):
    """Litestar's, but that a Struct goes out as it is.

    Litestar's own way has cookies, encoders and background tasks to look for, which we have none
    of: it takes longer than all else that is done for a quick answer.
    """

    async def to_response(
        self, app: Litestar, data: Any, request: Request[Any, Any, Any]
    ) -> ASGIApp:
        """What sends the answer; of anything but a Struct, Litestar's."""
        if not isinstance(data, msgspec.Struct):
            return await super().to_response(app, data, request)
        return _sending(self.status_code, msgspec.json.encode(data))


def _sending(status: int, body: bytes) -> ASGIApp:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


def _route(
    method: HttpMethod,
    usual: tuple[int, ...],
    path: str,
    *,
    task: str | None = None,
    public: bool = False,
    also: Sequence[int] = (),
    **options: Any,
) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """A route of ours.

    `task` (equipment/staff/roles.py) is judged before the body is read, `public` needs no caller,
    `also` are further problems it may answer; `options` are Litestar's own.
    """

    def register(handler: Callable[..., Awaitable[Any]]) -> Any:
        _say_where_from(handler, path)
        return route(handler)

    statuses = (*_ALWAYS, *usual, *also, *(() if public else _SIGNED_IN))
    route = Handler(
        path,
        http_method=method,
        # Litestar's own guards each get a copy of the handler, and one that does not wait for
        # anything a thread: that takes longer than the rest of a request.
        before_request=None if task is None else _judge(task),
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


def _judge(task: str) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """Whether the caller may, before a parameter or the body is looked at."""

    async def check(request: Request[Any, Any, Any]) -> None:
        caller = request.scope["state"].get("caller")
        if not isinstance(caller, Caller):
            raise not_signed_in()
        check_may(caller, task)

    return check


get = partial(_route, HttpMethod.GET, ())
post = partial(_route, HttpMethod.POST, _WITH_BODY)
put = partial(_route, HttpMethod.PUT, _WITH_BODY)
patch = partial(_route, HttpMethod.PATCH, _WITH_BODY)
