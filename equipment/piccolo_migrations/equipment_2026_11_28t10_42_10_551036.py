from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T10:42:10:551036"
VERSION = "1.38.0"
DESCRIPTION = "The second wall before orders and emergency issues, too"

RULES = """
-- What the service itself goes by, whoever looks: how orders stand, without a word that anybody
-- wrote. Scans, queues, commitments and visits read and write it, and pay nothing for the wall.
create view order_standings as
    select id, seq, person, funder, depot, speed, due_on, status, ordered_at, ordered_by, beyond,
        delivery_pence
    from orders;
grant select, update (person, speed, due_on, status, beyond, delivery_pence)
    on order_standings to kitback_app;

-- Fail closed, and loudly: whatever reads people or orders and says nothing of who looks is a mistake
-- of the code, and a job that silently finds nobody would never be noticed.
create or replace function viewer_sees_everyone() returns boolean stable parallel safe
    language plpgsql as $$
begin
    if viewer() is null then
        raise insufficient_privilege using message = 'nobody said who looks (docs/adr/0016)';
    end if;
    return coalesce((viewer() ->> 'everyone')::boolean, false);
end $$;

-- It shows a code to those who see everyone as little as to others; it only asks that somebody looks.
alter policy seen on key_safes
    using ((select viewer_sees_everyone()) is not null and visited_by_viewer(person));

create function viewer_partners() returns varchar[] stable language sql as $$
    select array(select jsonb_array_elements_text(viewer() -> 'partners'))::varchar[]
$$;
create function viewer_sees_all_orders() returns boolean stable language sql as $$
    select viewer_sees_everyone() or coalesce((viewer() ->> 'orders')::boolean, false)
$$;

-- An order is seen by whoever placed it, by the partner that pays for it, by the store that sends
-- it, and by all who see the person.
alter table orders enable row level security;
create policy seen on orders for select using ((select viewer_sees_all_orders())
    or ordered_by = (select (viewer() ->> 'user')::uuid)
    or funder = any ((select viewer_partners())::varchar[])
    or exists (select from people p where p.id = person));
create policy changed on orders for update using ((select viewer_sees_all_orders())
    or ordered_by = (select (viewer() ->> 'user')::uuid)
    or funder = any ((select viewer_partners())::varchar[])
    or exists (select from people p where p.id = person))
    with check ((select viewer()) is not null);
create policy placed on orders for insert with check ((select viewer()) is not null);

-- What was said about an order is seen with it.
do $$
declare
    name text;
begin
    foreach name in array array['order_events', 'order_answers'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy seen on %I for select
            using (exists (select from orders o where o.id = "order"))', name);
        execute format('create policy written on %I for insert
            with check ((select viewer()) is not null)', name);
    end loop;
end $$;

-- An emergency issue is seen by whoever issued it, and by the partner that pays for the person.
alter table emergency_issues enable row level security;
create policy seen on emergency_issues for select using ((select viewer_sees_everyone())
    or issued_by = (select viewer() ->> 'username')
    or exists (select from person_funders f
        where f.id = person and f.funder = any ((select viewer_partners())::varchar[])));
create policy changed on emergency_issues for update using ((select viewer_sees_everyone())
    or issued_by = (select viewer() ->> 'username')
    or exists (select from person_funders f
        where f.id = person and f.funder = any ((select viewer_partners())::varchar[])))
    with check ((select viewer()) is not null);
create policy issued on emergency_issues for insert with check ((select viewer()) is not null);
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
