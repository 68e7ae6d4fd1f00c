from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-28T16:40:10:118402"
VERSION = "1.38.0"
DESCRIPTION = "Reckon what falls due by statements that are planned once; know texts well"

RULES = """
-- A function in SQL plans what it does anew at each call, which cost more than doing it: a
-- quarter of a millisecond for each item that came and went.
create or replace function reckon_dues(ids bigint[]) returns void language plpgsql as $$
begin
    delete from check_dues where item = any(ids);
    insert into check_dues (item, kind, due_on, depot, at_home) select * from dues_of(ids);
end $$;

-- A part of a text is found by going through the list, or by an index of its parts: how many rows
-- contain it decides. A hundred values say of none, or of a hundredth at least, that they do.
alter table products alter name set statistics 1000, alter sku set statistics 1000;
alter table item_texts alter text set statistics 1000;
analyze products (name, sku), item_texts (text);
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
