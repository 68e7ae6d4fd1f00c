"""The application: which routes there are, how errors are answered, what lives as long as it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from api import auth, health, openapi, session, users
from api.gate import Gate
from api.problems import respond
from api.request import ApiRequest
from budget.database import close_pool, open_pool
from settings import Settings

ROUTES = [
    health.health,
    session.login,
    session.logout,
    users.create_user,
    users.list_users,
    users.change_user,
]


def create_app(settings: Settings, dsn: str) -> Litestar:
    """The whole service on the database at `dsn`, which must have been migrated."""

    @asynccontextmanager
    async def pool(_: Litestar) -> AsyncIterator[None]:
        await open_pool(dsn)
        try:
            yield
        finally:
            await close_pool()

    app = Litestar(
        route_handlers=ROUTES,
        request_class=ApiRequest,
        exception_handlers={Exception: respond},
        lifespan=[pool],
        openapi_config=openapi.CONFIG,
        # The gate limits bodies before they get here, imports by a larger measure.
        request_max_body_size=None,
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    app.state.settings = settings
    app.asgi_handler = Gate(app.asgi_handler, auth.caller_of)
    return app
