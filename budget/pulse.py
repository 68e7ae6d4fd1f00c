"""Whether PostgreSQL answers, asked on a connection that no request can take.

Asked through the pool, a service with much to do would look like one without a database.
"""

import asyncio

import asyncpg


class Pulse:
    """One connection, opened when first asked for, kept, and opened anew where it broke."""

    def __init__(self, dsn: str, server_settings: dict[str, str]) -> None:
        self._dsn = dsn
        self._server_settings = server_settings
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        # A connection answers one at a time.
        self._turn = asyncio.Lock()

    async def check(self) -> None:
        """Return once the database has answered; raises whatever keeps it from it."""
        async with self._turn:
            if self._connection is not None:
                try:
                    await self._ask(self._connection)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    pass  # the server has gone, and may have come back since
                else:
                    return
            connection = await asyncpg.connect(self._dsn, server_settings=self._server_settings)
            await self._ask(connection)

    async def _ask(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = None
        try:
            await connection.execute("select 1")
        except BaseException:
            # Also when nobody waits for the answer any more: it could be taken for the next one's.
            connection.terminate()
            raise
        self._connection = connection

    def close(self) -> None:
        """Let go of the connection; it may be asked again."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
