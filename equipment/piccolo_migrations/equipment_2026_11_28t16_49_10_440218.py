from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T16:49:10:440218"
VERSION = "1.38.0"
DESCRIPTION = "What holds of printers and of each label"

RULES = """
alter table printers
    add check (size in ('51x25', '57x32', '76x51')),
    add check (dpi in (203, 300)),
    add check (port between 1024 and 65535),
    add check (version > 0);
alter table printer_states add check (state in ('unknown', 'ready', 'busy', 'out_of_labels',
    'out_of_ribbon', 'head_open', 'paused', 'silent', 'gone', 'not_allowed'));
alter table print_jobs
    add check (labels between 1 and 1000),
    add check (ended_at >= asked_at);
alter table print_labels
    add check (state in ('waiting', 'sending', 'sent', 'printed', 'unsure', 'cancelled')),
    add check (state not in ('waiting', 'cancelled') or begun_at is null),
    add check (state not in ('sending', 'sent', 'unsure') or begun_at is not null),
    add check (state <> 'printed' or told_by is not null),
    add check (counted >= 0);

-- One label at a time: were two begun, and the printer died, nobody could say which came out.
create unique index print_labels_in_hand on print_labels (printer)
    where state in ('sending', 'sent');
create index on print_labels (printer, id) where state = 'waiting';
create index on print_labels (printer, id) where state = 'unsure';
create index on print_labels (id) where state = 'unsure';
create index on print_labels (job, id);
create index on printers (depot, code);
create index on print_jobs (seq);
create index on print_jobs (printer, seq);
create index on print_jobs (seq) where ended_at is null;
create index on print_jobs (printer, seq) where ended_at is null;

create function print_label_moves() returns trigger language plpgsql as $$
begin
    if old.state is distinct from new.state and (old.state, new.state) not in (
        ('waiting', 'sending'), ('waiting', 'cancelled'),
        ('sending', 'sent'), ('sending', 'waiting'), ('sending', 'printed'),
        ('sending', 'unsure'),
        ('sent', 'waiting'), ('sent', 'printed'), ('sent', 'unsure'),
        ('unsure', 'waiting'), ('unsure', 'printed')) then
        raise exception 'a label that is % does not become %', old.state, new.state
            using errcode = 'check_violation';
    end if;
    if old.printer is distinct from new.printer
        and (old.state, new.state) <> ('waiting', 'waiting') then
        raise exception 'a label that was begun stays with its printer'
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger print_label_moves before update on print_labels
    for each row execute function print_label_moves();

grant select, insert, update on printers, printer_states to kitback_app;
grant select, insert, update (printer, ended_at) on print_jobs to kitback_app;
grant select, insert,
    update (printer, state, changed_at, begun_at, counted, told_by, why) on print_labels
    to kitback_app;
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
        union values ('printer set up'), ('printer changed')
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
