"""What every page travels in: its security headers, and a page where something went wrong.

It stands around the whole application, the gate included, so that no page can be without. /api is
for programs and passes through untouched.
"""

import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.path import normalize_path

from settings import Settings
from web.failures import failure
from web.rendering import me_of, render
from web.site import Site

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBLEM: Final = b"application/problem+json"
_KEPT_HEADERS: Final = frozenset({b"retry-after", b"allow", b"www-authenticate"})


class Envelope:
    """ASGI middleware around a whole application and its gate."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._site = Site.of(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or _is_api(scope):
            await self._app(scope, receive, send)
            return
        scope["state"]["nonce"] = secrets.token_urlsafe(16)
        answer = _Answer(scope, send, self._site)
        if scope["method"] not in _SAFE_METHODS and self._is_from_elsewhere(scope):
            await answer.fail(403)
            return
        await self._app(scope, receive, answer)

    def _is_from_elsewhere(self, scope: Scope) -> bool:
        """Whether another site's page sent this form (cross-site request forgery).

        Browsers say so themselves; the older ones, and all of them over plain HTTP, by Origin.
        """
        headers = Headers.from_scope(scope)
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        ours = {headers.get("host", ""), urlsplit(self._site.public_url).netloc}
        return origin is not None and urlsplit(origin).netloc not in ours


class _Answer:
    """The way back: adds the headers, and puts a page in the place of a problem document."""

    def __init__(self, scope: Scope, send: Send, site: Site) -> None:
        self._scope: Any = scope
        self._send = send
        self._site = site
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._is_browser() and _is_problem(message):
                self._replaced = True
                await self.fail(message["status"], message["headers"])
                return
            message["headers"] = [*message["headers"], *self._missing(message["headers"])]
        elif message["type"] == "http.response.body":
            if self._replaced:
                return
            if self._scope["method"] == "HEAD":
                message["body"] = b""
        await self._send(message)

    async def fail(self, status: int, headers: Any = ()) -> None:
        """Send the page for a status in the place of any other answer."""
        kept = [header for header in headers if header[0].lower() in _KEPT_HEADERS]
        waits = [value for name, value in kept if name.lower() == b"retry-after"]
        state = self._scope["state"]
        content = failure(
            status,
            path=self._scope["path"],
            wait_s=int(waits[0]) if waits else None,
            request_id=state.get("request_id"),
            site=self._site,
        )
        me = me_of(self._scope, self._site)
        body = render("failure.jinja", self._site, state["nonce"], content, me=me).encode()
        own = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        start: Any = {
            "type": "http.response.start",
            "status": status,
            "headers": [*own, *kept, *self._missing([])],
        }
        await self._send(start)
        if self._scope["method"] == "HEAD":
            body = b""
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _missing(self, headers: Any) -> list[tuple[bytes, bytes]]:
        """Which of the headers that every page carries these lack; a page may have its own."""
        names = {name.lower() for name, _ in headers}
        everywhere = (
            (b"content-security-policy", policy(self._scope["state"]["nonce"]).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        )
        return [header for header in everywhere if header[0] not in names]

    def _is_browser(self) -> bool:
        return "text/html" in Headers.from_scope(self._scope).get("accept", "").lower()


def policy(nonce: str, *, scripts: str = "", images: str = "") -> str:
    """Nothing from any other host, no script or style in the page but what carries the nonce.

    `scripts` and `images` are further sources of a page that needs them.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}' {scripts}".rstrip(),
            "style-src 'self'",
            f"img-src 'self' {images}".rstrip(),
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _is_api(scope: Any) -> bool:
    # As the gate and the router judge it: by the normalised path.
    path = normalize_path(scope["path"])
    return path == "/api" or path.startswith("/api/")


def _is_problem(message: Any) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(_PROBLEM)
        for name, value in message["headers"]
    )
