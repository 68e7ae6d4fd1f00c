"""Tells Piccolo which tables the pool has and where their migrations lie."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from budget.tables import (
    BudgetYear,
    Change,
    ClosedMonth,
    Commitment,
    Contribution,
    Forecast,
    Partner,
    PoolCharge,
    Posting,
    SharingAgreement,
    Statement,
    Tally,
)

APP_CONFIG = AppConfig(
    app_name="budget",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Partner,
        BudgetYear,
        Contribution,
        Commitment,
        Posting,
        Tally,
        ClosedMonth,
        Statement,
        PoolCharge,
        SharingAgreement,
        Forecast,
        Change,
    ],
    migration_dependencies=[],
    commands=[],
)
