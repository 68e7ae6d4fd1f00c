from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-22T05:39:42:762931"
VERSION = "1.38.0"
DESCRIPTION = "Movements by month, and receipts for all of them"

RULES = """
-- The table anew, partitioned; its rows are moved over, their numbers count on.
alter table movements rename to movements_before;
create table movements (like movements_before including defaults including constraints)
    partition by range (recorded_at);
alter sequence movements_seq_seq owned by movements.seq;
create table movements_default partition of movements default;
select make_month('movements', m::date)
from generate_series(
    (select date_trunc('month', least(now(), min(recorded_at)) at time zone 'UTC')
        from movements_before),
    date_trunc('month', now() at time zone 'UTC') + interval '13 months', interval '1 month') m;

-- A phase begins where a movement that is no undo comes to it; an undo goes back to where the
-- phase that it restores began.
insert into movements (seq, id, item, action, from_state, occurred_at, recorded_at, actor, reason,
    undoes, details, state, depot, last_depot, van, person, loan, loan_funder, loan_phase, loans,
    held_at, dirty_on, pat_on, loler_on, service_on, phase_at)
select seq, id, item, action, from_state, occurred_at, recorded_at, actor, reason,
    undoes, details, state, depot, last_depot, van, person, loan, loan_funder, loan_phase, loans,
    held_at, dirty_on, pat_on, loler_on, service_on,
    max(begun_at) over (partition by item, loan, loan_phase order by seq)
from (
    select *, case when loan is not null and action <> 'undo'
            and (loan, loan_phase) is distinct from (lag(loan) over past, lag(loan_phase) over past)
        then recorded_at end as begun_at
    from movements_before window past as (partition by item order by seq)) told
order by seq;
drop table movements_before;
update items i set phase_at = m.phase_at from movements m
where m.id = i.newest_movement and m.phase_at is not null;
alter table items add check ((loan is null) = (phase_at is null));
alter table movements add check ((loan is null) = (phase_at is null));

-- One index for whoever asks what happened to an item, a small one for whom a technician saw today.
alter table movements
    add primary key (item, seq, recorded_at),
    add foreign key (item) references items on update cascade on delete restrict;
create index on movements (actor, recorded_at)
    where action in ('deliver', 'collect') and person is not null;

-- No unique index on a partitioned table leaves out when a row was recorded. So receipts see to it
-- that no two movements have one id, and that none is undone twice.
insert into receipts (kind, id, caller, content, item, recorded_at)
select 'scan', id, '', ''::bytea, item, recorded_at from movements where action in ('receive', 'open')
union all
select 'undo', undoes, actor, '', item, recorded_at from movements where action = 'undo';

-- Every scan writes its item's entries anew: none that another one serves.
drop index items_depot_idx;
create index on items (batch) where batch is not null;

grant select, insert on movements to kitback_app;
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
