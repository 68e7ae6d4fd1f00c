from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T16:48:40:228402"
VERSION = "1.38.0"
DESCRIPTION = "What is undone is found among few"

RULES = """
-- Whether a movement is undone is asked of several at once, too, and then PostgreSQL may read all
-- that are: one in a hundred receipts, which had to be picked out of all of them.
create index receipts_undone on receipts (id) where kind = 'undo';

-- As before, planned once: it is asked for each hoist that comes or goes.
create or replace function used_by_family(holder uuid) returns boolean stable security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
begin
    return (select coalesce(bool_or(p.carers in ('family', 'none')), false)
        from people had join people p on p.id = coalesce(had.merged_into, had.id)
        where had.id = holder);
end $$;
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
