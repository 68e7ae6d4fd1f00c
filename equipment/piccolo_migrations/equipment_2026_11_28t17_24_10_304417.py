from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T17:24:10:304417"
VERSION = "1.38.0"
DESCRIPTION = "What a recall holds and lets go is looked at once a statement"

RULES = """
-- A recall lets go of two hundred thousand items in one statement: looked at one by one, each cost
-- ten times what its own writing does. Where it ends, all of it is looked at together, and the row's
-- own gate (docs/adr/0028-the-gate.md) goes on looking at everything else that changes with it.
drop trigger keep_recalled on items;
drop function keep_recalled();
create function keep_let_go() returns trigger language plpgsql as $$
declare
    freed text;
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
    -- Each by the index of its own movements: "not exists" may read them all.
    execute '
        select f.code from stale s join fresh f on f.id = s.id
        where s.recalled is not null and f.recalled is null
            and s.held_at is not null and f.held_at is null
            and (select true from movements m
                where m.item = f.id and m.recorded_at = f.updated_at and m.id = f.newest_movement
                    and m.action = ''release'' and m.from_state = s.state
                    and (m.state, m.held_at, m.recalled)
                        is not distinct from (f.state, f.held_at, f.recalled)
                limit 1) is null
        limit 1' into freed;
    if freed is not null then
        raise serialization_failure using message = freed || ': no movement says that it is free';
    end if;
    return null;
end $$;
create trigger keep_let_go after update on items
    referencing old table as stale new table as fresh
    for each statement execute function keep_let_go();

drop trigger keep_gate on items;
create trigger keep_gate after update on items for each row when (current_user = 'kitback_app' and (
    (old.state <> new.state
        and new.state in ('available', 'allocated', 'loaded', 'on_loan', 'given', 'cleaned',
            'in_repair')
        and not (old.state in ('available', 'allocated', 'loaded')
            and new.state in ('available', 'allocated', 'loaded', 'on_loan', 'given')))
    -- What a recall lets go is looked at by keep_let_go().
    or (old.held_at is not null and new.held_at is null
        and not (old.recalled is not null and new.recalled is null))
    or (old.pat_on, old.loler_on, old.service_on, old.received_on)
        is distinct from (new.pat_on, new.loler_on, new.service_on, new.received_on)
    or (new.dirty_on is distinct from old.dirty_on
        and (new.state <> 'returned' or new.dirty_on is null or new.dirty_on < old.dirty_on))))
    execute function keep_gate();

-- That a recall's list names items and a recall that there are: at once for the whole list, too. The
-- items are locked by the recall that lists them, which is written in the same transaction.
alter table recall_items
    drop constraint recall_items_item_fkey,
    drop constraint recall_items_recall_fkey;
create function keep_recall_items() returns trigger language plpgsql as $$
declare
    unknown bigint;
begin
    execute '
        select f.id from fresh f
        where not exists (select from items i where i.id = f.item)
            or not exists (select from recalls r where r.id = f.recall)
        limit 1' into unknown;
    if unknown is not null then
        raise foreign_key_violation using message = 'there is no such item, or no such recall';
    end if;
    return null;
end $$;
create trigger keep_recall_items after insert on recall_items
    referencing new table as fresh for each statement execute function keep_recall_items();
create function keep_what_is_recalled() returns trigger language plpgsql as $$
declare
    listed boolean := true;
begin
    if tg_table_name = 'items' then
        listed := exists (select from recall_items where item = old.id);
    elsif tg_table_name = 'recalls' then
        listed := exists (select from recall_items where recall = old.id);
    end if;
    if listed then
        raise foreign_key_violation using message = 'it is on the list of a recall';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger keep_what_is_recalled before delete or update of id on items
    for each row execute function keep_what_is_recalled();
create trigger keep_what_is_recalled before delete or update of id on recalls
    for each row execute function keep_what_is_recalled();
create trigger keep_what_is_recalled before update of item, recall on recall_items
    for each row when ((old.item, old.recall) is distinct from (new.item, new.recall))
    execute function keep_what_is_recalled();
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
