from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T05:58:40:214408"
VERSION = "1.38.0"
DESCRIPTION = "A posting is of an item or of a visit"

RULES = """
alter table postings add check ((item is null) = (visit is not null)),
    add check ((item is null) = (sku is null)),
    add check ((item is null) = (category is null));
-- What a visit has been charged, whenever that was.
create index on postings (visit) where visit is not null;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="budget", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
