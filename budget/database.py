"""The one way to PostgreSQL: pool, transaction, migrations.

It stands in the lowest room that writes, so that every room above can open the same kind of
transaction; see docs/adr/0002-one-transaction.md.
"""

import contextlib
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, cast

import asyncpg
from asyncpg.pool import PoolAcquireContext, PoolConnectionProxy
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.engine.finder import engine_finder
from piccolo.engine.postgres import PostgresEngine

from budget.pulse import Pulse

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

APPLICATION_ROLE = "kitback_app"
WAIT_S = 20.0
UNREACHABLE = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)
"""What is thrown where PostgreSQL cannot be reached, or no connection comes free."""
LONG_S = 600
"""For the few transactions that may take their time, such as a whole catalogue's."""

_SERVER_SETTINGS = {
    "role": APPLICATION_ROLE,
    "application_name": "kitback",
    # Nobody waits for ever, nor makes others wait: api/problems.py tells them to try again.
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    # No statement here lasts so long that compiling it would pay.
    "jit": "off",
}
# For statements about so many rows as they name: PostgreSQL plans each once and for all, and reads
# row by row through indexes. Else it would plan a large one anew each time, which takes longer than
# to carry it out, or keep a plan of when a table was small, which reads the whole of it.
_BY_INDEX = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
_SILENT_S = 40.0  # longer than any of their statements may take
_MIGRATION_LOCK = 0x4B49_5442  # "KITB": one process migrates at a time, the others wait


@contextlib.asynccontextmanager
async def transaction(
    *, statement_s: int | None = None, by_index: bool = False, viewer: str | None = None
) -> AsyncIterator[Connection]:
    """Everything done inside is committed together or not at all.

    Piccolo queries inside it join it. It never nests: a transaction is opened by the one domain
    function that owns the use case, and opening a second inside it raises RuntimeError (Piccolo's
    own would join silently). The connection goes back to the pool whatever happens, a failed
    COMMIT or a dead server included. TimeoutError where none comes free in time. `statement_s` is
    how long each of its statements may take instead of the usual half a minute; `by_index` says
    that all of them are about the rows that they name, and are to be planned but once: it takes a
    connection that is set so. `viewer` says, as JSON, who looks: whom it may see, PostgreSQL shows,
    and without one it shows nobody (docs/adr/0016-second-wall.md).
    """
    refuse_inside_transaction()
    engine = _engine()
    async with _acquired(by_index=by_index) as connection:
        token = engine.current_transaction.set(cast("Any", _Current(connection)))
        try:
            async with connection.transaction():
                if statement_s is not None:
                    # It falls back at the transaction's end.
                    await connection.execute(f"set local statement_timeout = '{statement_s:d}s'")
                if viewer is not None:
                    # So does this.
                    await connection.execute(_LOOK_AS, viewer)
                yield connection
        finally:
            engine.current_transaction.reset(token)


_LOOK_AS = "select set_config('kitback.viewer', $1, true)"


def refuse_inside_transaction() -> None:
    """RuntimeError where a transaction is open."""
    if _engine().current_transaction.get() is not None:
        raise RuntimeError("a transaction is already open here")


async def fetch(sql: str, *values: object, by_index: bool = False) -> list[asyncpg.Record]:
    """Rows of one statement, in the open transaction if there is one, else on its own.

    `by_index` is as in transaction(), and means nothing inside one.
    """
    async with _connection(by_index=by_index) as connection:
        return await connection.fetch(sql, *values)


async def fetch_one(sql: str, *values: object) -> asyncpg.Record | None:
    """The first row of one statement, or None."""
    rows = await fetch(sql, *values)
    return rows[0] if rows else None


async def execute(sql: str, *values: object) -> str:
    """Run one statement for its effect; returns PostgreSQL's command tag."""
    async with _connection() as connection:
        return await connection.execute(sql, *values)


async def insert(table: str, columns: dict[str, str], rows: Sequence[Sequence[object]]) -> None:
    """Insert any number of rows in one statement, in the given order.

    `columns` maps each column to its PostgreSQL type and comes from code, never from a user.
    """
    if not rows:
        return
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), 1))
    names = ", ".join(f'"{name}"' for name in columns)
    # Rows are read back from the arrays in their order, so identity columns count in it too.
    sql = f'insert into "{table}" ({names}) select * from unnest({arrays})'  # noqa: S608
    await execute(sql, *(list(values) for values in zip(*rows, strict=True)))


async def migrate(dsn: str) -> None:
    """Bring the schema up to date: all of it or nothing, one process at a time.

    Piccolo's manager joins the transaction that holds the lock, so a process killed half-way
    leaves the database as it was.
    """
    engine = _engine()
    connection = await asyncpg.connect(dsn)
    token = engine.current_transaction.set(cast("Any", _Current(connection)))
    said = io.StringIO()
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
            with contextlib.redirect_stdout(said):
                result = await run_forwards("all")
            if not result.success:
                raise RuntimeError(result.message or said.getvalue())
    finally:
        engine.current_transaction.reset(token)
        await connection.close()


class PlainConnection(asyncpg.Connection):
    """A connection on which nothing is ever SET, so that nothing needs resetting on release."""

    def get_reset_query(self) -> str:
        return ""


async def open_pool(
    dsn: str,
    *,
    size: int = 10,
    wait_s: float = WAIT_S,
    connection_class: "type[asyncpg.Connection[asyncpg.Record]]" = PlainConnection,
) -> None:
    """Connect as the application's role, which may add movements and postings, never change them.

    Each connection starts as `kitback_app` (see docs/adr/0002-one-transaction.md): at most `size`
    of them, and as many again that are set to read by index. Whoever finds all of them in use
    waits `wait_s` seconds for one and then gets a TimeoutError.
    """
    engine = _engine()
    engine.config = {"dsn": dsn}
    _open.wait_s = wait_s
    _open.pulse = Pulse(dsn, _SERVER_SETTINGS)
    await engine.start_connection_pool(
        min_size=1,
        max_size=size,
        connection_class=connection_class,
        server_settings=_SERVER_SETTINGS,
    )
    _open.by_index = await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        connection_class=connection_class,
        server_settings=_SERVER_SETTINGS | _BY_INDEX,
        # Many wait for one statement: where the server falls silent, they are told so.
        command_timeout=_SILENT_S,
    )


async def connect_apart() -> "asyncpg.Connection[asyncpg.Record]":
    """A connection of one's own beside the pool, as the application's role; the caller ends it."""
    return await asyncpg.connect(
        _engine().config["dsn"], server_settings=_SERVER_SETTINGS, timeout=_open.wait_s
    )


async def close_pool() -> None:
    """Give back every connection; a pool that was never opened is no fault."""
    if _open.pulse is not None:
        _open.pulse.close()
        _open.pulse = None
    if _open.by_index is not None:
        await _open.by_index.close()
        _open.by_index = None
    if _engine().pool is not None:
        await _engine().close_connection_pool()


async def check_reachable() -> None:
    """Have the database answer, however busy the pool is; raises what keeps it from it."""
    assert _open.pulse is not None, "open_pool() comes first"
    await _open.pulse.check()


@dataclass(frozen=True, slots=True)
class _Current:
    """What Piccolo looks for in its context variable: something with a connection."""

    connection: Connection


@dataclass(slots=True)
class _Open:
    """What goes with the open pool: how long anyone waits for a connection, and further ones."""

    wait_s: float = WAIT_S
    pulse: Pulse | None = None
    by_index: "asyncpg.Pool[asyncpg.Record] | None" = None


_open = _Open()


@cache
def _engine() -> PostgresEngine:
    engine = engine_finder()
    assert isinstance(engine, PostgresEngine)
    return engine


@contextlib.asynccontextmanager
async def _connection(*, by_index: bool = False) -> AsyncIterator[Connection]:
    """The open transaction's connection if there is one, else one from the pool."""
    current = _engine().current_transaction.get()
    if current is not None:
        yield cast("Connection", current.connection)
        return
    async with _acquired(by_index=by_index) as connection:
        yield connection


def _acquired(*, by_index: bool = False) -> "PoolAcquireContext[asyncpg.Record]":
    """A connection from the pool, given back whatever happens."""
    pool: Any = _open.by_index if by_index else _engine().pool
    assert pool is not None, "open_pool() comes first"
    # Without an end to it, one stuck statement after another would leave everyone waiting.
    return cast("PoolAcquireContext[asyncpg.Record]", pool.acquire(timeout=_open.wait_s))
