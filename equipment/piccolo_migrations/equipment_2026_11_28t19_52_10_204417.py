from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T19:52:10:204417"
VERSION = "1.38.0"
DESCRIPTION = "What moves apart from what stands: fewer indexes for a scan to write anew"

RULES = """
-- A GIAI is the company prefix and the code, which is unique: so is the GIAI, without an index of
-- its own that each scan of its item would write anew.
--
-- A hold changes nothing that an index has or asks for, but where it takes something off a shelf or
-- makes it a thing to be mended: PostgreSQL writes no index then, where the page has room (HOT). So
-- a part of each page is left free (docs/adr/0033-recalls.md).
alter table items set (fillfactor = 70);
alter table items
    add constraint items_giai_ends_in_code check (length(code) = 8 and right(giai, 8) = code),
    add column on_shelf boolean not null
        generated always as (state = 'available' and held_at is null) stored,
    -- What nothing but a recall holds is told of by telephone, and not to be mended.
    add column unsafe_on_loan boolean not null generated always as
        (state = 'on_loan' and held_at is not null and recalled is distinct from 'alone') stored;
drop index items_sku_depot_received_on_id_idx;
-- What is on each depot's shelf, oldest receipt first.
create index on items (sku, depot, received_on, id) where on_shelf;

-- What make an item is, apart from it: an item moves, and its make stays as it is.
create table item_makes (
    item bigint primary key,
    sku varchar(40) not null,
    serial varchar(80),
    batch varchar(80)
);
insert into item_makes select id, sku, serial, batch from items;
create index item_makes_sku on item_makes (sku, item);
create unique index item_makes_serial on item_makes (sku, serial) where serial is not null;
create index item_makes_batch on item_makes (batch, item) where batch is not null;
drop index items_sku_id_idx, items_sku_serial_idx, items_batch_id_idx;

create function keep_item_makes() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        -- In the order of the numbers: two who write the same ones wait for each other, and end.
        insert into item_makes select id, sku, serial, batch from fresh order by sku, serial;
        return null;
    end if;
    delete from item_makes where item = old.id;
    if tg_op = 'UPDATE' then
        insert into item_makes values (new.id, new.sku, new.serial, new.batch);
    end if;
    return null;
end $$;
create trigger keep_item_makes after insert on items
    referencing new table as fresh for each statement execute function keep_item_makes();
create trigger keep_changed_makes after update of id, sku, serial, batch on items for each row
    when ((old.id, old.sku, old.serial, old.batch)
        is distinct from (new.id, new.sku, new.serial, new.batch))
    execute function keep_item_makes();
create trigger keep_ended_makes after delete on items
    for each row execute function keep_item_makes();
grant select, insert on item_makes to kitback_app;
analyze item_makes;

-- As before, by the makes.
create or replace function reckon_product() returns trigger security definer
    set search_path = pg_catalog, public, pg_temp language plpgsql as $$
declare
    ids bigint[] := array(select item from item_makes where sku = new.sku);
begin
    perform from items where id = any(ids) order by code for update;
    perform reckon_dues(ids);
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
