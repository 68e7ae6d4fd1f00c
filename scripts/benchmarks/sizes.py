"""How much each benchmark does: enough to be steady, or little, to try it out."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Sizes:
    """The usual sizes; seconds are those of one stretch of measuring."""

    floor_s: float = 8.0
    floor_warm_up_s: float = 2.0
    floor_items: int = 20_000
    stretch_s: float = 10.0
    # How often the measured thing and the floor take turns.
    turns: int = 2
    # A share of the model year: the service that is scanned and read.
    store_scale: float = 1 / 8
    # What of its scans is recorded before measuring, so that all kinds of them follow.
    history: float = 0.1
    # Whether what the clock has missed is done before, as it is in a service that has stood long.
    settled: bool = True
    warm_up: int = 1_500
    # How many scans are sent only to count statements; 0 where no statements are counted at all.
    counted: int = 600
    batch: int = 200
    labels: int = 1_000
    starts: int = 5
    # What the reports are timed over, and what is folded.
    movements: int = 100_000
    grown: int = 10
    # What sixteen phones' scans are gathered into.
    gathered: int = 16
    # How long each report is asked for at a time, one request after another.
    report_s: float = 1.0
    reports: int = 8
    report_warm_up: int = 1
    # What prescribers look through.
    clinic_people: int = 120_000
    clinic_items: int = 200_000
    clinic_orders: int = 100_000
    # How long a day is planned, and against how long; of how many days.
    plan_s: float = 5.0
    plan_long_s: float = 60.0
    plan_days: int = 3
    # How long each file of vehicle routing, and how many customers the largest may have.
    vrptw_s: float = 10.0
    vrptw_customers: int = 1_000
    # How many labels are held before a phone's camera.
    filmed: int = 40
    # Of the model year, which demo_year plays.
    demo_scale: float = 1.0

    def with_clinic(self, share: float) -> "Sizes":
        """With that share of what prescribers look through at the usual size."""
        usual = Sizes()
        return replace(
            self,
            clinic_people=round(usual.clinic_people * share),
            clinic_items=round(usual.clinic_items * share),
            clinic_orders=round(usual.clinic_orders * share),
        )


BRIEF: Final = Sizes(
    floor_s=3,
    floor_warm_up_s=1,
    stretch_s=4,
    turns=1,
    store_scale=1 / 25,
    warm_up=500,
    starts=2,
    movements=20_000,
    report_s=0.5,
    reports=4,
    clinic_people=12_000,
    clinic_items=20_000,
    clinic_orders=10_000,
    plan_long_s=20,
    plan_days=1,
    vrptw_customers=100,
    filmed=10,
    demo_scale=1 / 20,
)
"""To try a change out in a few minutes."""
