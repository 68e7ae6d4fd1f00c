"""Tells Piccolo which tables the store has and where their migrations lie."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="equipment",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "equipment.tables",
            "equipment.catalogue.catalogue_tables",
            "equipment.people.person_tables",
            "equipment.orders.order_tables",
            "equipment.parts.part_tables",
            "equipment.inspection.inspection_tables",
            "equipment.washing.wash_tables",
            "equipment.files.file_tables",
            "equipment.repairs.repair_tables",
            "equipment.measuring.measuring_tables",
            "equipment.recalls.recall_tables",
            "equipment.printers.printer_tables",
            "equipment.stock.stock_tables",
        ],
        exclude_imported=True,
    ),
    migration_dependencies=["budget.piccolo_app"],
    commands=[],
)
