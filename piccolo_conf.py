"""Where Piccolo looks for the database and for the rooms that have tables."""

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine


class _Engine(PostgresEngine):
    """Piccolo's engine, less the connection that it opens while being imported."""

    async def check_version(self) -> None:
        """Leave the version to the supervisor: which server it is, is not known yet."""


# budget.database.open_pool() says which server; nothing is read from the environment here.
DB = _Engine(config={})

APP_REGISTRY = AppRegistry(
    apps=["budget.piccolo_app", "equipment.piccolo_app", "logistics.piccolo_app"]
)
