"""The application: which routes there are, how errors are answered, what lives as long as it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Router

from api import auth, openapi
from api.addresses import ROUTES
from api.gate import Gate
from api.problems import respond
from api.request import ApiRequest
from budget.database import close_pool, open_pool
from equipment.printers.networks import networks_of
from equipment.printers.watching import Watch
from equipment.staff import second_factors
from logistics.clock import clock
from logistics.planner.day import Rates
from logistics.roads.travel import Speeds
from logistics.rounds.depot_days import Ways
from settings import Settings
from web.addresses import PAGES
from web.envelope import Envelope


def create_app(settings: Settings, dsn: str) -> Litestar:
    """The whole service on the database at `dsn`, which must have been migrated."""
    ways = _ways_of(settings)

    @asynccontextmanager
    async def pool(_: Litestar) -> AsyncIterator[None]:
        await open_pool(dsn)
        try:
            if settings.second_factor == "required":
                await second_factors.end_unprotected()
            watch = Watch(networks_of(settings.printer_networks))
            async with clock.ticking(ways, watch):
                yield
        finally:
            await close_pool()

    app = Litestar(
        route_handlers=[*ROUTES, Router("/", route_handlers=PAGES, include_in_schema=False)],
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
    app.state.ways = ways
    app.asgi_handler = Envelope(Gate(app.asgi_handler, auth.caller_of), settings)
    return app


def _ways_of(settings: Settings) -> Ways:
    """By what plans are reckoned, as the operator has set it."""
    speeds = Speeds(settings.road_factor, settings.speeds_kmh or Speeds().kmh)
    rates = Rates(settings.van_pence, settings.km_pence, settings.hour_pence)
    return Ways(
        settings.osrm_url,
        speeds,
        rates,
        wait_pence=settings.wait_pence,
        brings_max_pence=settings.brings_max_pence,
    )
