"""The technician's page as the service sends it: a shell to be kept, and all that it needs."""

import gzip
import json
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.web.conftest import browser_of, signed_in
from tests.web.ordering import staff

FIRST_LOAD_MAX = 400_000


@pytest.fixture
async def crew(admin: httpx.AsyncClient) -> None:
    """Two technicians, and a prescriber."""
    await admin.post("/api/partners", json={"ods": "04K", "name": "City", "kind": "ccg"})
    for username, role in (("tess", "technician"), ("theo", "technician"), ("pia", "prescriber")):
        await staff(admin, username, role)


@pytest.mark.usefixtures("crew")
async def test_the_shell_is_the_same_for_everybody(app: Litestar) -> None:
    """It names nobody, so that a phone may keep it."""
    shells = []
    for username in ("tess", "theo"):
        async with signed_in(app, username) as browser:
            answer = await browser.get("/round")
            assert answer.status_code == 200
            assert username not in answer.text
            shells.append(re.sub(r'nonce="[^"]+"', "", answer.text))
    assert shells[0] == shells[1]


@pytest.mark.usefixtures("crew")
async def test_only_a_crew_opens_it(app: Litestar) -> None:
    """Strangers sign in first, and a prescriber has no round."""
    async with browser_of(app) as stranger:
        answer = await stranger.get("/round")
        assert answer.headers["location"] == "/sign-in?next=%2Fround"
    async with signed_in(app, "pia") as browser:
        assert (await browser.get("/round")).status_code == 403


@pytest.mark.usefixtures("crew")
async def test_a_technician_starts_from_the_round(app: Litestar) -> None:
    """The day is what they come for."""
    async with signed_in(app, "tess") as browser:
        assert (await browser.get("/")).headers["location"] == "/round"


@pytest.mark.usefixtures("crew")
async def test_the_policy_lets_the_scanner_be_compiled_and_nothing_else(app: Litestar) -> None:
    """WebAssembly is not eval; photographs come from the phone itself."""
    async with signed_in(app, "tess") as browser:
        policy = (await browser.get("/round")).headers["content-security-policy"]
    assert "'wasm-unsafe-eval'" in policy
    assert "'unsafe-eval'" not in policy
    assert "unsafe-inline" not in policy
    assert "img-src 'self' blob: data:" in policy


async def test_the_worker_keeps_files_that_are_there(stranger: httpx.AsyncClient) -> None:
    """One that is missing would keep the page from being kept at all."""
    kept = await _kept(stranger)
    assert any(name.endswith(".wasm") for name in kept["files"])
    for name in kept["files"]:
        answer = await stranger.get(f"{kept['folder']}/{name}")
        assert answer.status_code == 200, name
    assert kept["page"] == "/round"
    assert (await stranger.get(kept["manifest"])).status_code == 200


async def test_the_worker_may_keep_the_page_itself(stranger: httpx.AsyncClient) -> None:
    """And what a label leads to: both lie above the folder that the script comes from."""
    answer = await stranger.get("/round/worker.js")
    assert answer.headers["service-worker-allowed"] == "/"
    assert (await _kept(stranger))["labels"] == "/8004/"
    assert answer.headers["content-type"].startswith("text/javascript")


async def test_the_first_load_is_light(stranger: httpx.AsyncClient) -> None:
    """Under 400 kB squeezed, apart from the scanner, which is loaded once and kept."""
    kept = await _kept(stranger)
    squeezed = 0
    for name in kept["files"]:
        if not name.endswith(".wasm"):
            answer = await stranger.get(f"{kept['folder']}/{name}")
            squeezed += len(gzip.compress(answer.content))
    assert squeezed < FIRST_LOAD_MAX


async def test_the_round_is_installed_where_it_opens_without_a_network(
    stranger: httpx.AsyncClient,
) -> None:
    """The service's own manifest starts from a page that needs one."""
    manifest = (await stranger.get("/round/manifest.webmanifest")).json()
    assert manifest["start_url"] == "/round"
    assert manifest["icons"]


async def _kept(stranger: httpx.AsyncClient) -> dict[str, Any]:
    text = (await stranger.get("/round/worker.js")).text
    first, _, _ = text.partition(";\n")
    kept: dict[str, Any] = json.loads(first.removeprefix("const KEPT = "))
    return kept
