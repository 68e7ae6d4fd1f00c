from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T14:40:10:551207"
VERSION = "1.38.0"
DESCRIPTION = "What is lent though a recall holds it is fetched as well"

RULES = """
-- What had gone out before its recall was known, and is told of afterwards, is to be fetched, too.
create function note_recalled_out() returns trigger language plpgsql as $$
begin
    update recall_items n set visits_behind = true
    where n.item = new.id and n.ended_at is null and not n.visits_behind
        and exists (select from recalls r
            where r.id = n.recall and r.closed_at is null and r.action = 'collect');
    return null;
end $$;
create trigger note_recalled_out after update on items for each row
    when (new.recalled is not null and new.state = 'on_loan' and old.state <> 'on_loan')
    execute function note_recalled_out();
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
