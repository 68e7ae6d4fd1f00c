from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-29T01:10:10:204432"
VERSION = "1.38.0"
DESCRIPTION = "The gate lets an item be passed with a failed check: that puts it on hold"

RULES = """
-- A failed check puts an item on hold with whatever it was told, passing it included: from then on
-- nothing goes out. The gate took that hold for one that it had before, so that the scan was neither
-- accepted nor refused.
create or replace function fault_of_step(was movements, m movements, thing items) returns text
    stable language plpgsql as $$
declare
    sold products;
    day date := (m.occurred_at at time zone 'Europe/London')::date;
begin
    if m.from_state is distinct from was.state then
        return 'it was not ' || m.from_state;
    end if;
    if m.action = 'undo' then
        return case when not exists (select from movements t
                join movements b on b.item = t.item and b.seq < t.seq
                where t.item = m.item and t.id = m.undoes and t.from_state = m.state
                    and (b.state, b.held_at, b.dirty_on, b.pat_on, b.loler_on, b.service_on)
                        is not distinct from
                        (m.state, m.held_at, m.dirty_on, m.pat_on, m.loler_on, m.service_on))
            then 'that is not how it stood before' end;
    end if;
    if m.state in ('available', 'allocated', 'loaded', 'on_loan', 'given', 'cleaned', 'in_repair')
        and m.state <> m.from_state and (m.action, m.from_state, m.state) not in (
            ('clean', 'returned', 'cleaned'), ('pass', 'cleaned', 'available'),
            ('fail', 'cleaned', 'in_repair'), ('repair', 'in_repair', 'cleaned'),
            ('allocate', 'available', 'allocated'), ('deallocate', 'allocated', 'available'),
            ('load', 'allocated', 'loaded'), ('unload', 'loaded', 'allocated'),
            ('deliver', 'available', 'on_loan'), ('deliver', 'allocated', 'on_loan'),
            ('deliver', 'loaded', 'on_loan'), ('deliver', 'available', 'given'),
            ('deliver', 'allocated', 'given'), ('deliver', 'loaded', 'given')) then
        return format('“%s” does not lead from %s to %s', m.action, m.from_state, m.state);
    end if;
    if was.held_at is not null and m.held_at is null and m.action <> 'release' then
        return 'it is on hold';
    end if;
    if m.dirty_on is distinct from was.dirty_on
        and m.action not in ('return', 'find', 'withdraw') then
        return 'it did not come back that day';
    end if;
    if (m.pat_on, m.loler_on, m.service_on) is distinct from
            (was.pat_on, was.loler_on, was.service_on) and exists (
        select from (values ('pat', was.pat_on, m.pat_on), ('loler', was.loler_on, m.loler_on),
            ('service', was.service_on, m.service_on)) told (kind, before, after)
        where after is distinct from before and not exists (select from checks c
            where c.movement = m.id and c.item = m.item and c.kind = told.kind
                and c.result = 'pass' and c."on" = after)) then
        return 'no such check is on record';
    end if;
    if m.action <> 'pass' then
        return null;
    end if;
    select * into sold from products where sku = thing.sku;
    return case
        when was.held_at is not null then 'it is on hold'
        when sold.pat and m.dirty_on is not null and (m.pat_on is null or m.pat_on < m.dirty_on)
            then 'no portable appliance test was passed since it came back'
        when coalesce(greatest(m.loler_on, thing.received_on)
                + make_interval(months => sold.loler_months) < day, sold.loler_months is not null)
            then 'its examination is out of date'
        when coalesce(greatest(m.service_on, thing.received_on)
                + make_interval(months => sold.service_months) < day,
                sold.service_months is not null)
            then 'its service is out of date'
        end;
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
