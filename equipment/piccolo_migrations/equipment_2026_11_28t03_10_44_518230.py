from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T03:10:44:518230"
VERSION = "1.38.0"
DESCRIPTION = "A second wall before people's records: docs/adr/0016-second-wall.md"

RULES = """
-- Who looks, for as long as a transaction lasts; null where nobody said, and then nothing is seen.
-- After it, the setting is an empty text, not null.
create function viewer() returns jsonb stable language sql as $$
    select nullif(current_setting('kitback.viewer', true), '')::jsonb
$$;
create function viewer_sees_everyone() returns boolean stable language sql as $$
    select coalesce((viewer() ->> 'everyone')::boolean, false)
$$;

-- What is known of a door without why it was opened, for those who judge it of anybody.
create view person_doors as select person, username, opened_at, until from person_openings;

-- To whom a technician went today, by the London day of the viewer's moment.
create function visited_by_viewer(wanted uuid) returns boolean stable security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
declare
    crew varchar := viewer() ->> 'technician';
    moment timestamptz := viewer() ->> 'now';
    today timestamp := date_trunc('day', moment at time zone 'Europe/London');
    begins timestamptz := today at time zone 'Europe/London';
    ends timestamptz := (today + interval '1 day') at time zone 'Europe/London';
begin
    return crew is not null and exists (
        select from movements m join people v on v.id = m.person
        where m.actor = crew and m.recorded_at >= begins - interval '5 minutes'
            and m.recorded_at < moment + interval '7 days'
            and m.occurred_at >= begins and m.occurred_at < ends
            and m.action in ('deliver', 'collect') and coalesce(v.merged_into, v.id) = wanted
            and not exists (select from receipts u where u.id = m.id and u.kind = 'undo'));
end $$;

-- Whoever is not the viewer's by their funder: registered in this very transaction, visited today,
-- opened by a match, ordered for, or waiting for the viewer's partners to decide on an order.
create function open_to_viewer(wanted uuid) returns boolean stable security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
declare
    survivor uuid;
    moment timestamptz := viewer() ->> 'now';
begin
    if viewer() is null then
        return false;
    end if;
    if viewer() -> 'people' ? wanted::text then
        return true;
    end if;
    select coalesce(merged_into, id) into survivor from people where id = wanted;
    return visited_by_viewer(survivor) or exists (
        select from person_openings o
        where o.username = viewer() ->> 'prescriber' and o.person = survivor
            and o.opened_at <= moment and o.until > moment)
        or exists (select from orders o where o.person = survivor
            and (o.ordered_by = (viewer() ->> 'orderer')::uuid
                or viewer() -> 'decides_for' ? o.funder::text));
end $$;

alter table people enable row level security;
create policy seen on people for select using ((select viewer_sees_everyone())
    or funder = any ((select array(
        select jsonb_array_elements_text(viewer() -> 'partners')))::varchar[])
    or open_to_viewer(id));
-- An update without a condition reads nothing, so that what may be read would not bound it.
create policy changed on people for update using ((select viewer_sees_everyone())
    or funder = any ((select array(
        select jsonb_array_elements_text(viewer() -> 'partners')))::varchar[])
    or open_to_viewer(id)) with check ((select viewer()) is not null);
create policy registered on people for insert with check ((select viewer()) is not null);

-- What hangs on a person is seen with them.
do $$
declare
    name text;
begin
    foreach name in array array['person_addresses', 'person_events'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy seen on %I for select
            using (exists (select from people p where p.id = person))', name);
        execute format('create policy changed on %I for update
            using (exists (select from people p where p.id = person))', name);
        execute format('create policy written on %I for insert
            with check ((select viewer()) is not null)', name);
    end loop;
end $$;
alter table person_merges enable row level security;
create policy seen on person_merges for select
    using (exists (select from people p where p.id = survivor));
create policy written on person_merges for insert with check ((select viewer()) is not null);

-- Why a door was opened, and who looked at whom, is for those who watch over it.
alter table person_openings enable row level security;
create policy seen on person_openings for select
    using ((select viewer_sees_everyone()) or username = (select viewer() ->> 'prescriber'));
create policy written on person_openings for insert with check ((select viewer()) is not null);
alter table person_looks enable row level security;
create policy seen on person_looks for select using ((select viewer_sees_everyone()));
create policy written on person_looks for insert with check ((select viewer()) is not null);

-- What strangers send names them; anybody may send it.
alter table requests enable row level security;
create policy seen on requests for select using ((select viewer_sees_everyone()));
create policy settled on requests for update using ((select viewer_sees_everyone()));
create policy sent on requests for insert with check (true);

-- A key safe's code is read by the crew that goes there today and by nobody else; whoever may see
-- the person may set it, and learns nothing by it.
alter table key_safes enable row level security;
create policy seen on key_safes for select using (visited_by_viewer(person));
create function keep_key_safe(whose uuid, secret varchar, moment timestamptz, actor varchar)
    returns boolean volatile security definer set search_path = pg_catalog, public, pg_temp
    language plpgsql as $$
begin
    if secret is null then
        delete from key_safes where person = whose;
    else
        insert into key_safes as k (person, code, set_at, set_by)
        values (whose, secret, moment, actor)
        on conflict (person) do update set code = secret, set_at = moment, set_by = actor
        where k.code <> secret;
    end if;
    return found;
end $$;
create function has_key_safe(whose uuid) returns boolean stable security definer
    set search_path = pg_catalog, public, pg_temp language sql as $$
    select exists (select from key_safes where person = any(family_of(whose)))
$$;

-- The two doors through the wall: whose a number is, which refuses it to a second person, and who
-- has exactly this number and this day of birth.
create function people_numbered(numbers varchar[])
    returns table (nhs_number varchar, id uuid, funder varchar) stable security definer
    set search_path = pg_catalog, public, pg_temp language sql as $$
    select p.nhs_number, p.id, p.funder from people p where p.nhs_number = any(numbers)
$$;
create function person_matching(number varchar, day date) returns uuid stable security definer
    set search_path = pg_catalog, public, pg_temp language sql as $$
    select coalesce(merged_into, id) from people where nhs_number = number and born = day
$$;

grant select on person_doors, key_safes to kitback_app;
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
