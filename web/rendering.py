"""Templates: ours first, the design system's macros behind them."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from litestar import MediaType, Request, Response

from web import cookies
from web.desks import Me, me
from web.site import Site

_LOCKED_UP: Final = "default-src 'none'; sandbox"
_TEMPLATES: Final = Path(__file__).parent / "templates"
UNCACHED: Final = "private, no-cache"
NOT_KEPT: Final = "no-store"
"""For what only the one who asked may see: no copy stays on a telephone that others use."""


def page(
    request: Request[Any, Any, Any],
    template: str,
    content: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    """An HTML page as the answer to a request; `content` is what its presenter made."""
    site = Site.of(request.app.state.settings)
    nonce, who = request.scope["state"]["nonce"], me_of(request.scope, site)
    notice = cookies.said(request)
    html = render(template, site, nonce, content, me=who, notice=notice)
    kept = UNCACHED if who is None else NOT_KEPT
    answer = Response(
        html,
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Cache-Control": kept} | (headers or {}),
    )
    if notice is not None:
        cookies.drop_notice(answer, site)
    return answer


def picture(content: bytes) -> Response[bytes]:
    """A WebP that we have written, as nothing but a picture, of which no copy stays anywhere."""
    headers = {"Cache-Control": NOT_KEPT, "Content-Security-Policy": _LOCKED_UP}
    return Response(content, media_type="image/webp", headers=headers)


def file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A file to be kept by whoever asked, of which no copy stays on the way."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": NOT_KEPT,
    }
    return Response(content, media_type=media_type, headers=headers)


def render(
    template: str,
    site: Site,
    nonce: str,
    content: object,
    *,
    me: Me | None = None,
    notice: str | None = None,
) -> str:
    """The text of a page; `nonce` is that of its policy, `me` who is signed in."""
    return (
        _environment()
        .get_template(template)
        .render(site=site, cspNonce=nonce, page=content, me=me, notice=notice)
    )


def me_of(scope: Any, site: Site) -> Me | None:
    """Who is signed in, once the page has asked for it."""
    session = scope["state"].get("session")
    return None if session is None else me(session.caller, site.base, scope["path"])


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(_TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # The design system's macros ask for options of options that nobody gave.
        undefined=ChainableUndefined,
    )
