"""Whether the service works, for whoever watches over it."""

import asyncio
from typing import Final, Literal

import msgspec
from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from api import routes
from api.problems import as_problem
from budget.database import check_reachable

VERSION: Final = "0.1.0"
_PATIENCE_S: Final = 2.0


class Health(msgspec.Struct, frozen=True):
    """How the service is."""

    status: Literal["ok", "unavailable"]
    database: Literal["ok", "unreachable"]
    version: str = VERSION


@routes.get(
    "/health",
    public=True,
    tags=["Operation"],
    responses={
        503: ResponseSpec(
            Health, generate_examples=False, description="The database cannot be reached."
        )
    },
)
async def health() -> Response[Health]:
    """Whether the service and its database answer."""
    if await _database_answers():
        return Response(Health("ok", "ok"))
    return Response(Health("unavailable", "unreachable"), status_code=503)


async def _database_answers() -> bool:
    """Ask it, and never wait longer than a watcher would, not even for the asking to end."""
    asked = asyncio.create_task(check_reachable())
    await asyncio.wait({asked}, timeout=_PATIENCE_S)
    if not asked.done():
        asked.cancel()
        return False
    error = asked.exception()
    if isinstance(error, Exception) and as_problem(error, "/health").status != 503:  # noqa: PLR2004
        raise error
    return error is None


ROUTES: Final = (health,)
