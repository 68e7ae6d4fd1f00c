from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T03:33:07:716402"
VERSION = "1.38.0"
DESCRIPTION = "What merging people needs, and further kinds of change"

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
        union values ('people merged'), ('address added'), ('address changed'), ('key safe set'),
            ('funder rule entered'), ('care home rule')
    ) said;
    alter table changes drop constraint changes_what_check;
    execute 'alter table changes add constraint changes_what_check check (what in ('
        || known || '))';
end $$;

-- The code goes over unread: the survivor's own, if there is one, is kept.
create function merge_key_safes(into_person uuid, gone uuid) returns void volatile
    security definer set search_path = pg_catalog, public, pg_temp language plpgsql as $$
begin
    update key_safes set person = into_person
    where person = gone and not exists (select from key_safes k where k.person = into_person);
    delete from key_safes where person = gone;
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
