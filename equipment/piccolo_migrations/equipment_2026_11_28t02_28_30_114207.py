from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T02:28:30:114207"
VERSION = "1.38.0"
DESCRIPTION = "What orders promise, in the database itself"

RULES = """
create unique index on orders (seq);
create index on orders (status, seq);
create index on orders (funder, seq);
create index on orders (person, seq);
create index on orders (ordered_by, seq);
create index on orders (ordered_by, person);
create index on orders (status, funder, seq);
alter table orders
    add check (speed in ('same_day', 'next_day', '3_day', '5_day', '7_day', '10_day')),
    add check (status in ('awaiting_authorisation', 'authorised', 'declined', 'scheduled',
        'part_delivered', 'delivered', 'cancelled')),
    add check (beyond <@ array['level', 'limit', 'special', 'funder']::varchar[]),
    add check (delivery_pence >= 0);

create unique index on order_lines ("order", place);
-- Those who wait for a product, in the order in which they are served.
create index on order_lines (sku, due_on, seq) where wanted and promised + delivered < quantity;
create index on order_lines (review_on, seq) where review_on is not null;
create index on order_lines (end_on, seq) where end_on is not null;
alter table order_lines
    add check (sku is not null or special is not null),
    add check (quantity > 0),
    add check (charge_pence >= 0),
    add check (price_pence >= 0),
    add check (place >= 0),
    -- No more is promised and delivered than was ordered.
    add check (promised >= 0 and delivered >= 0 and promised + delivered <= quantity),
    add check (wanted or promised = 0),
    add check (status in ('reserved', 'awaiting_stock', 'delivered', 'cancelled')),
    add check ((status = 'delivered') = (delivered = quantity)),
    add check (status <> 'cancelled' or not wanted),
    add check ((status = 'reserved') = (promised > 0 and promised + delivered = quantity));

create index on order_events ("order", id);
alter table order_events
    add check (kind in ('placed', 'changed', 'authorised', 'declined', 'cancelled', 'chased',
        'bought')),
    add check (kind not in ('declined', 'chased') or reason is not null);
create index on order_answers ("order", id);
alter table order_answers
    add check (warning <> '' and reason <> '');

grant select, insert, update on orders, order_lines to kitback_app;
grant select, insert on order_events, order_answers to kitback_app;
grant usage on all sequences in schema public to kitback_app;
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
