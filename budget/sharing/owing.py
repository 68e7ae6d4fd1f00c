"""What each partner would owe: if the year ended on a day, and if it ends as is forecast."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from budget.forecasting.year_ends import ForecastNote
from budget.positions import contributed, positions
from budget.sharing.agreements import Agreement
from budget.sharing.shares import owed_beyond


class Owes(msgspec.Struct, frozen=True):
    """A partner's part, in pence.

    `borne`: what it bears of all that was spent; by lines where something was agreed.
    `overspend_share`: its part of what was spent beyond the contributions (below 0: within). It
    owes its contribution and that. `forecast_owes`: the same for the year's forecast end.
    """

    ods: str
    name: str
    contribution_pence: int
    net_pence: int
    borne_pence: int
    lines_pence: dict[str, int]
    overspend_share_pence: int
    owes_pence: int
    cap_pence: int | None
    forecast_owes_pence: int


class Owing(msgspec.Struct, frozen=True):
    """What everyone would owe; `beyond_caps`: all caps were reached, and the rest divided anyway.

    Without an agreement all is shared in proportion to the contributions.
    """

    year: str
    as_of: date
    agreements: list[Agreement]
    overspend_pence: int
    beyond_caps: bool
    forecast: ForecastNote | None
    partners: list[Owes]


async def owing(year: str, as_of: date | None, now: datetime) -> Owing:
    """What each partner bears and owes at the end of a day. Wrong for a malformed year."""
    budget, ends, shared = await positions(year, as_of, now)
    found, cap = contributed(budget), shared.cap_percent
    ending = ends.pool.forecast_pence - budget.pool.contribution_pence
    later = owed_beyond(ending, shared, found)
    partners = []
    for row in budget.partners:
        put_in, share = row.contribution_pence, row.overspend_share_pence or 0
        most = put_in * cap // 100 if cap is not None and put_in else None
        partners.append(
            Owes(
                ods=row.ods,
                name=row.name,
                contribution_pence=put_in,
                net_pence=row.net_pence,
                borne_pence=shared.borne[row.ods],
                lines_pence=_of(shared.lines, row.ods),
                overspend_share_pence=share,
                owes_pence=put_in + share,
                cap_pence=most,
                forecast_owes_pence=put_in + later[row.ods],
            )
        )
    return Owing(
        year=year,
        as_of=budget.as_of,
        agreements=list(shared.agreements),
        overspend_pence=budget.pool.overspend_share_pence or 0,
        beyond_caps=any(
            each.cap_pence is not None and each.overspend_share_pence > each.cap_pence
            for each in partners
        ),
        forecast=budget.forecast,
        partners=partners,
    )


def _of(lines: Mapping[str, Mapping[str, int]], ods: str) -> dict[str, int]:
    return {line: parts[ods] for line, parts in lines.items()}
