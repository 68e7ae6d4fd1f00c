"""When an item's checks fall due: PAT, LOLER examination, planned service. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from equipment.standing import Kind, Standing


@dataclass(frozen=True, slots=True)
class Due:
    """The days on which checks fall due; None where the product has none.

    Of a product that has them, None says that neither a pass nor a receipt is on record: an item
    taken over without any date. It is not in date until it is checked.
    """

    pat: date | None
    loler: date | None
    service: date | None


def due_dates(standing: Standing, kind: Kind) -> Due:
    """When the next checks are due: the last day in date, or the day since which one is lacking."""
    return Due(
        pat=_pat_due(standing, kind),
        loler=_due(standing.loler_on, kind.loler_months, kind),
        service=_due(standing.service_on, kind.service_months, kind),
    )


def months_on(day: date, months: int) -> date:
    """The same day `months` months later, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _due(on: date | None, months: int | None, kind: Kind) -> date | None:
    if months is None:
        return None
    known = [day for day in (on, kind.received_on) if day is not None]
    return months_on(max(known), months) if known else None


def _pat_due(standing: Standing, kind: Kind) -> date | None:
    if not kind.pat or standing.dirty_on is None:
        return None
    tested = standing.pat_on is not None and standing.pat_on >= standing.dirty_on
    return None if tested else standing.dirty_on
