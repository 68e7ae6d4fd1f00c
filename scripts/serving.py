"""What is served, in order: the address, the database, the schema, the people, the pages."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import uvicorn
import uvloop
from litestar import Litestar

from app import create_app
from budget import moments
from budget.database import close_pool, open_pool
from scripts import example
from scripts.arguments import Arguments
from scripts.garbage import collect_seldom
from scripts.postgres import EmbeddedPostgres
from scripts.preparation import prepare_schema, prepare_service
from scripts.public_url import check_public_url
from scripts.stopping import StoppedError, StopRequests
from scripts.working_day.laying_out import lay_out
from settings import Settings

_GRACE_S = 10
# What happens on the days before the example's own day happens to what is there already.
_LOADED_BEFORE = timedelta(days=28)
_BACKLOG = 2_048
_ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what was asked for, made clickable

Application: TypeAlias = Callable[[Settings, str], Litestar]


class AddressError(Exception):
    """The address cannot be served on; the message says why, in one line."""


def serve(
    wanted: Arguments,
    environ: Mapping[str, str],
    stop: StopRequests,
    application: Application = create_app,
) -> int:
    """Serve until told to stop; return the exit code, with everything ended in order.

    `application` makes what is served, of the settings and of where the database is. Raises
    AddressError, InvalidSettingError, PostgresError and StoppedError.
    """
    with contextlib.closing(_bind(wanted.host, wanted.port)) as listener:
        address = _address(wanted.host, listener)
        settings = Settings.from_environment(environ, served_at=address)
        check_public_url(settings)
        with _database(wanted.data, settings, stop) as (dsn, postgres):
            service = _Service(settings, dsn, listener, address, stop, application)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(service.run(postgres, demo=wanted.demo))


@dataclass(frozen=True)
class _Service:
    settings: Settings
    dsn: str
    listener: socket.socket
    address: str
    stop: StopRequests
    application: Application

    async def run(self, postgres: EmbeddedPostgres | None, *, demo: bool) -> int:
        async with _kept_running(postgres):
            await self._prepare_or_stop(demo=demo)
            return await self._answer()

    async def _prepare_or_stop(self, *, demo: bool) -> None:
        """Prepare the database in a task that a request to stop cancels."""
        preparing = asyncio.create_task(self._prepare(demo=demo))
        loop = asyncio.get_running_loop()
        with self.stop.telling(lambda: loop.call_soon_threadsafe(preparing.cancel)):
            try:
                await preparing
            except asyncio.CancelledError:
                raise StoppedError from None

    async def _prepare(self, *, demo: bool) -> None:
        await prepare_schema(self.dsn)
        await open_pool(self.dsn)
        try:
            await prepare_service(self.settings)
            if demo:
                now = moments.now()
                await example.load(now - _LOADED_BEFORE)
                await lay_out(now)
        finally:
            await close_pool()

    async def _answer(self) -> int:
        server = _Server(self._config(), self.address)
        self._listen()
        with self.stop.telling(server.stop):
            await server.serve(sockets=[self.listener])
        return 0

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self.application(self.settings, self.dsn),
            http="httptools",
            lifespan="on",
            log_config=None,
            log_level="warning",
            # Paths name people and items: who looked at what is in the audit trail, not in a log.
            access_log=False,
            server_header=False,
            # Whoever is believed here names the address that sign-ins are counted by. uvicorn's
            # own default believes every program on this machine.
            proxy_headers=bool(self.settings.trusted_proxies),
            forwarded_allow_ips=list(self.settings.trusted_proxies),
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_GRACE_S,
        )

    def _listen(self) -> None:
        """Listen only now: until then, callers are refused rather than kept waiting."""
        try:
            self.listener.listen(_BACKLOG)
        except OSError as error:
            raise AddressError(f"{self.address} is in use already") from error


class _Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn raises them again once it has shut down."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        collect_seldom()
        print(f"Kitback is at {self._address}", flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        """Let requests finish; told again, drop them."""
        self.force_exit = self.should_exit
        self.should_exit = True


@contextlib.contextmanager
def _database(
    folder: Path, settings: Settings, stop: StopRequests
) -> Iterator[tuple[str, EmbeddedPostgres | None]]:
    """Yield where the database is, and the server if it is one of ours to keep running."""
    if settings.database_url is not None:
        yield settings.database_url, None
        return
    postgres = EmbeddedPostgres(folder, binaries=settings.pg_bin)
    postgres.start(stop.check)
    try:
        yield postgres.dsn, postgres
    finally:
        postgres.stop()


@contextlib.asynccontextmanager
async def _kept_running(postgres: EmbeddedPostgres | None) -> AsyncIterator[None]:
    if postgres is None:
        yield
        return
    # A task of this thread's: the server dies with the thread that started it.
    watch = asyncio.create_task(postgres.keep_running())
    try:
        yield
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


def _bind(host: str, port: int) -> socket.socket:
    """Take the address before anything is started for it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = found[0]
        listener = socket.socket(family, kind, protocol)
        # As a server just stopped leaves the address in TIME_WAIT.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
    except OSError as error:
        raise AddressError(f"Cannot serve on {host}, port {port}: {error.strerror}") from error
    return listener


def _address(host: str, listener: socket.socket) -> str:
    name = _ANY_HOST.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"
