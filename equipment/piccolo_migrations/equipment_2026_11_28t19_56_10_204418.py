from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T19:56:10:204418"
VERSION = "1.38.0"
DESCRIPTION = "What is with a repairer is not missing at a count"

RULES = """
alter table count_differences
    drop constraint count_differences_kind_check,
    drop constraint count_differences_outcome_check,
    add check (kind in ('missing', 'lost', 'out', 'elsewhere', 'wrong_side', 'gone', 'back',
        'at_repairer')),
    add check (outcome in ('recorded', 'case', 'moved', 'refused', 'declined', 'noted')),
    -- Nothing is to be decided about it.
    add check ((kind = 'at_repairer') = (coalesce(outcome, '') = 'noted')),
    add check (kind <> 'at_repairer' or note is not null);
alter table stock_counts add check (away >= 0);
create index on repair_trips (back_at) where back_at is not null;
grant update (away) on stock_counts to kitback_app;
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
