"""Serves the product with one handler more, which returns a constant: what the rest costs.

`python -m scripts.benchmarks.yardstick` takes what scripts/run takes. The handler stands behind the
same gate and the same guard as an item's, and is no part of the product.
"""

import os
import sys
from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import Litestar

from api.request import ApiRequest
from api.routes import get
from app import create_app
from scripts.arguments import Arguments
from scripts.serving import serve
from scripts.stopping import StopRequests
from settings import Settings

PATH: Final = "/api/constant"


class Constant(msgspec.Struct, frozen=True):
    """As little as an answer can say."""

    status: str = "ok"


@get(PATH, task="read items", tags=["Benchmarks"])
async def show_constant(request: ApiRequest) -> Constant:  # noqa: ARG001 - as an item's handler
    """The same for everybody."""
    return _CONSTANT


_CONSTANT: Final = Constant()


def application(settings: Settings, dsn: str) -> Litestar:
    """The product, and the handler."""
    app = create_app(settings, dsn)
    app.register(show_constant)
    return app


def main(typed: Sequence[str]) -> int:
    """Serve until told to stop."""
    stop = StopRequests()
    stop.listen()
    return serve(Arguments.parse(typed), os.environ, stop, application)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
