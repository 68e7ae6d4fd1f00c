from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T10:16:40:318204"
VERSION = "1.38.0"
DESCRIPTION = "What figures of visits count by: promised, asked for, and made"

RULES = """
-- What a visit's figures are reckoned from follows its lines, whoever writes them.
create function date_visits(changed uuid[]) returns void
    set search_path = pg_catalog, public, pg_temp language sql as $$
    update visits v set promised_on = n.promised_on, asked_on = n.asked_on
    from (
        select l.visit, min(l.due_on) filter (where l.kind = 'delivery') as promised_on,
            (min(l.made_at) filter (where l.kind in ('collection', 'swap')
                and l.why in ('asked', 'public')) at time zone 'Europe/London')::date as asked_on
        from visit_lines l
        where l.visit = any(changed) and l.outcome is distinct from 'cancelled'
        group by l.visit
        union all
        select c.visit, null, null from unnest(changed) c (visit)
        where not exists (select from visit_lines l
            where l.visit = c.visit and l.outcome is distinct from 'cancelled')
    ) n
    where v.id = n.visit
        and (v.promised_on, v.asked_on) is distinct from (n.promised_on, n.asked_on)
$$;
create function date_visits_of_lines() returns trigger
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
begin
    perform date_visits(array(select distinct visit from written));
    return null;
end $$;
create trigger visit_lines_added after insert on visit_lines
    referencing new table as written for each statement execute function date_visits_of_lines();
create trigger visit_lines_changed after update on visit_lines
    referencing new table as written for each statement execute function date_visits_of_lines();

select date_visits(array(select id from visits));
update visits v set happened_on = (coalesce((select max(o.occurred_at) from visit_outcomes o
    where o.visit = v.id), v.ended_at) at time zone 'Europe/London')::date
where v.status in ('done', 'failed');

alter table visits add check ((status in ('done', 'failed')) = (happened_on is not null));
create index visits_promised on visits (promised_on, seq) where repeats is null;
create index visits_asked on visits (asked_on, seq) where repeats is null;
create index on visits (happened_on, seq) where happened_on is not null;
create index on visits (repeats) where repeats is not null;
-- Of people who have died lately, what they still have is fetched.
create index people_died on people (died_on) where died_on is not null;
-- Of what was undone lately, the visits are opened again.
create index movements_undoing on movements (recorded_at) where undoes is not null;
grant execute on function date_visits(uuid[]) to kitback_app;
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
