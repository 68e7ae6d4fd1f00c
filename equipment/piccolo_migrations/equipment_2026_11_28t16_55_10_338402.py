from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T16:55:10:338402"
VERSION = "1.38.0"
DESCRIPTION = "Reckon what falls due once for all that a statement moves"

RULES = """
-- As before, of all the statement's items at once: one by one cost fifteen times as much each.
drop trigger keep_dues on items;
create or replace function keep_dues() returns trigger security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
declare
    -- Not by joining them: a plan for one row is kept, and two hundred are forty thousand pairs.
    ids bigint[] := array(
        select told.id from (
            select id, loler_on, service_on, received_on, person, last_depot,
                state in ('scrapped', 'given', 'handed_back', 'lost') from fresh
            except
            select id, loler_on, service_on, received_on, person, last_depot,
                state in ('scrapped', 'given', 'handed_back', 'lost') from stale) told);
begin
    if ids <> '{}' then
        perform reckon_dues(array(select i.id from items i join products g on g.sku = i.sku
            where i.id = any(ids)
                and (g.loler_months is not null or g.service_months is not null)));
    end if;
    return null;
end $$;
create trigger keep_dues after update on items
    referencing old table as stale new table as fresh
    for each statement execute function keep_dues();

-- As before; a plan that was made when the tables were small is kept, and need not fit later.
create or replace function reckon_dues(ids bigint[]) returns void
    set enable_seqscan = off language plpgsql as $$
begin
    if ids <> '{}' then
        delete from check_dues where item = any(ids);
        insert into check_dues (item, kind, due_on, depot, at_home) select * from dues_of(ids);
    end if;
end $$;

-- As before, each by the index of its own movements: "not exists" may read them all.
create or replace function keep_gate_of_new() returns trigger language plpgsql as $$
declare
    unsaid text;
begin
    select f.code into unsaid from fresh f
    where (select true from movements m
        where m.item = f.id and m.recorded_at = f.updated_at and m.id = f.newest_movement
            and (m.state, m.held_at, m.dirty_on, m.pat_on, m.loler_on, m.service_on)
                is not distinct from
                (f.state, f.held_at, f.dirty_on, f.pat_on, f.loler_on, f.service_on)
        limit 1) is null
    limit 1;
    if unsaid is not null then
        raise check_violation using message = format('%s did not come: no movement says so', unsaid);
    end if;
    return null;
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
