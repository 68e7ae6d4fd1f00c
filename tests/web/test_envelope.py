"""What every page travels in, and the files that pages need."""

import gzip
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.conftest import path_of

STATIC = Path(__file__).parents[2] / "web" / "static"


async def test_every_page_carries_the_safe_headers(
    stranger: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """A strict policy whose nonce is the page's own and never used again; a manifest."""
    nonces = set()
    for path in (path_of(item), path_of(item), f"{path_of(item)}/fault", "/8004/x", "/nothing"):
        answer = await stranger.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        [nonce] = re.findall(r"'nonce-([^']+)'", policy)
        assert set(re.findall(r'<script nonce="([^"]+)"', answer.text)) == {nonce}
        nonces.add(nonce)
        assert answer.text.count("<script>") == answer.text.count("style=") == 0
        assert '<link rel="manifest" href="/manifest.webmanifest">' in answer.text
    assert len(nonces) == 5


async def test_no_page_or_file_names_another_host(
    stranger: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """Not even in a style sheet that a browser might read one day."""
    elsewhere = re.compile(r"(?:href|src|action)=\"(?:https?:)?//|url\(\s*['\"]?(?:https?:)?//")
    assert not elsewhere.search((await stranger.get(path_of(item))).text)
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text(encoding="utf-8")
            assert not elsewhere.search(text), path
            assert "sourceMappingURL" not in text, path


async def test_files_are_kept_for_a_year_under_their_own_address(
    stranger: httpx.AsyncClient, item: dict[str, Any]
) -> None:
    """Squeezed for whoever takes it so; under an earlier address they come, but are not kept."""
    page = (await stranger.get(path_of(item))).text
    paths = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(paths) == 5
    for path in paths:
        answer = await stranger.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        plain = await stranger.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content
        assert len(gzip.compress(plain.content)) < 40_000
    older = re.sub(r"/static/\w+/", "/static/000000000000/", paths[-1])
    assert (await stranger.get(older)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/static/x/nothing.css", "/static/x/../../app.py", "/static/x/%2e%2e/site.py", "/static"],
)
async def test_nothing_else_is_served_as_a_file(stranger: httpx.AsyncClient, path: str) -> None:
    """A path leads nowhere outside the folder."""
    assert (await stranger.get(path)).status_code == 404


async def test_the_manifest_names_the_service(stranger: httpx.AsyncClient) -> None:
    """And icons that are there."""
    answer = await stranger.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "Trent <Equipment>"
    for icon in manifest["icons"]:
        assert (await stranger.get(icon["src"])).headers["content-type"] == icon["type"]


async def test_api_stays_for_programs(admin: httpx.AsyncClient) -> None:
    """A browser's own Accept header changes nothing under /api."""
    answer = await admin.get("/api/nothing", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"
