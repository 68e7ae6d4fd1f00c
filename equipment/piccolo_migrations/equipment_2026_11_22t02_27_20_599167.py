from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T02:27:20:599167"
VERSION = "1.38.0"
DESCRIPTION = "What the store promises, in the database itself"

RULES = """
alter table depots add check (kind in ('depot', 'satellite'));
alter table vans
    add check (payload_kg >= 0 and volume_l >= 0),
    add check (crew in (1, 2)),
    add check (shift_from < shift_to);
create unique index on users (lower(username));
alter table users
    add check (roles <@ array['administrator', 'coordinator', 'prescriber', 'authoriser',
        'technician', 'depot', 'budget_holder', 'auditor']::varchar[]),
    add check (level between 1 and 4),
    add check (order_limit_pence >= 0);
create index on tokens ("user");

alter table products
    add check (reuse in ('reusable', 'single_patient', 'consumable', 'fixed')),
    add check (speed in ('same_day', 'next_day', '3_day', '5_day', '7_day', '10_day')),
    add check (crew in (1, 2)),
    add check (level between 1 and 4),
    add check (loler_months > 0 and service_months > 0);
alter table product_terms
    add unique (sku, from_on),
    add check (price_pence >= 0),
    add check (credit_percent between 0 and 100);

create trigger keep_superseded after update on products
    for each row when (old.* is distinct from new.*) execute function keep_superseded();
create trigger keep_superseded after update on product_terms
    for each row when (old.* is distinct from new.*) execute function keep_superseded();

alter table people add check (nhs_number ~ '^[0-9]{10}$');
create index on people (funder);
create index on people (born);
create index on people (created_at, id);

alter table items
    add check (state in ('available', 'allocated', 'loaded', 'on_loan', 'given', 'collected',
        'returned', 'cleaned', 'in_repair', 'scrapped', 'handed_back', 'lost')),
    -- No item is in two places, and none that is in the service's hands is nowhere.
    add check ((state in ('available', 'allocated', 'returned', 'cleaned', 'in_repair'))
        = (depot is not null)),
    add check ((state in ('loaded', 'collected')) = (van is not null)),
    add check (state not in ('on_loan', 'collected', 'given') or person is not null),
    -- Somebody has it exactly as long as its loan runs.
    add check ((person is not null) = (loan_phase is not distinct from 'open')),
    add check ((loan is null) = (loan_phase is null) and (loan is null) = (loan_funder is null)),
    add check (loan_phase in ('open', 'ended', 'reused', 'scrapped', 'written_off')),
    add check (loans >= 0),
    add check (purchase_price_pence >= 0);
create unique index on items (sku, serial) where serial is not null;
create index on items (state, depot);
create index on items (sku, state);
create index on items (depot) where depot is not null;
create index on items (person) where person is not null;

create index on movements (item, seq);
create index on movements (actor, recorded_at);
create unique index on movements (undoes) where undoes is not null;
alter table movements
    add check ((action = 'undo') = (undoes is not null)),
    add check ((action in ('receive', 'open')) = (from_state is null));

create index on loans (item);
create index on loans (person);
alter table loans
    add check (charged_pence >= 0),
    add check (credit_percent between 0 and 100);

create index on checks (item);
alter table checks
    add check (kind in ('pat', 'loler', 'service')),
    add check (result in ('pass', 'fail'));

create unique index on cases (seq);
create index on cases (status, seq);
alter table cases
    add check (status in ('open', 'settled')),
    add check ((status = 'settled') = (settled_by is not null and settled_at is not null));

-- One row for each accepted write that a client may repeat: it answers every repeat.
create table receipts (
    kind varchar(20) not null,
    id uuid not null,
    caller varchar(64) not null,
    content bytea not null,
    item bigint,
    body text,
    recorded_at timestamptz not null,
    primary key (id, kind)
) partition by hash (id);
do $$
begin
    for n in 0..7 loop
        execute format('create table receipts_%s partition of receipts '
                       'for values with (modulus 8, remainder %s)', n, n);
    end loop;
end $$;

grant select, insert, update on depots, vans, users, products, product_terms, people, items, cases
    to kitback_app;
grant select, insert, update, delete on tokens to kitback_app;
grant select, insert, delete on sign_in_failures to kitback_app;
grant select, insert on item_aliases, movements, loans, checks, receipts, person_looks, settings
    to kitback_app;
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
