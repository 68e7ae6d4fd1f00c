"""The service of the example: who pays, where its depots and vans are, who works there. Pure.

The partners and districts are real; the depots, vans and users are made up.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from equipment.places import Depot, Shift, Van

MAIN: Final = "NOTTM"
NORTH: Final = "MANSF"
CUPBOARD: Final = "RADFD"
DEPOTS: Final = (
    Depot(MAIN, "Nottingham depot", "NG7 2NR", "depot", "15:00"),
    Depot(NORTH, "Mansfield depot", "NG18 5BU", "depot", "14:00"),
    Depot(CUPBOARD, "Radford health centre cupboard", "NG7 3GF", "satellite"),
)
_DAY: Final = Shift("07:00", "16:30")
VANS: Final = (
    Van("NOTTM-1", MAIN, 1_200, 10_500, _DAY, 2),
    Van("NOTTM-2", MAIN, 1_000, 8_000, _DAY, 1),
    Van("NOTTM-3", MAIN, 1_000, 8_000, Shift("10:30", "19:00"), 1),
    Van("MANSF-1", NORTH, 1_200, 10_500, _DAY, 2),
    Van("MANSF-2", NORTH, 1_000, 8_000, _DAY, 1),
)
# More that go out on a busy day; the model year does without.
MORE_VANS: Final = (
    Van("NOTTM-4", MAIN, 1_200, 10_500, _DAY, 2),
    Van("NOTTM-5", MAIN, 1_000, 8_000, _DAY, 1),
    Van("MANSF-3", NORTH, 1_000, 8_000, Shift("08:00", "17:30"), 2),
)


@dataclass(frozen=True, slots=True)
class Worker:
    """A user of the example, by a name that says the role."""

    username: str
    role: str
    partner: str | None = None
    depot: str | None = None
    team: str | None = None
    level: int | None = None
    order_limit_pence: int | None = None
    # Other partners whose people are theirs, too.
    also: tuple[str, ...] = ()


COORDINATOR: Final = "coordinator"
PRESCRIBER: Final = "prescriber"
# Whose people the prescriber hands walking aids to, from the cupboard.
PRESCRIBER_FOR: Final = "04K"
# Orders for whoever comes home from hospital, without limits of money.
DISCHARGE_TEAM: Final = "discharge-team"
# Orders whatever children need, for all partners.
CHILDRENS_TEAM: Final = "childrens-therapy"
_CCGS: Final = ("02Q", "04E", "04H", PRESCRIBER_FOR, "04L", "04M", "04N")


def _team(username: str, partner: str, name: str, *also: str) -> "Worker":
    return Worker(username, "prescriber", partner=partner, team=name, level=4, also=also)


# One prescriber stands for each team that orders in the model year.
TEAMS: Final = (
    _team("city-therapy", PRESCRIBER_FOR, "City community therapy"),
    _team("city-nursing", PRESCRIBER_FOR, "City community nursing"),
    _team("gedling-therapy", "04L", "Gedling community therapy"),
    _team("broxtowe-therapy", "04M", "Broxtowe community therapy"),
    _team("rushcliffe-nursing", "04N", "Rushcliffe community nursing"),
    _team("ashfield-nursing", "04E", "Ashfield community nursing"),
    _team("mansfield-therapy", "04E", "Mansfield community therapy"),
    _team("newark-therapy", "04H", "Newark community therapy"),
    _team("bassetlaw-therapy", "02Q", "Bassetlaw community therapy"),
    _team("county-reablement", "511", "County reablement"),
    _team("county-therapy", "511", "County occupational therapy"),
    _team("city-reablement", "512", "City reablement"),
    _team(CHILDRENS_TEAM, "511", "Children's therapy", "512", *_CCGS),
)
WORKERS: Final = (
    Worker(COORDINATOR, "coordinator"),
    Worker(
        PRESCRIBER,
        "prescriber",
        partner=PRESCRIBER_FOR,
        depot=CUPBOARD,
        team="Radford community therapy",
        level=3,
        order_limit_pence=50_000,
    ),
    Worker(
        DISCHARGE_TEAM,
        "prescriber",
        partner="04N",
        team="Hospital discharge",
        level=4,
        also=("02Q", "04E", "04H", PRESCRIBER_FOR, "04L", "04M", "511", "512"),
    ),
    Worker("authoriser", "authoriser", partner=PRESCRIBER_FOR, level=4),
    Worker("technician", "technician", depot=MAIN),
    Worker("technician-2", "technician", depot=MAIN),
    Worker("technician-mansfield", "technician", depot=NORTH),
    Worker("technician-mansfield-2", "technician", depot=NORTH),
    Worker("depot", "depot", depot=MAIN),
    Worker("depot-mansfield", "depot", depot=NORTH),
    Worker("budget-holder", "budget_holder", partner=PRESCRIBER_FOR),
    Worker("auditor", "auditor"),
    *TEAMS,
)
_STORE: Final = {MAIN: "depot", NORTH: "depot-mansfield"}
_CREW: Final = {MAIN: "technician", NORTH: "technician-mansfield"}

# Districts by their codes of the Office for National Statistics.
DISTRICTS: Final = {
    "E06000018": "Nottingham",
    "E07000170": "Ashfield",
    "E07000171": "Bassetlaw",
    "E07000172": "Broxtowe",
    "E07000173": "Gedling",
    "E07000174": "Mansfield",
    "E07000175": "Newark and Sherwood",
    "E07000176": "Rushcliffe",
}
_NORTHERN: Final = frozenset({"E07000170", "E07000171", "E07000174", "E07000175"})
# Roughly where each partner's people live: the CCGs' borders were not quite the districts'.
_LIVE_IN: Final = {
    "04K": ("E06000018",),
    "04L": ("E07000173",),
    "04M": ("E07000172",),
    "04N": ("E07000176",),
    "04E": ("E07000170", "E07000174"),
    "04H": ("E07000175",),
    "02Q": ("E07000171",),
    "512": ("E06000018",),
}


def districts_of(funder: str) -> tuple[str, ...]:
    """Where the people live for whom a partner pays; the county's are all but the city."""
    return _LIVE_IN.get(funder, tuple(DISTRICTS)[1:])


def depot_for(district: str) -> str:
    """The depot whose vans go there."""
    return NORTH if district in _NORTHERN else MAIN


def store_of(depot: str) -> str:
    """Who works in the depot."""
    return _STORE[depot]


def crew_of(depot: str) -> str:
    """Who drives from the depot."""
    return _CREW[depot]


def van_from(depot: str, crew: int, rng: Random) -> str:
    """One of the depot's vans with at least that crew."""
    return rng.choice([van.code for van in VANS if van.depot == depot and van.crew >= crew])
