"""What every request passes: who is it, can it be read, is it small."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from litestar import Litestar
from litestar.types import Receive, Scope, Send

from api import gate
from api.gate import Gate
from equipment.staff.roles import Caller

MIB = 1 << 20


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "/api/users", {}),
        ("GET", "/api/nothing-like-this", {}),
        ("GET", "/api", {}),
        ("GET", "/api/", {}),
        ("GET", "http://kitback.test//api//users", {}),
        ("GET", "/%61pi/users", {}),
        ("GET", "/api/users?limit=many", {}),
        ("GET", "/api/users/%00", {}),
        ("GET", "/api/users/%ff", {}),
        ("DELETE", "/api/users", {}),
        ("OPTIONS", "/api/users", {}),
        ("POST", "/api/users", {"content": b"{"}),
        ("POST", "/api/login/", {"headers": {"authorization": "Basic abc"}, "json": {}}),
        ("GET", "/api/login/more", {}),
    ],
)
async def test_the_caller_is_judged_before_anything_else(
    visitor: httpx.AsyncClient, method: str, path: str, more: dict[str, Any]
) -> None:
    """Without a token every path under /api is a 401, whatever else is wrong; login is not."""
    answer = await visitor.request(method, path, **more)
    if path == "/api/login/":
        assert answer.status_code == 422
        return
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"].endswith("/not-signed-in")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Bearer \xff", "Bearer a b", "Basic x"])
async def test_a_header_that_is_no_token_signs_nobody_in(
    visitor: httpx.AsyncClient, value: str
) -> None:
    """A broken Authorization header is a 401, never an error of ours."""
    header = [(b"Authorization", value.encode("latin-1"))]
    answer = await visitor.get("/api/users", headers=header)
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/api/users/%00", "/api/users?after=%00", "/api/users?after=%ff"])
async def test_an_address_that_is_no_text_is_unreadable(
    admin: httpx.AsyncClient, path: str
) -> None:
    """NUL and broken UTF-8 in path or query are a 400."""
    answer = await admin.get(path)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/unreadable")


@pytest.mark.parametrize("path", ["/api/users", "/api/nothing", "/health", "/schema/openapi.json"])
async def test_every_answer_carries_the_safe_headers(admin: httpx.AsyncClient, path: str) -> None:
    """Browsers are told not to guess types nor to tell others where they come from."""
    answer = await admin.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers.get("cache-control") == ("no-store" if "/api" in path else None)


async def test_a_method_that_is_not_taken_names_those_that_are(admin: httpx.AsyncClient) -> None:
    """405 carries Allow."""
    answer = await admin.delete("/api/users")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


async def test_whoever_asks_which_methods_there_are_is_told_all(admin: httpx.AsyncClient) -> None:
    """OPTIONS names every handler of a path, and nothing where there is none."""
    answer = await admin.options("/api/users")
    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) == {"GET", "OPTIONS", "POST"}
    assert (await admin.options("/api/nothing")).status_code == 404


@pytest.fixture
async def address(app: Litestar) -> AsyncIterator[str]:
    """Serve the application as production does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http="httptools", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.mark.parametrize("framing", ["content-length", "chunked"])
async def test_a_body_over_the_limit_is_refused_however_it_is_sent(
    admin: httpx.AsyncClient, address: str, framing: str
) -> None:
    """A client that sends 10 MB first and listens then still reads the 413."""
    answer = await _send(address, framing, 10 * MIB, admin.headers["authorization"])
    assert answer["status"] == 413
    assert answer["type"].endswith("/body-too-large")


@pytest.mark.parametrize("framing", ["content-length", "chunked"])
async def test_a_large_body_of_a_stranger_is_answered_with_401(address: str, framing: str) -> None:
    """Whoever is not signed in reads so, not a broken connection."""
    answer = await _send(address, framing, 10 * MIB, "Bearer nobody")
    assert answer["status"] == 401


async def test_an_import_may_be_larger_than_other_bodies(
    admin: httpx.AsyncClient, address: str
) -> None:
    """The CSV imports take 32 MiB; what is wrong with this one is its type."""
    token = admin.headers["authorization"]
    answer = await _send(address, "content-length", 10 * MIB, token, "/api/products/import")
    assert answer["status"] in {404, 415}
    answer = await _send(address, "chunked", 33 * MIB, token, "/api/items/import")
    assert answer["status"] == 413


async def test_a_list_of_scans_may_be_as_long_as_its_scans_may_be(
    admin: httpx.AsyncClient, address: str
) -> None:
    """500 of them, with all that a scanner keeps; not much more, though."""
    long = {"id": str(uuid4()), "item": "X", "action": "clean", "photo": "x" * 15_000}
    answer = await admin.post("/api/scans", json={"scans": [long] * 500})
    assert (answer.status_code, len(answer.json()["results"])) == (200, 500)
    refused = await _send(
        address, "chunked", 10 * MIB, admin.headers["authorization"], "/api/scans"
    )
    assert refused["status"] == 413


async def test_what_nobody_expected_shows_no_internals(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An error of ours is a 500 with a request id; its traceback is in the log alone."""

    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("secret")

    with caplog.at_level(logging.ERROR):
        answer = await _through(Gate(broken, _nobody), "/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "RuntimeError: secret" in caplog.text


async def test_a_database_that_is_away_is_a_503() -> None:
    """The gate's own look-up fails as a problem document too, and says to come back."""

    async def away(_token: str, _now: datetime) -> Caller | None:
        raise ConnectionRefusedError

    answer = await _through(Gate(_never, away), "/api/items")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/database-unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_who_is_ended_while_the_body_is_on_its_way_is_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long the body takes: who may do it is judged as of its end."""
    monkeypatch.setattr(gate, "_PROMPT", timedelta(seconds=0.01))
    known = [Caller(uuid4(), "technician", frozenset({"technician"}))]

    async def ended_meanwhile(_token: str, _now: datetime) -> Caller | None:
        return known.pop() if known else None

    sent: list[Any] = []
    coming = [{"type": "http.request", "body": body, "more_body": body == b"{"} for body in _BODY]

    async def receive() -> Any:
        await asyncio.sleep(0.02)
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Bearer abc")]
    scope: Any = {"type": "http", "method": "POST", "path": "/api/scans", "query_string": b""}
    await Gate(_never, ended_meanwhile)(scope | {"headers": headers, "state": {}}, receive, send)
    assert [message["status"] for message in sent if "status" in message] == [401]


_BODY = (b"{", b"}")


async def test_a_client_that_hangs_up_is_not_answered() -> None:
    """A body that breaks off reaches nobody, and is no error."""
    sent = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "path": "/", "query_string": b"", "headers": [], "state": {}}
    await Gate(_never, _nobody)(scope, receive, send)
    assert sent == []


async def _send(
    address: str, framing: str, size: int, token: str, path: str = "/api/users"
) -> dict[str, Any]:
    """Send a whole body before reading a byte of the answer, as simple clients do."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    length = (
        f"content-length: {size}" if framing == "content-length" else "transfer-encoding: chunked"
    )
    writer.write(
        f"POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {token}\r\n"
        f"content-type: application/json\r\nconnection: close\r\n{length}\r\n\r\n".encode()
    )
    for _ in range(size // MIB):
        writer.write(
            b" " * MIB if framing == "content-length" else b"%x\r\n%b\r\n" % (MIB, b" " * MIB)
        )
        await writer.drain()
    if framing == "chunked":
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    document: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return document


async def _nobody(_token: str, _now: datetime) -> Caller | None:
    return None


async def _never(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("the gate let it through")


async def _through(gate: Gate, path: str) -> httpx.Response:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {}
        await gate(scope, receive, send)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://kitback.test"
    ) as client:
        return await client.get(path, headers={"Authorization": "Bearer x"})
