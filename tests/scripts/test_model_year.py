"""The model year, without a database: what happens in it, and that the lifecycle allows it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from budget.years import london_day
from equipment.lifecycle import ACTIONS, decide
from equipment.people.nhs_numbers import is_nhs_number
from equipment.standing import Act, Check, Kind, Standing, State
from scripts.example_service import contributions, sources
from scripts.model.calendar import THE_END, YEAR_FROM, is_in_year
from scripts.model.demand import demands, read_line
from scripts.model.people import Borrower, Register, by_district
from scripts.model.scans import Goods, Scan
from scripts.model.service import districts_of
from scripts.model.year import Happening, play

SOURCES = sources()
PRODUCTS = {row["sku"]: row for row in SOURCES.catalogue}


def played(scale: float = 1 / 200, seed: int = 1) -> tuple[Sequence[Borrower], list[Happening]]:
    """The people and all that happens."""
    year = play(SOURCES, scale, seed)
    return year.people, list(year.happenings)


PEOPLE, HAPPENINGS = played()


@dataclass
class Store:
    """Every item as the lifecycle leaves it, one act after another."""

    skus: dict[int, str] = field(default_factory=dict)
    received_on: dict[int, date] = field(default_factory=dict)
    past: dict[int, list[Standing]] = field(default_factory=dict)

    def standing(self, item: int) -> Standing:
        return self.past[item][-1]

    def receive(self, goods: Goods) -> None:
        for number in goods.numbers:
            assert number not in self.past, "every item is received once"
            self.skus[number] = goods.sku
            self.received_on[number] = goods.at.date()
            shelved = Standing(State.AVAILABLE, depot=goods.depot, last_depot=goods.depot)
            self.past[number] = [shelved]

    def take(self, scan: Scan) -> None:
        past = self.past[scan.item]
        if scan.action == "undo":
            past.pop()
        else:
            past.append(decide(past[-1], act_of(scan), self.kind(scan.item)))

    def kind(self, item: int) -> Kind:
        row = PRODUCTS[self.skus[item]]
        loler, service = (int(row[f"{name}_months"] or 0) or None for name in ("loler", "service"))
        received_on = self.received_on[item]
        return Kind(row["reuse"], row["pat"] == "true", loler, service, received_on=received_on)


def act_of(scan: Scan) -> Act:
    """What the service would make of a scan, recorded as it happens."""
    fields: dict[str, Any] = dict(scan.fields)
    checks = [
        Check(each["kind"], each["result"] == "pass", date.fromisoformat(each["on"]))
        for each in fields.get("checks", ())
    ]
    return Act(
        UUID(scan.id),
        scan.action,
        scan.at,
        scan.at,
        london_day(scan.at),
        depot=fields.get("depot"),
        van=fields.get("van"),
        person=fields.get("person"),
        funder="04K",
        checks=tuple(checks),
    )


def issues(happenings: Sequence[Happening]) -> Iterator[tuple[Scan, str]]:
    """The year's deliveries that were not taken back, with their products."""
    skus = {n: goods.sku for goods in happenings if isinstance(goods, Goods) for n in goods.numbers}
    scans = [scan for scan in happenings if isinstance(scan, Scan)]
    undone = {scan.fields["movement"] for scan in scans if scan.action == "undo"}
    for scan in scans:
        counts = scan.action == "deliver" and scan.id not in undone
        if counts and scan.at.date() >= YEAR_FROM:
            yield scan, skus[scan.item]


@pytest.mark.parametrize(("scale", "seed"), [(1 / 200, 1), (1 / 200, 2), (1 / 50, 3), (1e-4, 4)])
def test_everything_that_happens_is_allowed_in_its_order(scale: float, seed: int) -> None:
    """No scan of the play is one that the lifecycle refuses, and time never runs back."""
    store = Store()
    _, happenings = played(scale, seed)
    latest = happenings[0].at
    for happening in happenings:
        assert happening.at >= latest, happening
        latest = happening.at
        if isinstance(happening, Goods):
            store.receive(happening)
        else:
            store.take(happening)
    assert latest <= THE_END


def test_the_same_seed_plays_the_same_year_and_another_one_another() -> None:
    """Down to the ids; the time at which it is played plays no part."""
    assert played() == (PEOPLE, HAPPENINGS)
    people, happenings = played(seed=2)
    assert not {person.id for person in people} & {person.id for person in PEOPLE}
    assert not {str(each.id) for each in happenings} & {str(each.id) for each in HAPPENINGS}


def test_ids_are_all_different() -> None:
    """Of people, goods and scans together."""
    ids = [str(each.id) for each in [*PEOPLE, *HAPPENINGS]]
    assert len(ids) == len(set(ids))


def test_a_two_hundredth_of_the_year_is_issued_for_a_two_hundredth_of_its_value() -> None:
    """117,610 issues worth GBP 15.1m make 588 worth GBP 75,600; each partner its share."""
    prices = {sku: int(row["price_pence"]) for sku, row in PRODUCTS.items()}
    funders = {str(person.id): person.funder for person in PEOPLE}
    issued = list(issues(HAPPENINGS))
    spent = Counter[str]()
    for scan, sku in issued:
        spent[funders[str(scan.fields["person"])]] += prices[sku]
    whole = sum(spent.values())
    assert len(issued) == pytest.approx(588, abs=6)
    assert whole == pytest.approx(7_562_180, rel=0.05)
    for ods, pence in contributions(SOURCES.partners).items():
        assert spent[ods] / whole == pytest.approx(pence / 730_000_000, abs=0.05)


@pytest.fixture(scope="module")
def twentieth() -> list[Happening]:
    """All that happens in a twentieth of the year, played once for those who look at it."""
    return played(1 / 20)[1]


def test_a_twentieth_of_the_year_has_a_twentieth_of_each_product_s_issues(
    twentieth: list[Happening],
) -> None:
    """5,880 in all, and of each product to the nearest unit or two: nobody is served later."""
    issued = Counter(sku for _, sku in issues(twentieth))
    assert sum(issued.values()) == 5_880
    for sku, row in PRODUCTS.items():
        assert abs(issued[sku] - int(row["model_annual_issues"]) / 20) < 1, sku


def test_the_whole_year_asks_for_the_catalogue_s_issues() -> None:
    """117,610 of 102 products, each to the unit; there are NHS numbers enough for all people."""
    register = Register(UUID(int=0), by_district(SOURCES.postcodes), Random(1))
    shares = {row["ods"]: 1.0 for row in SOURCES.partners}
    asked = demands([read_line(row) for row in SOURCES.catalogue], shares, 1, register)
    issued = Counter(each.line.sku for each in asked if is_in_year(each.deliver_on))
    assert issued == {sku: int(row["model_annual_issues"]) for sku, row in PRODUCTS.items()}
    assert len({each.nhs_number for each in register.people}) == len(register.people)


def test_a_larger_part_keeps_to_the_rates_of_the_catalogue(twentieth: list[Happening]) -> None:
    """What is collected and fit again comes near to the model's rates, by value."""
    prices = {sku: int(row["price_pence"]) for sku, row in PRODUCTS.items()}
    skus = {n: goods.sku for goods in twentieth if isinstance(goods, Goods) for n in goods.numbers}
    done = Counter[str]()
    for each in twentieth:
        if isinstance(each, Scan) and each.at.date() >= YEAR_FROM:
            done[each.action] += prices[skus[each.item]]
    issued = sum(prices[sku] for _, sku in issues(twentieth))
    assert done["return"] / issued == pytest.approx(0.865, abs=0.03)
    assert done["pass"] / (done["pass"] + done["scrap"]) == pytest.approx(0.949, abs=0.02)


def test_what_came_back_goes_out_before_anything_new() -> None:
    """A new item is set aside only where no used one has lain on a shelf since the day before."""
    store = Store()
    ready: dict[int, Any] = {}
    doomed = {s.item for s in HAPPENINGS if isinstance(s, Scan) and s.action == "withdraw"}
    for each in HAPPENINGS:
        if isinstance(each, Goods):
            store.receive(each)
            continue
        if each.action == "allocate" and not store.standing(each.item).loans:
            sku = store.skus[each.item]
            waits = [n for n, at in ready.items() if store.skus[n] == sku and n not in doomed]
            assert all(each.at - ready[n] < timedelta(days=1) for n in waits), each
        store.take(each)
        standing = store.standing(each.item)
        if standing.state is State.AVAILABLE and standing.loans and standing.depot != "RADFD":
            ready[each.item] = each.at
        else:
            ready.pop(each.item, None)


def test_people_have_test_numbers_and_live_where_their_funder_pays() -> None:
    """999..., each once, sound; postcodes are real ones of the funder's districts."""
    districts = {row["postcode"]: row["district"] for row in SOURCES.postcodes}
    numbers = [person.nhs_number for person in PEOPLE]
    assert len(numbers) == len(set(numbers))
    for person in PEOPLE:
        assert person.nhs_number.startswith("999")
        assert is_nhs_number(person.nhs_number)
        assert districts[person.postcode] in districts_of(person.funder)
        assert person.born < YEAR_FROM


def test_every_part_of_the_work_is_shown() -> None:
    """All actions but those that only other owners' items, or imports, know."""
    shown = {each.action for each in HAPPENINGS if isinstance(each, Scan)}
    assert shown == ACTIONS - {"receive", "open", "hand_back"}


def test_at_the_end_items_are_at_every_stage() -> None:
    """On shelves, set aside, in homes, back and dirty, in repair, gone."""
    store = Store()
    for each in played(1 / 50)[1]:
        if isinstance(each, Goods):
            store.receive(each)
        else:
            store.take(each)
    states = Counter(store.standing(item).state for item in store.past)
    assert set(states) >= set(State) - {State.LOADED, State.COLLECTED, State.HANDED_BACK}


def test_contributions_sum_to_the_pool_to_the_penny() -> None:
    """Also where shares leave odd pence."""
    assert sum(contributions(SOURCES.partners).values()) == 730_000_000
    thirds = [{"ods": ods, "contribution_share_percent": "33.3"} for ods in ("A", "B", "C")]
    assert contributions(thirds) == {"A": 243_333_334, "B": 243_333_333, "C": 243_333_333}
