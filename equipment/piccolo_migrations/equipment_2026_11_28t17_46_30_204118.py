from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T17:46:30:204118"
VERSION = "1.38.0"
DESCRIPTION = "What holds of purchases and counts"

RULES = """
alter table reorder_rules
    add check (lead_days between 1 and 365),
    add check (cover_days between 1 and 365),
    add check (service_percent in (80, 90, 95, 98, 99));
alter table stock_advice
    add check (advice in ('prepare', 'order')),
    add check ((advice = 'order') = (quantity > 0));
create index on stock_advice (advice, sku);

alter table purchases
    add check (status in
        ('draft', 'awaiting_approval', 'ordered', 'part_received', 'received', 'cancelled')),
    add check (supplier <> '' and total_pence >= 0),
    add check ((asked_at is null) = (asked_by is null)),
    add check ((ordered_at is null) = (ordered_by is null)),
    add check ((ended_at is null) = (ended_by is null)),
    add check (status not in ('ordered', 'part_received', 'received')
        or (asked_at is not null and ordered_at is not null)),
    add check ((status in ('received', 'cancelled')) = (ended_at is not null)),
    add check (status <> 'cancelled' or reason is not null),
    -- Of a large one somebody else decides: five thousand pounds, as LARGE_PENCE says.
    add check (total_pence < 500000 or ordered_by is null
        or (ordered_by <> asked_by and ordered_by <> drafted_by));
create index on purchases (seq);
create index on purchases (status, seq);
create index on purchases (due_on) where status in ('ordered', 'part_received');
alter table purchase_lines
    add unique (purchase, place),
    add unique (purchase, sku),
    add check (quantity between 1 and 10000 and price_pence >= 0),
    add check (received between 0 and quantity),
    add check (not awaited or received < quantity);
create index on purchase_lines (sku) where awaited;
alter table purchase_answers add check (waiting > 0 and reason <> '');
create index on purchase_answers (purchase);
alter table purchase_receipts add check (quantity > 0);
create index on purchase_receipts (line);

alter table stock_counts
    add check (status in ('open', 'compared', 'settled', 'cancelled')),
    add check ((compared_at is null) = (compared_by is null)
        and (compared_at is null) = (expected is null) and (expected is null) = (found is null)),
    add check ((decided_at is null) = (decided_by is null)),
    add check (status = 'cancelled' or (status = 'open') = (compared_at is null)),
    add check (status not in ('open', 'compared') or decided_at is null),
    add check (status <> 'cancelled' or (decided_at is not null and reason is not null)),
    add check (found between 0 and expected);
create unique index stock_counts_open on stock_counts (depot, coalesce(bay, ''))
    where status = 'open';
create index on stock_counts (seq);
create index on stock_counts (status, seq);
create index on stock_counts (depot, seq);
alter table counted_items add unique (count, item, newest_movement);
create index on counted_items (item);
alter table count_differences
    add unique (count, item),
    add check (kind in ('missing', 'lost', 'out', 'elsewhere', 'wrong_side', 'gone')),
    add check (outcome in ('recorded', 'case', 'moved', 'refused', 'declined')),
    add check ((coalesce(outcome, '') = 'recorded') = (movement is not null)),
    add check (action in ('lose', 'find', 'return', 'unload', 'move', 'withdraw'));
create index on count_differences (count, id);
create index on count_differences (item);

-- What was issued from a depot lately: no sums are kept of a product at a depot.
create index on tallies (depot, sku, occurred_on) where kind = 'issued';

grant select, insert, update on reorder_rules to kitback_app;
grant select, insert, update, delete on stock_advice to kitback_app;
grant select, insert,
    update (status, asked_at, asked_by, ordered_at, ordered_by, ended_at, ended_by, reason)
    on purchases to kitback_app;
grant select, insert, update (received, awaited) on purchase_lines to kitback_app;
grant select, insert on purchase_answers, purchase_receipts, purchased_items, counted_items
    to kitback_app;
grant select, insert,
    update (status, scanned, differences, compared_at, compared_by, expected, found, decided_at, decided_by, reason)
    on stock_counts to kitback_app;
grant select, insert, update (outcome, movement, note) on count_differences to kitback_app;
grant usage on all sequences in schema public to kitback_app;

-- To what may be said of a change some more, whatever other migrations have added.
do $$
declare
    known text;
begin
    select string_agg(distinct quote_literal(what), ', ') into known from (
        select quoted[1] as what from pg_constraint,
            regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') quoted
        where conname = 'changes_what_check'
        union values ('reorder rules set'), ('purchase drafted'), ('purchase asked for'),
            ('purchase approved'), ('purchase sent back'), ('purchase cancelled'),
            ('count opened'), ('count called off'), ('count settled')
    ) said;
    alter table changes drop constraint changes_what_check;
    execute 'alter table changes add constraint changes_what_check check (what in ('
        || known || '))';
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
