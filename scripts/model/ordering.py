"""Which loans of the model year were ordered through the service, by which team and when. Pure.

It throws no dice: with orders or without, the year is the same down to the ids.
"""

from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import count, cycle
from typing import Final
from uuid import UUID, uuid5

from budget.years import LONDON
from equipment.working_days import WORKING_DAYS
from scripts.model.calendar import RUN_IN_FROM, working_days_on
from scripts.model.demand import Demand, Share
from scripts.model.service import CHILDRENS_TEAM, DISCHARGE_TEAM, TEAMS

ORDER: Final = "order"
"""Under which name the play's scans carry it."""
ORDERED_MAX: Final = 8_000
"""Of a whole year the rest was asked for by telephone: more would only make the play longer."""
_SPEEDS: Final = ("3_day", "5_day", "7_day", "next_day")
_AT: Final = time(10, 15)


@dataclass(slots=True)
class OrderBook:
    """Says of each delivery whether a team ordered it: an even share of all of them."""

    namespace: UUID
    share: float
    _asked: Share = field(default_factory=lambda: Share(0.5))
    _numbers: "count[int]" = field(default_factory=count)
    _speeds: "cycle[str]" = field(default_factory=lambda: cycle(_SPEEDS))
    _teams: "dict[str, cycle[str]]" = field(default_factory=dict)

    def order(self, demand: Demand) -> dict[str, str | int] | None:
        """The order behind a delivery, as scripts/playing/orders.py keeps it; None without one."""
        if demand.deliver_on < RUN_IN_FROM or not self._asked.takes(self.share):
            return None
        number, speed = next(self._numbers), next(self._speeds)
        ordered_on = working_days_on(demand.deliver_on, -WORKING_DAYS[speed])
        return {
            "id": str(uuid5(self.namespace, f"order {number}")),
            "line": str(uuid5(self.namespace, f"line {number}")),
            "by": self._team(demand),
            "person": str(demand.borrower.id),
            "funder": demand.borrower.funder,
            "depot": demand.borrower.depot,
            "sku": demand.line.sku,
            "price_pence": demand.line.price_pence,
            "speed": speed,
            "ordered_at": datetime.combine(ordered_on, _AT, LONDON).isoformat(),
            "due_on": demand.deliver_on.isoformat(),
        }

    def _team(self, demand: Demand) -> str:
        """The next of the funder's; those for children have one for the whole county."""
        if demand.line.category == "Paediatric":
            return CHILDRENS_TEAM
        funder = demand.borrower.funder
        teams = self._teams.get(funder)
        if teams is None:
            own = [team.username for team in TEAMS if team.partner == funder and not team.also]
            teams = self._teams[funder] = cycle([*own, *own, DISCHARGE_TEAM])
        return next(teams)


def book_for(namespace: UUID, asked: list[Demand]) -> OrderBook:
    """The book of a year in which so much is asked for."""
    many = sum(1 for demand in asked if demand.deliver_on >= RUN_IN_FROM)
    return OrderBook(namespace, min(1.0, ORDERED_MAX / max(many, 1)))
