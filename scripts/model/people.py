"""The people of the model year: invented names at real postcodes. Pure.

NHS numbers come from 999, the range that the NHS keeps for tests; telephone numbers from those
that Ofcom keeps for drama.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final
from uuid import UUID, uuid5

from scripts.model.service import DISTRICTS, depot_for, districts_of

# Names, separated by spaces.
_FIRST_NAMES: Final = (
    "Ada Agnes Albert Alice Amina Arthur Aubrey Basil Beryl Brenda Cecil Clive Cyril Daphne Dilip"
    " Doris Edith Edna Elsie Enid Ernest Ethel Eunice Farida Florence Frank Gladys Gurpreet Harold"
    " Hilda Horace Ida Iris Ivor Jagdish Jean Joan Joyce Kenneth Krystyna Leonard Lilian Mabel"
    " Maureen Mildred Muriel Nora Norman Olive Parveen Percy Phyllis Ralph Reginald Ronald Rose"
    " Sheila Sidney Stanislaw Sylvia Thelma Vera Victor Violet Walter Wilfred Winifred Zofia"
)
_CHILDREN: Final = (
    "Aisha Alfie Amelia Archie Ava Ayaan Caleb Chloe Daisy Ellie Ethan Evie Freya Harley Isla"
    " Jayden Kian Layla Leo Maisie Mia Mohammed Noah Oscar Poppy Riley Ruby Tyler Zara"
)
_LAST_NAMES: Final = (
    "Ackroyd Allsop Bagshaw Barlow Beardsley Bestwick Birkin Blatherwick Bramley Brewill Calladine"
    " Chappell Cheetham Clamp Cropper Cutts Daykin Dhillon Dobbs Eyre Fearn Flint Gamble Gell"
    " Goddard Godber Hallam Hardstaff Hickling Hoyland Hussain Jarvis Keeton Kirkbride Kowalska"
    " Leivers Limb Mellors Meakin Naylor Oldershaw Oscroft Pacey Parr Patel Pogson Radford Raynor"
    " Renshaw Sansom Shacklock Sisson Slack Smedley Spolton Straw Swain Tansley Tagg Tomlinson"
    " Towle Truswell Voce Wagstaff Walvin Wardle Whysall Widdowson Winfield Wragg Yeomans"
)
_ROADS: Final = (
    "Alder Bracken Cotter Drovers Elder Fallow Gorse Hawthorn Ivy Juniper Kestrel Larch Minster"
    " Nettle Orchard Plover Quarry Rowan Sorrel Teasel Upland Viaduct Willow Yarrow"
)
_ROAD_KINDS: Final = ("Road", "Street", "Avenue", "Close", "Rise", "Gardens", "Lane", "Drive")
_NEEDS: Final = (
    "Large print",
    "Hard of hearing: knock loudly",
    "Interpreter: Polish",
    "Interpreter: Punjabi",
    "Key safe by the back door: telephone first",
    "Two carers, four visits a day",
    "Second floor, no lift",
    "Lives with dementia: a relative will be there",
    "Oxygen in use: no naked flame",
    "Dog in the house",
)
_NEEDY: Final = 0.4
_TOWARDS: Final = date(2018, 4, 1)
_NUMBERS: Final = 1_000_000
_STRIDE: Final = 618_033  # without a factor in common with a million: no number comes twice
_DRAMA: Final = "0115 496 0"
_MODULUS: Final = 11


@dataclass(frozen=True, slots=True)
class Borrower:
    """Somebody to whom the service lends, and the depot that serves them."""

    id: UUID
    name: str
    nhs_number: str
    born: date
    address: str
    postcode: str
    phone: str
    funder: str
    needs: tuple[str, ...]
    depot: str


@dataclass(slots=True)
class Register:
    """Makes people up, one after another: the same seed, the same people."""

    namespace: UUID
    postcodes: Mapping[str, list[str]]
    rng: Random
    people: list[Borrower] = field(default_factory=list)
    middle: int = 0

    def add(self, funder: str, *, child: bool) -> Borrower:
        """Somebody new for whom this partner pays."""
        rng = self.rng
        first_names = _words(_CHILDREN if child else _FIRST_NAMES)
        district = rng.choice([each for each in districts_of(funder) if self.postcodes.get(each)])
        road = f"{rng.randrange(1, 160)} {rng.choice(_words(_ROADS))} {rng.choice(_ROAD_KINDS)}"
        borrower = Borrower(
            id=uuid5(self.namespace, f"person {len(self.people)}"),
            name=f"{rng.choice(first_names)} {rng.choice(_words(_LAST_NAMES))}",
            nhs_number=self._nhs_number(),
            born=_born(rng, child=child),
            address=f"{road}, {DISTRICTS[district]}",
            postcode=rng.choice(self.postcodes[district]),
            phone=f"{_DRAMA}{rng.randrange(1000):03d}",
            funder=funder,
            needs=(rng.choice(_NEEDS),) if rng.random() < _NEEDY else (),
            depot=depot_for(district),
        )
        self.people.append(borrower)
        return borrower

    def _nhs_number(self) -> str:
        """The next that is one: where the check would be ten, there is no number."""
        while True:
            self.middle = (self.middle + _STRIDE) % _NUMBERS
            found = spare_nhs_number(self.middle)
            if found is not None:
                return found


@cache
def _words(text: str) -> list[str]:
    return text.split()


def spare_nhs_number(middle: int) -> str | None:
    """The number of the test range with these six digits in its middle, if there is one."""
    digits = f"999{middle:06d}"
    weights = range(10, 1, -1)
    check = -sum(int(d) * weight for d, weight in zip(digits, weights, strict=True)) % _MODULUS
    return f"{digits}{check}" if check < _MODULUS - 1 else None


def by_district(rows: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """The postcodes of each of the pool's districts, from the rows of the postcode file."""
    found: dict[str, list[str]] = {district: [] for district in DISTRICTS}
    for row in rows:
        if row["district"] in found:
            found[row["district"]].append(row["postcode"])
    return found


def _born(rng: Random, *, child: bool) -> date:
    youngest, usual, oldest = (2.0, 8.0, 16.0) if child else (19.0, 83.0, 101.0)
    return _TOWARDS - timedelta(days=int(rng.triangular(youngest, oldest, usual) * 365.25))
