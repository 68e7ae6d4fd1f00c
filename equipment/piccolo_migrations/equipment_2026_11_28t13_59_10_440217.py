from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:59:10:440217"
VERSION = "1.38.0"
DESCRIPTION = "What holds of loads of washers"

RULES = """
alter table wash_methods add check (method in ('washer', 'steam', 'wipe', 'launder'));
alter table wash_loads add check (method in ('washer', 'steam', 'wipe', 'launder'));
create index on wash_loads (depot, seq);
create index on wash_loads (seq);
create index on washed_items (item);
grant select, insert, update, delete on wash_methods to kitback_app;
grant select, insert on wash_loads, washed_items to kitback_app;
grant usage on all sequences in schema public to kitback_app;

-- To what may be said of a change some more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('wash method set')
    ) said;
    alter table changes drop constraint changes_what_check;
    execute 'alter table changes add constraint changes_what_check check (what in ('
        || known || '))';
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
