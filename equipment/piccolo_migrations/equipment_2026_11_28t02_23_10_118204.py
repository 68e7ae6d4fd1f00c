from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T02:23:10:118204"
VERSION = "1.38.0"
DESCRIPTION = "What holds for sessions on the pages"

RULES = """
alter table page_sessions
    add check (octet_length(digest) = 32),
    add check (begun_at <= seen_at),
    add check (begun_at < ends_at);
create index on page_sessions (ends_at);
grant select, insert, update, delete on page_sessions to kitback_app;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="equipment", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
