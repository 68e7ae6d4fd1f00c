"""Serves a bare Litestar application: one handler, one select by its primary key.

`python -m scripts.benchmarks.plain` takes what scripts/run takes. It is what a page of the product
is held against: no gate, no rules, no record of who looked.
"""

import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from litestar import Litestar, get
from litestar.params import FromPath

from budget.database import close_pool, fetch_one, open_pool
from scripts.arguments import Arguments
from scripts.serving import serve
from scripts.stopping import StopRequests
from settings import Settings

PATH: Final = "/plain"


@get(PATH + "/{line:uuid}")
async def show_line(line: FromPath[UUID]) -> dict[str, str]:
    """The status of a line of an order."""
    row = await fetch_one(_SELECT, line)
    return {"status": row["status"] if row else "none"}


_SELECT: Final = "select status from order_lines where id = $1"


def application(_: Settings, dsn: str) -> Litestar:
    """The handler, with the same pool as the product's."""

    @asynccontextmanager
    async def pool(_: Litestar) -> AsyncIterator[None]:
        await open_pool(dsn)
        try:
            yield
        finally:
            await close_pool()

    return Litestar([show_line], lifespan=[pool], openapi_config=None, logging_config=None)


def main(typed: Sequence[str]) -> int:
    """Serve until told to stop."""
    stop = StopRequests()
    stop.listen()
    return serve(Arguments.parse(typed), os.environ, stop, application)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
