"""Who may do what: one table for every action and every other task."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from budget.refusals import NotAllowed

ADMINISTRATOR: Final = "administrator"
COORDINATOR: Final = "coordinator"
PRESCRIBER: Final = "prescriber"
AUTHORISER: Final = "authoriser"
TECHNICIAN: Final = "technician"
DEPOT: Final = "depot"
BUDGET_HOLDER: Final = "budget_holder"
AUDITOR: Final = "auditor"

SYSTEM: Final = "system"
"""Who made what nobody did: no user has this name."""

ROLES: Final = frozenset(
    {
        ADMINISTRATOR,
        COORDINATOR,
        PRESCRIBER,
        AUTHORISER,
        TECHNICIAN,
        DEPOT,
        BUDGET_HOLDER,
        AUDITOR,
    }
)

NEED_SECOND_FACTOR: Final = frozenset({ADMINISTRATOR, AUTHORISER, AUDITOR})
"""Who decides about money, sees everything, or lets others in."""

_STORE: Final = frozenset({COORDINATOR, DEPOT})
_CREW: Final = frozenset({COORDINATOR, DEPOT, TECHNICIAN})
_CARE: Final = frozenset({COORDINATOR, PRESCRIBER, AUTHORISER})
_MONEY: Final = frozenset({COORDINATOR, AUTHORISER, BUDGET_HOLDER, AUDITOR})
_NOBODY_ELSE: Final[frozenset[str]] = frozenset()

# Scans: the actions of the lifecycle. The administrator may do everything and stands nowhere.
ACTION_ROLES: Final[dict[str, frozenset[str]]] = {
    "allocate": _STORE,
    "deallocate": _STORE,
    "load": _CREW,
    "unload": _CREW,
    # Prescribers hand over from a satellite store in their own health centre.
    "deliver": _CREW | {PRESCRIBER},
    "collect": _CREW,
    "return": _CREW | {PRESCRIBER},
    "withdraw": _CREW,
    "clean": _STORE,
    "pass": _STORE,
    "fail": _STORE,
    "repair": _CREW,
    "check": _CREW,
    "move": _CREW,
    "transfer": frozenset({COORDINATOR}),
    "scrap": _STORE,
    "hand_back": _STORE,
    "lose": _CREW,
    "find": _CREW,
    "undo": _CREW | {PRESCRIBER},
    # Whoever sees that it is not safe may stop it; only the store lets it go again.
    "hold": _CREW | {PRESCRIBER},
    "release": _STORE,
}

TASK_ROLES: Final[dict[str, frozenset[str]]] = {
    "change standing data": _NOBODY_ELSE,
    "manage users": _NOBODY_ELSE,
    "take over items": _NOBODY_ELSE,
    "set budgets": _NOBODY_ELSE,
    "close months": _NOBODY_ELSE,
    "receive items": _STORE,
    "print blank labels": _STORE,
    "replace labels": _CREW,
    "print labels": _CREW,
    "change parts": _CREW,
    "add files": _CREW,
    "read files": _CREW | {PRESCRIBER, AUDITOR},
    "read standing data": ROLES,
    "read items": ROLES,
    "read examinations": _CREW | {AUDITOR},
    "read repairs": _CREW | {AUDITOR},
    "send to repairers": _STORE,
    "measure specials": _CREW,
    "work at a depot": _CREW,
    # What makes goods safe is set by whoever answers for the store, not by each who works there.
    "set how products are prepared": frozenset({COORDINATOR}),
    "read what falls due": _CREW | {AUDITOR},
    "scan": frozenset().union(*ACTION_ROLES.values()),
    "register people": _CARE,
    "read people": _CARE | {TECHNICIAN, AUDITOR},
    "match people": frozenset({PRESCRIBER}),
    "merge people": frozenset({COORDINATOR}),
    "open key safes": frozenset({TECHNICIAN}),
    "read looks": frozenset({AUDITOR}),
    "order": _CARE,
    "decide on orders": frozenset({AUTHORISER}),
    "change orders": _CARE,
    "buy specials": _STORE,
    "read orders": _CARE | {DEPOT, AUDITOR},
    "set levels": _STORE,
    "buy stock": _STORE,
    "approve purchases": frozenset({COORDINATOR, BUDGET_HOLDER}),
    "read purchases": _STORE | {BUDGET_HOLDER, AUDITOR},
    "count stock": _STORE,
    "settle counts": _STORE,
    "read counts": _STORE | {AUDITOR},
    "issue in an emergency": frozenset({COORDINATOR, PRESCRIBER}),
    "read emergency issues": frozenset({COORDINATOR, PRESCRIBER, AUDITOR}),
    "read cases": _STORE | {AUDITOR},
    "settle cases": _STORE,
    # Whoever stands in the store may stop what is dangerous at once; the people are called by
    # those who may see them.
    "recall items": _STORE,
    "read recalls": _CREW | {PRESCRIBER, AUDITOR},
    "tell people of recalls": frozenset({COORDINATOR}),
    "read requests": frozenset({COORDINATOR, AUDITOR}),
    "settle requests": frozenset({COORDINATOR}),
    "ask for collections": _CARE,
    "ask for visits": frozenset({COORDINATOR}),
    "read visits": _CARE | _CREW | {AUDITOR},
    "visit": frozenset({COORDINATOR, TECHNICIAN}),
    "plan rounds": frozenset({COORDINATOR}),
    "read rounds": _CREW | {AUDITOR},
    "read jobs": frozenset({COORDINATOR, AUDITOR}),
    "run jobs": frozenset({COORDINATOR}),
    "read figures": frozenset({COORDINATOR, BUDGET_HOLDER, AUDITOR}),
    "read the pool": _MONEY,
    "propose charges": frozenset({COORDINATOR, BUDGET_HOLDER}),
    "decide on charges": frozenset({BUDGET_HOLDER}),
    "propose sharing": frozenset({BUDGET_HOLDER}),
    "decide on sharing": frozenset({BUDGET_HOLDER}),
    "read changes": frozenset({AUDITOR}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: every write and every look carries one."""

    user: UUID
    username: str
    roles: frozenset[str]
    # The partners whose people are theirs: their own, those they also work for, and every
    # predecessor of these that has been succeeded by today.
    partners: frozenset[str] = frozenset()

    def may(self, task: str) -> bool:
        """Whether one of the caller's roles includes the scan action or other task."""
        if ADMINISTRATOR in self.roles:
            return True
        allowed = ACTION_ROLES.get(task) or TASK_ROLES.get(task, frozenset())
        return bool(self.roles & allowed)


def check_may(caller: Caller, task: str) -> None:
    """Raise NotAllowed unless the caller may do this task."""
    if not caller.may(task):
        raise NotAllowed("not-allowed", f"Your account is not set up to {task}.")
