"""The OpenAPI document and the health check, both public."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from api import health
from api.problems import MEDIA_TYPE
from budget.database import close_pool, open_pool, transaction
from scripts.postgres import EmbeddedPostgres

PUBLIC = {"/health", "/api/login"}


@pytest.fixture
async def document(visitor: httpx.AsyncClient) -> dict[str, Any]:
    """Fetch the document as a stranger does."""
    answer = await visitor.get("/schema/openapi.json")
    assert answer.status_code == 200
    fetched: dict[str, Any] = answer.json()
    return fetched


async def test_every_route_is_documented(document: dict[str, Any], app: Litestar) -> None:
    """What is served stands in it, but for the document itself and the pages for people."""
    programs = ("/api/", "/health")
    served = {route.path_format for route in app.routes if route.path.startswith(programs)}
    assert served == set(document["paths"])


async def test_every_operation_says_how_it_refuses(document: dict[str, Any]) -> None:
    """As problem documents, and a caller is needed for all but a few."""
    for path, method, operation in _operations(document):
        needed = {"400", "405", "422", "503"}
        needed |= set() if path in PUBLIC else {"401", "403", "404"}
        needed |= {"409", "413", "415"} if method in {"post", "put", "patch"} else set()
        assert needed <= set(operation["responses"]), path
        assert ("security" not in operation) == (path in PUBLIC), path
        for status, response in operation["responses"].items():
            if int(status) >= 400 and path != "/health":
                assert list(response["content"]) == [MEDIA_TYPE]


async def test_bodies_are_described_as_they_are_checked(document: dict[str, Any]) -> None:
    """No field beyond those named, and every bound, a minimum of 0 among them."""
    schema = document["components"]["schemas"]["NewUser"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["order_limit_pence"]["anyOf"][0]["minimum"] == 0
    for path, _, operation in _operations(document):
        for media_type, entry in operation.get("requestBody", {}).get("content", {}).items():
            expected = "text/csv" if path.endswith("/import") else "application/json"
            assert media_type == expected
            assert "$ref" in entry["schema"] or entry["schema"]["type"] == "string"


async def test_the_one_open_body_is_described_as_such(document: dict[str, Any]) -> None:
    """Scans take members beside their list; every other body says that it takes none."""
    bodies = {
        entry["schema"]["$ref"].rpartition("/")[2]
        for _, _, operation in _operations(document)
        for entry in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in entry["schema"]
    }
    schemas = document["components"]["schemas"]
    assert {name for name in bodies if schemas[name]["additionalProperties"]} == {"Scans"}


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """A client made from the document finds each schema."""
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_references(document)) <= known


async def test_health_says_that_all_is_well(visitor: httpx.AsyncClient) -> None:
    """With the version that runs."""
    answer = await visitor.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "version": health.VERSION}


def test_the_version_is_the_projects() -> None:
    """It is written down twice, as the project is not installed where it runs."""
    path = Path(__file__).parents[2] / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    assert project["version"] == health.VERSION


async def test_health_says_that_the_database_is_away(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused or silent, it is a 503 within seconds."""
    for query in (_refusing, _silent):
        monkeypatch.setattr(health, "check_reachable", query)
        monkeypatch.setattr(health, "_PATIENCE_S", 0.05)
        answer = await visitor.get("/health")
        assert answer.status_code == 503
        assert answer.json() | {"version": ""} == {
            "status": "unavailable",
            "database": "unreachable",
            "version": "",
        }


async def test_health_does_not_wait_for_a_busy_service(
    visitor: httpx.AsyncClient, database: str
) -> None:
    """It asks on a connection of its own: requests that have taken all others are none of it."""
    await close_pool()
    await open_pool(database, size=1)
    async with transaction():
        answers = await asyncio.gather(*(visitor.get("/health") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}


async def test_health_comes_back_with_the_database(
    visitor: httpx.AsyncClient, postgres: EmbeddedPostgres
) -> None:
    """Its connection is kept, and opened anew where the server has ended it."""
    for _ in range(2):
        assert (await visitor.get("/health")).status_code == 200
        dba = await asyncpg.connect(postgres.dsn)
        ended = await dba.fetch(_END_ALL)
        assert len(ended) >= 1
        await dba.close()
    assert (await visitor.get("/health")).status_code == 200


_END_ALL = """
select pg_terminate_backend(pid, 5000) from pg_stat_activity
where pid <> pg_backend_pid() and application_name = 'kitback'
"""


async def _refusing() -> None:
    raise ConnectionRefusedError


async def _silent() -> None:
    await asyncio.sleep(60)


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, entry in document["paths"].items()
        for method, operation in entry.items()
    ]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for entry in part.values() for found in _references(entry)]
    if isinstance(part, list):
        return [found for entry in part for found in _references(entry)]
    return []
