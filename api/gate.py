"""What every request passes before Litestar routes it: who is it, can it be read, is it small.

Litestar judges the path before the caller and the body last of all. The contract wants the caller
first, unknown addresses included, so this stands around the whole application.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.path import normalize_path

from api.auth import bearer_token
from api.problems import MEDIA_TYPE, Problem, as_problem, not_signed_in, request_id, unreadable
from budget import moments
from equipment.staff.roles import Caller

CallerOf = Callable[[str, datetime], Awaitable[Caller | None]]

PUBLIC: Final = frozenset({"/api/login"})

_BODY_MAX: Final = 1 << 20
_LARGER: Final = {
    "/api/products/import": 32 << 20,
    "/admin/products/import": 32 << 20,
    "/api/items/import": 32 << 20,
    # 500 scans, as long as each may be.
    "/api/scans": 8 << 20,
    # As many, and a photograph.
    "/round/send": 8 << 20,
    "/round/photos": 8 << 20,
}
_PICTURE: Final = re.compile(
    r"/api/products/[^/]+/picture|/api/items/[^/]+/files/[^/]+|/items/[^/]+/files"
)
_PICTURE_MAX: Final = 8 << 20
# What is read of a body that nobody wants: a server that answers and hangs up while the client
# still sends shows it a broken connection instead of the answer.
_DRAIN_MAX: Final = 64 << 20
_DRAIN_S: Final = 30.0
_PROMPT: Final = timedelta(seconds=0.25)

_HEADERS: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
_API_HEADERS: Final = (*_HEADERS, (b"cache-control", b"no-store"))


class Gate:
    """ASGI middleware around a whole application; `caller_of` knows who owns a token."""

    def __init__(self, app: ASGIApp, caller_of: CallerOf) -> None:
        self._app = app
        self._caller_of = caller_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # Litestar routes by the normalised path: judged by any other, //api/items would pass by.
        path = normalize_path(scope["path"])
        is_api = path == "/api" or path.startswith("/api/")
        state = scope["state"]
        state["now"] = moments.now()
        incoming = _Incoming(receive)
        answer = _Answer(send, _API_HEADERS if is_api else _HEADERS)
        try:
            if is_api and path not in PUBLIC:
                state["caller"] = await self._caller(scope)
            _check_readable(scope)
            state["body"] = await incoming.read(_body_max(path))
            if "caller" in state and moments.now() - state["now"] > _PROMPT:
                # Who was ended while the body was on its way is out, as with any other request.
                state["now"] = moments.now()
                state["caller"] = await self._caller(scope)
        except _GoneError:
            return
        except Exception as error:  # noqa: BLE001 - the application's outermost edge
            await incoming.drain()
            await answer.refuse(as_problem(error, request_id(state)))
            return
        await self._pass_on(scope, incoming.replay, answer)

    async def _pass_on(self, scope: Any, receive: Receive, answer: "_Answer") -> None:
        if scope["method"] == "OPTIONS":
            # Litestar's own answer knows only the first handler of a path. Asked with a method
            # that none takes, its router names them all; api/problems.py makes that the answer.
            scope["state"]["asks_methods"] = True
            scope = {**scope, "method": "ANY"}
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            problem = as_problem(error, request_id(scope["state"]))
            if answer.started:
                raise
            await answer.refuse(problem)

    async def _caller(self, scope: Scope) -> Caller:
        token = bearer_token(scope["headers"])
        if token is None:
            raise not_signed_in()
        caller = await self._caller_of(token, scope["state"]["now"])
        if caller is None:
            raise not_signed_in()
        scope["state"]["token"] = token
        return caller


def _body_max(path: str) -> int:
    return _PICTURE_MAX if _PICTURE.fullmatch(path) else _LARGER.get(path, _BODY_MAX)


class _Answer:
    """The way back, with the headers that every answer carries."""

    def __init__(self, send: Send, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = tuple(headers)
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = {name for name, _ in message["headers"]}
            more = [header for header in self._headers if header[0] not in own]
            message["headers"] = [*message["headers"], *more]
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        body = problem.body
        headers = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            **{name.lower(): value for name, value in problem.headers.items()},
        }
        await self(
            {
                "type": "http.response.start",
                "status": problem.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await self({"type": "http.response.body", "body": body, "more_body": False})


class _GoneError(Exception):
    """The client hung up before all was sent: there is nobody to answer."""


# Printable, and nothing encoded: nearly every address.
_PLAIN: Final = re.compile(rb"[!-$&-~]*")


def _check_readable(scope: Scope) -> None:
    """Refuse an address that is no text: PostgreSQL would take neither NUL nor broken UTF-8."""
    raw: Any = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    if _PLAIN.fullmatch(raw) and _PLAIN.fullmatch(scope["query_string"]):
        return
    for part in (raw, scope["query_string"]):
        plain = unquote_to_bytes(part)
        try:
            plain.decode()
        except UnicodeDecodeError as error:
            raise unreadable("The address is not UTF-8.") from error
        if b"\0" in plain:
            raise unreadable("The address has a NUL character in it.")


class _Incoming:
    """The body: read whole before it is passed on, or read off before it is refused."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._more = True
        self._body: bytes | None = b""

    async def read(self, longest: int) -> bytes:
        """Take in the whole body, counted as it comes."""
        chunks: list[bytes] = []
        length = 0
        while self._more:
            chunk = await self._next()
            length += len(chunk)
            if length > longest:
                raise Problem(413, "body-too-large", f"The body is larger than {longest} bytes.")
            chunks.append(chunk)
        self._body = b"".join(chunks)
        return self._body

    async def drain(self) -> None:
        """Read on what the client still sends, within bounds, so that it sees the answer."""
        length = 0
        try:
            async with asyncio.timeout(_DRAIN_S):
                while self._more and length <= _DRAIN_MAX:
                    length += len(await self._next())
        except (TimeoutError, _GoneError):
            return

    async def replay(self) -> Any:
        """Hand the body over in one piece, and then whatever else the server has to say."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def _next(self) -> bytes:
        message: Any = await self._receive()
        if message["type"] == "http.disconnect":
            self._more = False
            raise _GoneError
        self._more = message.get("more_body", False)
        return bytes(message.get("body", b""))
