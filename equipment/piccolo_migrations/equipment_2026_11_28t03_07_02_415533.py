from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T03:07:02:415533"
VERSION = "1.38.0"
DESCRIPTION = "What holds for second factors"

RULES = """
alter table second_factors
    add check (length(secret) >= 32),
    add check (confirmed_at >= begun_at),
    add check (confirmed_at is null or last_step is not null);
alter table recovery_codes add check (octet_length(digest) = 32);
grant select, insert, update, delete on second_factors to kitback_app;
grant select, insert, update (used_at), delete on recovery_codes to kitback_app;
select allow_changes(array['second factor set up', 'new recovery codes',
    'second factor reset']);
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
