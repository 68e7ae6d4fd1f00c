from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T02:50:33:481907"
VERSION = "1.38.0"
DESCRIPTION = "How many there are of what, and where"

RULES = """
-- Of a product at a depot; of a product at all of them ('' as the place); of a depot's all ('' as
-- the sku).
create table stock_sums (
    sku varchar(40) not null,
    state varchar(12) not null,
    held boolean not null,
    place varchar(20) not null,
    units bigint not null,
    primary key (sku, state, held, place)
);
create index on stock_sums (place, sku);
-- What items have moved and is not in the sums yet (equipment/stock.py folds it into them).
create table unfolded_stock (
    sku varchar(40) not null,
    state varchar(12) not null,
    held boolean not null,
    place varchar(20) not null,
    units integer not null
);

create function note_stock() returns trigger language plpgsql as $$
begin
    if not exists (select from fresh) then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into unfolded_stock (sku, state, held, place, units)
        select sku, state, held_at is not null, coalesce(depot, last_depot, ''), count(*)
        from fresh group by 1, 2, 3, 4;
    else
        insert into unfolded_stock (sku, state, held, place, units)
        select sku, state, held_at is not null, coalesce(depot, last_depot, ''), sum(units)
        from (select sku, state, held_at, depot, last_depot, 1 as units from fresh
            union all select sku, state, held_at, depot, last_depot, -1 from stale) moved
        group by 1, 2, 3, 4 having sum(units) <> 0;
    end if;
    return null;
end $$;
create trigger note_stock after insert on items
    referencing new table as fresh for each statement execute function note_stock();
create trigger note_stock_moves after update on items
    referencing new table as fresh old table as stale for each statement
    execute function note_stock();

insert into stock_sums (sku, state, held, place, units)
select each.sku, state, held_at is not null, each.place, count(*)
from (select sku, state, held_at, coalesce(depot, last_depot, '') as place from items) taken
cross join lateral (
    select taken.sku, taken.place where taken.place <> ''
    union all select taken.sku, ''
    union all select '', taken.place where taken.place <> '') each (sku, place)
group by 1, 2, 3, 4;

grant select, insert, update on stock_sums to kitback_app;
grant select, insert, delete on unfolded_stock to kitback_app;
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
