from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T10:58:12:640117"
VERSION = "1.38.0"
DESCRIPTION = "What is changed of vans is on record"

RULES = """
do $$
declare
    known text;
begin
    select string_agg(quote_literal(m[1]), ', ') into known from pg_constraint,
        regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') m
        where conname = 'changes_what_check';
    alter table changes drop constraint changes_what_check;
    execute 'alter table changes add constraint changes_what_check check (what in ('
        || known || ', ''van fitted'', ''van day set''))';
end $$;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="logistics", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
