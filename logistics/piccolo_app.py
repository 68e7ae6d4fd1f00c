"""Tells Piccolo which tables the visits have and where their migrations lie."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="logistics",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        ["logistics.tables", "logistics.phones.phone_tables"], exclude_imported=True
    ),
    migration_dependencies=["budget.piccolo_app", "equipment.piccolo_app"],
    commands=[],
)
