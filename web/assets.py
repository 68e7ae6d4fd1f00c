"""The files that pages need besides themselves: read once, squeezed once, served from memory.

Their address has a checksum of them all in it, so that a browser keeps them for a year and asks
anew the moment one has changed.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from litestar import HttpMethod, Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

_FOLDER: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
}
_KEPT: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    gzipped: bytes
    media_type: str


@route("/static/{version:str}/{name:path}", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def show_asset(
    request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """One file; under an address of an earlier version too, but then not to be kept."""
    asset = _assets().get(name.removeprefix("/"))
    if asset is None:
        raise NotFoundException
    headers = {
        "Cache-Control": _KEPT if version == _version() else "no-cache",
        "Vary": "Accept-Encoding",
    }
    body = asset.body
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.gzipped
    return Response(body, media_type=asset.media_type, headers=headers)


def asset_folder() -> str:
    """Where the files are, as an address without its last slash."""
    return f"/static/{_version()}"


def asset_names(*folders: str) -> list[str]:
    """The names of all files in these folders, in order."""
    begins = tuple(f"{folder}/" for folder in folders)
    return [name for name in _assets() if name.startswith(begins)]


def has_asset(name: str) -> bool:
    """Whether there is such a file."""
    return name in _assets()


def asset_text(name: str) -> str:
    """The text of one file of ours."""
    return _assets()[name].body.decode()


@cache
def _assets() -> dict[str, _Asset]:
    return {
        path.relative_to(_FOLDER).as_posix(): _asset(path)
        for path in sorted(_FOLDER.rglob("*"))
        if path.suffix in _MEDIA_TYPES
    }


def _asset(path: Path) -> _Asset:
    body = path.read_bytes()
    return _Asset(body, gzip.compress(body, mtime=0), _MEDIA_TYPES[path.suffix])


@cache
def _version() -> str:
    whole = hashlib.sha256()
    for name, asset in _assets().items():
        whole.update(name.encode() + b"\0" + asset.body + b"\0")
    return whole.hexdigest()[:12]


PAGES: Final = (show_asset,)
