"""What every page says of the service: its name, whom to ring, where its addresses begin."""

import re
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from litestar import HttpMethod, Request, Response, route

from settings import Settings
from web.assets import asset_folder

_COLOUR = "#005eb8"


@dataclass(frozen=True, slots=True)
class Site:
    """The service as its pages name it; `base` comes before every path, empty at most services."""

    name: str
    phone: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.service_name, settings.service_phone, settings.public_url)

    @property
    def base(self) -> str:
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether people reach it encrypted, by a proxy if need be."""
        return self.public_url.startswith("https://")

    @property
    def phone_link(self) -> str:
        """The number as a telephone dials it."""
        return "tel:" + re.sub(r"[^0-9+]", "", self.phone)

    @property
    def assets(self) -> str:
        return self.base + asset_folder()


@route("/manifest.webmanifest", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def show_manifest(request: Request[Any, Any, Any]) -> Response[dict[str, object]]:
    """What a telephone shows of the service once somebody keeps it on the home screen."""
    return Response(
        manifest_of(Site.of(request.app.state.settings)),
        media_type="application/manifest+json",
        headers={"Cache-Control": "public, max-age=3600"},
    )


def manifest_of(site: Site) -> dict[str, object]:
    """The service's name, icons and start page, as a manifest says them."""
    icons = f"{site.assets}/kitback"
    return {
        "name": site.name,
        "short_name": "Kitback",
        "start_url": f"{site.base}/",
        "display": "minimal-ui",
        "theme_color": _COLOUR,
        "background_color": "#ffffff",
        "icons": [
            {"src": f"{icons}/icon.svg", "type": "image/svg+xml", "sizes": "any"},
            {"src": f"{icons}/icon-192.png", "type": "image/png", "sizes": "192x192"},
            {"src": f"{icons}/icon-512.png", "type": "image/png", "sizes": "512x512"},
        ],
    }


PAGES: Final = (show_manifest,)
