from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T02:31:10:402117"
VERSION = "1.38.0"
DESCRIPTION = "What is known of people, and what of it PostgreSQL itself holds to"

RULES = """
alter table people
    add check (weight_kg between 1 and 700),
    add check (home in ('own_home', 'care_home')),
    add check (carers in ('paid', 'family', 'both', 'none')),
    add check (communication <@ array['large_print', 'easy_read', 'braille', 'audio', 'email',
        'text_message', 'text_relay', 'bsl', 'deafblind_manual', 'lipreading', 'hearing_aid',
        'makaton', 'advocate', 'longer_visit', 'other']::varchar[]),
    add check (merged_into <> id);
-- Whoever is looked for by a day or a place is listed in the order of ids, from an index.
drop index people_born_idx;
create index on people (born, id);
create index on people (postcode, id);
create index on people (merged_into) where merged_into is not null;

-- Nobody's record goes on in one that was itself given up.
create function check_merge() returns trigger language plpgsql as $$
begin
    if exists (select from people where id = new.merged_into and merged_into is not null)
        or exists (select from people where merged_into = new.id) then
        raise exception 'a merged record goes on in one that is not' using
            errcode = 'check_violation', constraint = 'merge_is_final';
    end if;
    return null;
end $$;
create constraint trigger merge_is_final after insert or update of merged_into on people
    deferrable initially deferred
    for each row when (new.merged_into is not null) execute function check_merge();

-- Who pays for whom, and under which record somebody goes on: nothing personal, for those who must
-- know it of anybody, such as whoever records a scan.
create view person_funders as select id, funder, merged_into from people;
create function family_of(wanted uuid) returns uuid[] stable language sql as $$
    select array_agg(f.id order by f.id) from person_funders f,
        (select coalesce(merged_into, id) as id from person_funders where id = wanted) s
    where f.id = s.id or f.merged_into = s.id
$$;
grant select on person_funders to kitback_app;

create index on person_looks (person, id);
create index on person_looks (username, id);
create index on person_openings (username, person, until);
alter table person_openings add check (until > opened_at);
create index on person_addresses (person, id);
alter table person_addresses
    add check (kind in ('home', 'temporary')),
    add check ((kind = 'temporary') = (until_on is not null)),
    add check (until_on >= from_on);
create unique index on person_events (person, kind) where withdrawn_at is null;
alter table person_events add check (kind in ('died', 'moved_away'));
create index on person_merges (survivor);
alter table person_merges add check (gone <> survivor);
alter table funder_rules
    add unique (kind, key, from_on),
    add check (kind in ('gp_practice', 'postcode'));
alter table care_home_rules
    add check ((sku is null) <> (category is null)),
    add foreign key (sku) references products on delete restrict,
    add unique nulls not distinct (sku, category, from_on);

grant select, insert on person_openings, person_merges, person_addresses, person_events,
    funder_rules, care_home_rules to kitback_app;
grant update (until_on) on person_addresses to kitback_app;
grant update (withdrawn_at) on person_events to kitback_app;
grant select, insert, delete on match_failures to kitback_app;
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
