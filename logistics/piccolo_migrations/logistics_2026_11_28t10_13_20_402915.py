from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T10:13:20:402915"
VERSION = "1.38.0"
DESCRIPTION = "What phones promise, in the database itself"

RULES = """
create unique index on phones (seq);
create index on phones ("user");
alter table phones
    add check (unsent >= 0 and newest >= 0),
    add check ((revoked_at is null) = (revoked_by is null)),
    add check (wiped_at is null or revoked_at is not null);

-- A number comes once, and so does an entry: whatever is repeated has one effect.
create unique index phone_entries_number on phone_entries (phone, number);
create unique index phone_entries_entry on phone_entries (phone, entry);
create index phone_entries_unanswered on phone_entries (phone, number) where status is null;
alter table phone_entries
    add check (number > 0),
    add check (kind in ('scan', 'outcome', 'late', 'note')),
    add check (octet_length(content) = 32),
    add check (occurred_at <= received_at),
    add check (status in ('accepted', 'refused')),
    add check ((problem is not null) = (status is not distinct from 'refused'));

-- An answer that was given stands: a repeat gets the same one.
create function refuse_another_answer() returns trigger language plpgsql as $$
begin
    if old.status is not null then
        raise exception 'entry % of phone % was answered already', old.number, old.phone
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger answered_once before update on phone_entries
    for each row execute function refuse_another_answer();

create unique index on phone_days (phone, day);
create index on phone_days (day);
create index on phone_photos (entry);
alter table phone_photos
    add check (octet_length(content) <= 4194304 and digest = sha256(content)),
    add check (width_px > 0 and height_px > 0);
create unique index on round_delays (id);
create index on round_delays (round, seq);
alter table round_delays add check (minutes between 0 and 720);

-- What is on a van, for its crew.
create index on items (van) where van is not null;

-- A photograph shows somebody's home: the service's office sees it, and who took it on that day.
alter table phone_photos enable row level security;
create policy seen on phone_photos for select using (
    (select viewer_sees_everyone()) or (
        taken_by = (select viewer() ->> 'technician')
        and (kept_at at time zone 'Europe/London')::date
            = ((select (viewer() ->> 'now')::timestamptz) at time zone 'Europe/London')::date));
create policy written on phone_photos for insert with check ((select viewer()) is not null);

do $$
declare
    known text;
begin
    select string_agg(quote_literal(m[1]), ', ') into known from pg_constraint,
        regexp_matches(pg_get_constraintdef(oid), '''([^'']+)''', 'g') m
        where conname = 'changes_what_check';
    alter table changes drop constraint changes_what_check;
    execute 'alter table changes add constraint changes_what_check check (what in ('
        || known || ', ''phone revoked''))';
end $$;

grant select, insert, update (name, heard_at, unsent, newest, missing, clock_slow_s, revoked_at,
    revoked_by, wiped_at) on phones to kitback_app;
grant select, insert, update (status, item, problem) on phone_entries to kitback_app;
grant select, insert, delete on phone_days to kitback_app;
grant select, insert on phone_photos, round_delays to kitback_app;
grant usage on all sequences in schema public to kitback_app;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="logistics", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        assert engine is not None
        # One script of many statements: only the connection's own execute() takes that.
        await engine.current_transaction.get().connection.execute(RULES)

    manager.add_raw(run)
    return manager
