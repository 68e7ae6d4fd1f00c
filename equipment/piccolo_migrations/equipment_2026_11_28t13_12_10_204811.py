from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:12:10:204811"
VERSION = "1.38.0"
DESCRIPTION = "Which examinations and services fall due, of all that is live"

RULES = """
-- A row for each examination and service that a live item will need, kept by the triggers below: a
-- list of what falls due reads as many rows as it shows, however many items there are. The day is
-- -infinity where neither a pass nor a receipt is on record.
create table check_dues (
    item bigint not null references items on delete restrict,
    kind varchar(8) not null check (kind in ('loler', 'service')),
    due_on date not null,
    depot varchar(20) not null,
    at_home boolean not null,
    primary key (item, kind)
);
create index on check_dues (due_on, item, kind);
create index on check_dues (depot, due_on, item, kind);
create index on check_dues (at_home, due_on, item, kind);
grant select on check_dues to kitback_app;

-- As equipment/safety.py reckons: good through the same day so many months on. What family alone
-- uses is no work equipment (LOLER 1998, regulation 3): its examination keeps the interval of the
-- service's own. Of whom nothing is known, paid carers may come.
create function used_by_family(holder uuid) returns boolean stable security definer
    set search_path = pg_catalog, public, pg_temp language sql as $$
    select coalesce(bool_or(p.carers in ('family', 'none')), false)
    from people had join people p on p.id = coalesce(had.merged_into, had.id) where had.id = holder
$$;
create function dues_of(ids bigint[])
    returns table (item bigint, kind varchar, due_on date, depot varchar, at_home boolean)
    stable language sql as $$
    select i.id, c.kind, coalesce(
            (greatest(c.passed_on, i.received_on) + make_interval(months => c.months))::date,
            '-infinity'), coalesce(i.last_depot, ''), i.person is not null
    from items i join products g on g.sku = i.sku
    cross join lateral (values
        ('loler', i.loler_on, case when g.loler_months is not null
            and used_by_family(i.person)
            then coalesce(g.service_months, g.loler_months) else g.loler_months end),
        ('service', i.service_on, g.service_months)) c (kind, passed_on, months)
    where i.id = any(ids) and c.months is not null
        and i.state not in ('scrapped', 'given', 'handed_back', 'lost')
$$;
create function reckon_dues(ids bigint[]) returns void language sql as $$
    delete from check_dues where item = any(ids);
    insert into check_dues (item, kind, due_on, depot, at_home) select * from dues_of(ids);
$$;

create function keep_dues() returns trigger security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
begin
    if exists (select from products where sku = new.sku
            and (loler_months is not null or service_months is not null)) then
        perform reckon_dues(array[new.id]);
    end if;
    return null;
end $$;
create trigger keep_dues after update on items for each row when (
    (old.loler_on, old.service_on, old.received_on, old.person, old.last_depot)
        is distinct from (new.loler_on, new.service_on, new.received_on, new.person, new.last_depot)
    or (old.state in ('scrapped', 'given', 'handed_back', 'lost'))
        <> (new.state in ('scrapped', 'given', 'handed_back', 'lost')))
    execute function keep_dues();

create function begin_dues() returns trigger security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
begin
    perform reckon_dues(array(select f.id from fresh f join products g on g.sku = f.sku
        where g.loler_months is not null or g.service_months is not null));
    return null;
end $$;
create trigger begin_dues after insert on items
    referencing new table as fresh for each statement execute function begin_dues();

-- The items are locked first, in the order in which scans lock them, and reckoned in a statement of
-- its own: what a scan that was waited for has changed is seen.
create function reckon_product() returns trigger security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
begin
    perform from items where sku = new.sku order by code for update;
    perform reckon_dues(array(select id from items where sku = new.sku));
    return null;
end $$;
create trigger reckon_product after update on products for each row
    when ((old.loler_months, old.service_months)
        is distinct from (new.loler_months, new.service_months))
    execute function reckon_product();

create function reckon_person() returns trigger security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
declare
    family uuid[] := array(select id from people
        where new.id in (id, merged_into) or id = new.merged_into);
begin
    perform from items where person = any(family) order by code for update;
    perform reckon_dues(array(select id from items where person = any(family)));
    return null;
end $$;
create trigger reckon_person after update on people for each row
    when ((old.carers, old.merged_into) is distinct from (new.carers, new.merged_into))
    execute function reckon_person();

insert into check_dues (item, kind, due_on, depot, at_home)
    select d.* from dues_of(array(select id from items)) d;
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
