from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T03:12:40:920614"
VERSION = "1.38.0"
DESCRIPTION = "What promises keep, in the database itself"

RULES = """
-- Where a line stands follows from its numbers: nobody can say another.
alter table order_lines drop column status;
alter table order_lines add column status varchar(16) not null generated always as (case
    when delivered = quantity then 'delivered' when cancelled then 'cancelled'
    when promised > 0 and promised + delivered = quantity then 'reserved'
    else 'awaiting_stock' end) stored;
alter table order_lines add check (not (wanted and cancelled));

-- An item is promised once: it is the key. A line's promises are counted as they come and go, and
-- the check of order_lines holds them and what is delivered to what was ordered.
create index on promises (line);
create function count_promises() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update order_lines l set promised = l.promised + n.many
        from (select line, count(*) as many from changed group by line) n where l.id = n.line;
    else
        update order_lines l set promised = l.promised - n.many
        from (select line, count(*) as many from changed group by line) n where l.id = n.line;
    end if;
    return null;
end $$;
create trigger count_promises_made after insert on promises
    referencing new table as changed for each statement execute function count_promises();
create trigger count_promises_ended after delete on promises
    referencing old table as changed for each statement execute function count_promises();

create index on loans (order_line) where order_line is not null;
-- What is on each depot's shelf, oldest receipt first.
create index on items (sku, depot, received_on, id) where state = 'available' and held_at is null;

grant select, insert, delete on promises to kitback_app;
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
