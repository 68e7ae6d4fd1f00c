"""The technician's page: a shell that holds nobody's data, kept by the phone.

Decided in docs/adr/0025-page-on-the-phone.md.

What it shows comes from web/static/kitback/round/, a script to each concern, and works without a
network once it was opened.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from litestar import HttpMethod, MediaType, Request, Response, route

from web import pages
from web.assets import asset_folder, asset_names, asset_text
from web.envelope import policy
from web.pages import PageRequest
from web.rendering import UNCACHED, render
from web.site import Site, manifest_of

_VISIT: Final = "visit"
_SCANNER: Final = "barcode-detector-3.2.2"
_FOLDERS: Final = (_SCANNER, "kitback/round", "nhsuk-frontend-10.6.1")
_OTHERS: Final = ("kitback/kitback.css", "kitback/icon.svg", "kitback/icon-180.png")
_WORKER: Final = "kitback/round/worker.js"


@dataclass(frozen=True, slots=True)
class Shell:
    """What the page says before any script ran, and what the scripts start from."""

    title: str
    day: str
    scanner: str
    sign_in: str


@pages.get("/round", task=_VISIT)
async def show_round(request: PageRequest) -> Response[str]:
    """The shell: the same for everybody, so that a phone may keep it."""
    site, nonce = request.site, request.scope["state"]["nonce"]
    shell = Shell(
        title="Your round",
        day=f"{site.base}/round",
        scanner=f"{site.assets}/{_SCANNER}",
        sign_in=f"{site.base}/sign-in?next=%2Fround",
    )
    headers = {
        "Cache-Control": UNCACHED,
        # The scanner is compiled; photographs and signatures are shown from the phone itself.
        "Content-Security-Policy": policy(
            nonce, scripts="'wasm-unsafe-eval'", images="blob: data:"
        ),
    }
    html = render("round.jinja", site, nonce, shell)
    return Response(html, media_type=MediaType.HTML, headers=headers)


@route("/round/worker.js", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def show_worker(request: Request[Any, Any, Any]) -> Response[str]:
    """The service worker, with what it keeps: another one as soon as a file is another."""
    base = Site.of(request.app.state.settings).base
    kept = {
        "page": f"{base}/round",
        "labels": f"{base}/8004/",
        "manifest": f"{base}/round/manifest.webmanifest",
        "folder": base + asset_folder(),
        "files": [name for name in (*asset_names(*_FOLDERS), *_OTHERS) if name != _WORKER],
    }
    text = f"const KEPT = {json.dumps(kept)};\n{asset_text(_WORKER)}"
    # The page itself, and what the phone's own camera opens of a label, lie above its folder.
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": f"{base}/"}
    return Response(text, media_type="text/javascript", headers=headers)


@route("/round/manifest.webmanifest", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def show_round_manifest(request: Request[Any, Any, Any]) -> Response[dict[str, object]]:
    """As the service's own, but opened at the round, which needs no network."""
    site = Site.of(request.app.state.settings)
    own: dict[str, object] = {
        "id": f"{site.base}/round",
        "start_url": f"{site.base}/round",
        "scope": f"{site.base}/",
        "name": f"{site.name}: round",
        "short_name": "Round",
        "display": "standalone",
    }
    return Response(
        manifest_of(site) | own,
        media_type="application/manifest+json",
        headers={"Cache-Control": "public, max-age=3600"},
    )


PAGES: Final = (show_round, show_worker, show_round_manifest)
