from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:24:30:118402"
VERSION = "1.38.0"
DESCRIPTION = "The gate: nothing is clean stock but by what is on record"

RULES = """
-- The last wall before the shelf (docs/adr/0028-the-gate.md): whoever speaks SQL as the application
-- can make nothing clean stock, free of a hold or in date but by movements and checks that say so,
-- one after another, from where the item stood. It only looks where an item comes nearer to going
-- out: what goes away from the shelf, and what goes out from it as the lifecycle has it, pays
-- nothing. The store's owner is not stopped: scripts/verify tells what was done by hand.

-- What the step from one movement to the next must be, else a word on what is wrong with it.
create function fault_of_step(was movements, m movements, thing items) returns text
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
        when m.held_at is not null then 'it is on hold'
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

create function keep_gate() returns trigger language plpgsql as $$
declare
    was movements;
    m movements;
    since bigint;
    fault text;
begin
    if new.received_on is distinct from old.received_on then
        fault := 'it was received once';
    end if;
    was.state := old.state;
    was.held_at := old.held_at;
    was.dirty_on := old.dirty_on;
    was.pat_on := old.pat_on;
    was.loler_on := old.loler_on;
    was.service_on := old.service_on;
    select seq into since from movements
    where item = old.id and recorded_at = old.updated_at and id = old.newest_movement;
    for m in select * from movements where item = new.id and seq > since
        and recorded_at between old.updated_at and new.updated_at order by seq
    loop
        fault := coalesce(fault, fault_of_step(was, m, new));
        was := m;
    end loop;
    if fault is null and (was.id, was.state, was.held_at, was.dirty_on, was.pat_on, was.loler_on,
            was.service_on) is distinct from (new.newest_movement, new.state, new.held_at,
            new.dirty_on, new.pat_on, new.loler_on, new.service_on) then
        fault := 'no movement says so';
    end if;
    if fault is not null then
        -- Retried and decided anew: a rule may have come between the decision and this.
        raise serialization_failure using message =
            format('%s does not come to be %s: %s', new.code, new.state, fault);
    end if;
    return null;
end $$;
create trigger keep_gate after update on items for each row when (current_user = 'kitback_app' and (
    (old.state <> new.state
        and new.state in ('available', 'allocated', 'loaded', 'on_loan', 'given', 'cleaned',
            'in_repair')
        and not (old.state in ('available', 'allocated', 'loaded')
            and new.state in ('available', 'allocated', 'loaded', 'on_loan', 'given')))
    or (old.held_at is not null and new.held_at is null)
    or (old.pat_on, old.loler_on, old.service_on, old.received_on)
        is distinct from (new.pat_on, new.loler_on, new.service_on, new.received_on)
    or (new.dirty_on is distinct from old.dirty_on
        and (new.state <> 'returned' or new.dirty_on is null or new.dirty_on < old.dirty_on))))
    execute function keep_gate();

-- An item begins with the movement that tells how it came.
create function keep_gate_of_new() returns trigger language plpgsql as $$
declare
    unsaid text;
begin
    select f.code into unsaid from fresh f
    where not exists (select from movements m
        where m.item = f.id and m.recorded_at = f.updated_at and m.id = f.newest_movement
            and (m.state, m.held_at, m.dirty_on, m.pat_on, m.loler_on, m.service_on)
                is not distinct from
                (f.state, f.held_at, f.dirty_on, f.pat_on, f.loler_on, f.service_on))
    limit 1;
    if unsaid is not null then
        raise check_violation using message = format('%s did not come: no movement says so', unsaid);
    end if;
    return null;
end $$;
create trigger keep_gate_of_new after insert on items
    referencing new table as fresh for each statement when (current_user = 'kitback_app')
    execute function keep_gate_of_new();
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
