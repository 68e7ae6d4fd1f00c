from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T13:31:20:330918"
VERSION = "1.38.0"
DESCRIPTION = "What holds of parts, inspections and examinations"

RULES = """
alter table item_parts
    add check (part <> ''),
    add check ((taken_at is null) = (taken_by is null)),
    add check (taken_at >= fitted_at);
-- One part of a name at a time, and a part with a number in one item at a time.
create unique index item_parts_fitted on item_parts (item, part) where taken_at is null;
create unique index item_parts_serial on item_parts (sku, part, upper(serial))
    where taken_at is null and serial is not null;
create index on item_parts (item, seq);
create index on item_parts (upper(serial)) where taken_at is null;
create index on item_parts (upper(batch)) where taken_at is null;
grant select, insert, update (taken_at, taken_by) on item_parts to kitback_app;

alter table missing_parts
    add check (part <> ''),
    add check ((settled_at is null) = (settled_by is null)
        and (settled_at is null) = (settled_how is null)),
    add check (settled_how in ('found', 'replaced'));
-- Each scan says it once, and people do: what a scan said may be taken back with it.
create unique index missing_parts_open on missing_parts (item, part)
    where settled_at is null and movement is null;
create unique index missing_parts_told on missing_parts (movement, part) where movement is not null;
create index on missing_parts (item) where settled_at is null;
grant select, insert, update (settled_at, settled_by, settled_how) on missing_parts to kitback_app;

-- What an item lacks now: what a scan said that was taken back, nobody said.
create view lacking_parts as
    select distinct on (m.item, m.part) m.item, m.part, m.noticed_at, m.noticed_by
    from missing_parts m
    where m.settled_at is null and not exists (select from receipts r
        where r.id = m.movement and r.kind = 'undo')
    order by m.item, m.part, m.id;
grant select on lacking_parts to kitback_app;

-- Nothing becomes clean stock that lacks a part (docs/adr/0028-the-gate.md).
create function keep_gate_of_parts() returns trigger language plpgsql as $$
begin
    if exists (select from lacking_parts where item = new.id) then
        raise serialization_failure using message =
            format('%s does not come to be %s: parts of it are missing', new.code, new.state);
    end if;
    return null;
end $$;
create trigger keep_gate_of_parts after update on items for each row
    when (current_user = 'kitback_app' and new.state in ('available', 'allocated')
        and old.state not in ('available', 'allocated', 'loaded'))
    execute function keep_gate_of_parts();

alter table inspection_lists
    add check (version > 0),
    add check (cardinality(lines) between 1 and 40),
    add unique (sku, version);
alter table examinations
    add check (danger in ('none', 'could', 'is', 'imminent')),
    add check (examined_on <= next_by);
create index on inspections (item, inspected_at);
create index on examinations (item, examined_on, seq);
grant select, insert on inspection_lists, inspections, examinations to kitback_app;
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
        union values ('inspection list set')
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
