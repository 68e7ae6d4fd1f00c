from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T23:09:10:204430"
VERSION = "1.38.0"
DESCRIPTION = "What holds of depots and vans that are closed"

RULES = """
-- A van is in use no longer than the depot that it starts from.
create function keep_van_home() returns trigger language plpgsql as $$
declare
    closes date;
begin
    select closed_from into closes from depots where code = new.depot for share;
    if closes < coalesce(new.closed_from, 'infinity') then
        raise check_violation using message = 'van ' || new.code || ': its depot closes before it';
    end if;
    return null;
end $$;
create trigger keep_van_home after insert or update of depot, closed_from on vans
    for each row execute function keep_van_home();

create function keep_homes_of_vans() returns trigger language plpgsql as $$
begin
    if exists (select from vans where depot = new.code
            and coalesce(closed_from, 'infinity') > new.closed_from) then
        raise check_violation using message = 'depot ' || new.code || ': a van of it is in use';
    end if;
    return null;
end $$;
create trigger keep_homes_of_vans after update of closed_from on depots
    for each row when (new.closed_from is not null) execute function keep_homes_of_vans();

-- To what may be said of a change two more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('depot changed'), ('van changed')
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
