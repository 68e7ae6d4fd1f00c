from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T06:09:40:214407"
VERSION = "1.38.0"
DESCRIPTION = "What visits and rounds promise, in the database itself"

RULES = """
create unique index on visits (seq);
create index on visits (due_on, seq);
create index on visits (status, due_on, seq);
create index on visits (person, due_on, seq);
create index on visits (funder, due_on, seq);
create index on visits (round) where round is not null;
create index on visits (depot, due_on) where status in ('open', 'planned', 'under_way');
create index on visits (depot, ended_at) where ended_at is not null;
alter table visits
    add check (status in ('open', 'planned', 'under_way', 'done', 'failed', 'cancelled')),
    add check (window_from < window_to),
    add check (crew in (1, 2)),
    add check (version > 0 and attempt > 0),
    add check (status not in ('planned') or round is not null),
    add check (status <> 'open' or round is null),
    add check ((status in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
    add check ((ended_at is null) = (ended_by is null)),
    add check (ended_by in ('scans', 'crew', 'service')),
    add check (fault in ('service', 'prescriber', 'person')),
    add check ((status = 'failed') = (fault is not null)),
    add check (repeats <> id);

-- A thing is on one open visit at a time, for one purpose.
create unique index visit_lines_order_line_open on visit_lines (order_line)
    where closed_at is null and order_line is not null;
create unique index visit_lines_item_open on visit_lines (item, kind)
    where closed_at is null and item is not null;
create index on visit_lines (visit);
create index on visit_lines (order_line) where order_line is not null;
create index on visit_lines (item) where item is not null;
create index on visit_lines (request) where request is not null;
create index visit_lines_open on visit_lines (seq) where closed_at is null;
alter table visit_lines
    add check (kind in ('delivery', 'collection', 'repair', 'service', 'swap')),
    add check (why in ('order', 'asked', 'public', 'check', 'fault', 'recall', 'loan-end', 'way')),
    add check ((kind = 'delivery') = (order_line is not null)),
    add check ((order_line is null) = (item is not null)),
    add check (quantity > 0 and delivered >= 0),
    add check (checks <@ array['pat', 'loler', 'service']::varchar[]),
    add check ((outcome is null) = (closed_at is null)),
    add check (outcome in ('delivered', 'collected', 'repaired', 'checked', 'swapped', 'refused',
        'not_found', 'not_done', 'failed', 'cancelled'));

-- What is still to be delivered, and what somebody has on loan that is not safe.
create index order_lines_to_deliver on order_lines (due_on, seq)
    where wanted and delivered < quantity;
create index items_unsafe_on_loan on items (held_at)
    where state = 'on_loan' and held_at is not null;

create index on visit_outcomes (visit, recorded_at);
alter table visit_outcomes
    add check (outcome in ('done', 'failed')),
    add check ((outcome = 'failed') = (fault is not null)),
    add check (fault in ('service', 'prescriber', 'person'));
create index on visit_events (visit, id);

create unique index on day_plans (depot, day);
alter table day_plans add check (version > 0);
create unique index on rounds (seq);
create index on rounds (day, seq);
create index on rounds (van, day, seq);
create unique index rounds_van_published on rounds (van, day) where status = 'published';
create unique index rounds_van_draft on rounds (van, day) where status = 'draft';
alter table rounds
    add check (status in ('draft', 'published', 'superseded')),
    add check ((status = 'draft') = (published_at is null)),
    add check ((published_at is null) = (published_by is null)),
    add check (back_at >= leaves_at);
create unique index on round_stops (round, place);
create unique index on round_stops (round, visit);
create index on round_stops (visit);
alter table round_stops
    add check (place >= 0 and trip > 0),
    add check (begin_at >= arrive_at and depart_at >= begin_at);
create unique index on visit_pins (plan, visit);
create index on visit_pins (visit);
alter table visit_pins add check (not left_out or (van is null and begins is null));

alter table van_fittings
    add check (apart in ('by turns', 'partition', 'compartments')),
    add check (clean_l >= 0 and dirty_l >= 0 and trips_max > 0 and rest_minutes >= 0);
create unique index on van_days (van, day);
create unique index on crew_members ("user", day);
create index on crew_members (van, day);
create unique index job_runs_slot on job_runs (job, slot);
create index on job_runs (job, id);

-- Whose homes a technician goes to on a day: the stops of the published rounds of the vans whose
-- crew they are, or, of vans that nobody has named a crew of, of those of their own depot.
create function called_on(technician varchar, today date) returns setof uuid stable security definer
    set search_path = pg_catalog, public, pg_temp language sql as $$
    select coalesce(p.merged_into, p.id)
    from users u
    join rounds r on r.day = today and r.status = 'published'
    join vans n on n.code = r.van
    join visits v on v.round = r.id
    join people p on p.id = v.person
    where u.username = technician and (
        exists (select from crew_members c
            where c.van = r.van and c.day = r.day and c."user" = u.id)
        or (u.depot = n.depot and not exists (
            select from crew_members c where c.van = r.van and c.day = r.day)))
$$;
revoke all on function called_on(varchar, date) from public;
grant execute on function called_on(varchar, date) to kitback_app;

create or replace function visited_by_viewer(wanted uuid) returns boolean stable security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
declare
    crew varchar := viewer() ->> 'technician';
    moment timestamptz := viewer() ->> 'now';
    today timestamp := date_trunc('day', moment at time zone 'Europe/London');
    begins timestamptz := today at time zone 'Europe/London';
    ends timestamptz := (today + interval '1 day') at time zone 'Europe/London';
begin
    return crew is not null and (exists (
        select from movements m join people v on v.id = m.person
        where m.actor = crew and m.recorded_at >= begins - interval '5 minutes'
            and m.recorded_at < moment + interval '7 days'
            and m.occurred_at >= begins and m.occurred_at < ends
            and m.action in ('deliver', 'collect') and coalesce(v.merged_into, v.id) = wanted
            and not exists (select from receipts u where u.id = m.id and u.kind = 'undo'))
        or exists (select from called_on(crew, today::date) home where home = wanted));
end $$;

do $$
declare
    name text;
begin
    foreach name in array array['visit_places', 'visit_outcomes'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy seen on %I for select
            using (exists (select from people p where p.id = person))', name);
        execute format('create policy written on %I for insert
            with check ((select viewer()) is not null)', name);
    end loop;
end $$;
create policy changed on visit_places for update
    using (exists (select from people p where p.id = person))
    with check ((select viewer()) is not null);

grant select, insert, update on day_plans, visits, visit_places, van_fittings, van_days, job_runs
    to kitback_app;
grant select, insert, update (visit, quantity, delivered, due_on, checks, outcome, closed_at)
    on visit_lines to kitback_app;
grant select, insert, update (status, published_at, published_by), delete on rounds to kitback_app;
grant select, insert, delete on round_stops, crew_members to kitback_app;
grant select, insert, update, delete on visit_pins to kitback_app;
grant select, insert on visit_outcomes, visit_events to kitback_app;
grant usage on all sequences in schema public to kitback_app;
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
