"""Templates: ours first, the design system's macros behind them."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from litestar import MediaType, Request, Response

from web.site import Site

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
    html = render(template, site, request.scope["state"]["nonce"], content)
    return Response(
        html,
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Cache-Control": UNCACHED} | (headers or {}),
    )


def render(template: str, site: Site, nonce: str, content: object) -> str:
    """The text of a page; `nonce` is that of its Content-Security-Policy."""
    return _environment().get_template(template).render(site=site, cspNonce=nonce, page=content)


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
