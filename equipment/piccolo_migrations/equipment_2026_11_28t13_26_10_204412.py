from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:26:10:204412"
VERSION = "1.38.0"
DESCRIPTION = "An agreement on shares is a change on record"

RULES = """
-- To what may be said of a change some more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('sharing agreed')
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
