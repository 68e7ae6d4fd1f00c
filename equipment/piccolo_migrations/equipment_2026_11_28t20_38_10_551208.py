from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T20:38:10:551208"
VERSION = "1.38.0"
DESCRIPTION = "What a recall's end costs: room for its list, and months that are not looked through"

RULES = """
-- A recall's end changes each line of its list: where the page has room, no index is written anew.
alter table recall_items set (fillfactor = 50);

-- As before; of the movements, only those months are made ready in which the statement's came.
create or replace function keep_let_go() returns trigger language plpgsql as $$
declare
    freed text;
    since timestamptz;
    until timestamptz;
begin
    if not exists (select from stale where recalled is not null)
        or not exists (select from fresh where recalled is null) then
        return null;
    end if;
    -- Planned for as many as there are: what suits one does not suit all of a batch.
    execute '
        select f.code from stale s join fresh f on f.id = s.id
        where s.recalled is not null and f.recalled is null and exists (
            select from recall_items n join recalls r on r.id = n.recall
            where n.item = f.id and n.ended_at is null and r.closed_at is null)
        limit 1' into freed;
    if freed is not null then
        raise check_violation using message = 'an open recall holds item ' || freed;
    end if;
    if current_user <> 'kitback_app' then
        return null;
    end if;
    select min(updated_at), max(updated_at) into since, until from fresh;
    -- Each by the index of its own movements: "not exists" may read them all.
    execute '
        select f.code from stale s join fresh f on f.id = s.id
        where s.recalled is not null and f.recalled is null
            and s.held_at is not null and f.held_at is null
            and (select true from movements m
                where m.item = f.id and m.recorded_at = f.updated_at and m.id = f.newest_movement
                    and m.recorded_at between $1 and $2
                    and m.action = ''release'' and m.from_state = s.state
                    and (m.state, m.held_at, m.recalled)
                        is not distinct from (f.state, f.held_at, f.recalled)
                limit 1) is null
        limit 1' into freed using since, until;
    if freed is not null then
        raise serialization_failure using message = freed || ': no movement says that it is free';
    end if;
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
