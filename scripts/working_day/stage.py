"""Who acts on the example's day, on which days, and the ids of all that they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from equipment.staff.roles import Caller
from scripts.working_day.errands import Days


@dataclass(frozen=True, slots=True)
class Stage:
    """What everything that happens on the day has in common."""

    callers: Mapping[str, Caller]
    days: Days
    namespace: UUID

    def id_of(self, name: str) -> UUID:
        """The id of something that happens on this day: the same each time."""
        return uuid5(self.namespace, name)
