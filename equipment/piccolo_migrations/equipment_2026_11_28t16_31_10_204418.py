from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T16:31:10:204418"
VERSION = "1.38.0"
DESCRIPTION = "What holds of jobs of repair, and of what specials measure"

RULES = """
alter table spare_parts
    add check (name <> ''),
    add check (price_pence >= 0);
alter table repair_jobs
    add check (place in ('depot', 'home', 'outside')),
    add check (fault <> ''),
    add check ((warranty_supplier is null) = (warranty_until is null)),
    add check (outcome in ('mended', 'scrapped', 'lost', 'handed_back', 'came_in', 'called_off',
        'undone')),
    add check ((outcome is null) = (ended_at is null) and (outcome is null) = (ended_by is null)),
    add check (outcome is not null or ended_movement is null),
    add check (outcome is distinct from 'mended' or (ended_movement is not null
        and minutes is not null and parts_pence is not null and mended_at is not null)),
    add check (minutes >= 0),
    add check (parts_pence >= 0),
    -- Whoever gave the warranty pays.
    add check (not in_warranty or parts_pence = 0);
-- A thing is mended once at a time.
create unique index repair_jobs_open on repair_jobs (item) where ended_at is null;
create index on repair_jobs (seq) where ended_at is null;
create index on repair_jobs (item, seq);
create index on repair_jobs (seq);
alter table repair_job_parts
    add check (name <> ''),
    add check (quantity between 1 and 1000),
    add check (price_pence >= 0),
    add check (cost_pence in (0, quantity * price_pence));
create index on repair_job_parts (movement);
alter table repair_trips
    add check (repairer <> ''),
    add check ((back_at is null) = (back_by is null));
create unique index repair_trips_out on repair_trips (job) where back_at is null;
create index on repair_trips (due_back) where back_at is null;
alter table special_measurements
    add check (num_nonnulls(width_mm, depth_mm, height_mm, seat_width_mm, seat_depth_mm,
        seat_height_mm, max_user_kg) > 0),
    add check (width_mm between 1 and 10000),
    add check (depth_mm between 1 and 10000),
    add check (height_mm between 1 and 10000),
    add check (seat_width_mm between 1 and 10000),
    add check (seat_depth_mm between 1 and 10000),
    add check (seat_height_mm between 1 and 10000),
    add check (max_user_kg between 1 and 1000);
create index on special_measurements (item, seq);
-- Which products are specials, of which there are few.
create index on order_lines (sku) where special is not null;
create index on products (sku) where category = 'Specials';

-- What is being mended as this comes has a job, too: since it failed, and for the same reason.
insert into repair_jobs (id, item, place, fault, opened_at, opened_by, opened_movement)
select m.id, i.id, 'depot', left(coalesce(nullif(m.reason, ''), 'Not said'), 500), m.recorded_at,
    m.actor, m.id
from items i join lateral (select id, reason, recorded_at, actor from movements
    where item = i.id and action in ('fail', 'undo') order by action = 'fail' desc, seq desc limit 1
) m on true where i.state = 'in_repair' order by m.recorded_at, i.id;

grant select, insert, update on spare_parts to kitback_app;
grant select, insert on repair_jobs, repair_job_parts, repair_trips, special_measurements
    to kitback_app;
grant update (place, warranty_supplier, warranty_until, quote, outcome, ended_at, ended_by,
    ended_movement, mended_at, done, mended_by, in_warranty, minutes, parts_pence) on repair_jobs
    to kitback_app;
grant update (back_at, back_by) on repair_trips to kitback_app;
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
        union values ('spare part set'), ('repair job changed')
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
