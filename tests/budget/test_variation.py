"""Funnels: what chance explains, what it does not, and where all differ more than it would."""

import math
from collections.abc import Iterable
from datetime import date
from itertools import accumulate
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.limits import TAILS, binomial, poisson
from budget.recycling import Count, Rate, Rates, Report, Row
from budget.variation import Given, Measure, measures

NOTHING: Final = Rate(None, None)


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.sampled_from(TAILS))
def test_binomial_limits_are_the_exact_quantiles(whole: int, share: float, tail: float) -> None:
    """Added up term by term: below the low one lies less than the tail, up to it at least that."""
    terms = [math.comb(whole, k) * share**k * (1 - share) ** (whole - k) for k in range(whole + 1)]
    _check(list(accumulate(terms)), binomial(whole, share, tail), tail)


@given(st.floats(0.05, 150), st.sampled_from(TAILS))
def test_poisson_limits_are_the_exact_quantiles(expected: float, tail: float) -> None:
    """The same, of a count without a most."""
    terms = [math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1)) for k in range(500)]
    _check(list(accumulate(terms)), poisson(expected, tail), tail)


def _check(up_to: list[float], limits: tuple[int, int], tail: float) -> None:
    for limit, least in zip(limits, (tail, 1 - tail), strict=True):
        assert up_to[limit] >= least - 1e-9
        assert limit == 0 or up_to[limit - 1] < least + 1e-9


@pytest.mark.parametrize(("whole", "share"), [(0, 0.5), (7, 0.0), (7, 1.0)])
def test_where_nothing_varies_both_limits_are_the_same(whole: int, share: float) -> None:
    """Nothing decided, or all of it one way."""
    assert len({*binomial(whole, share, 0.001)}) == 1
    assert poisson(0, 0.001) == (0, 0)


def row(key: str | None, **counts: int) -> Row:
    """A row of a report, of items that cost a hundred pounds."""
    kinds = ("issued", "issued_recycled", "returned", "reused", "scrapped", "written_off", "lost")
    each = {kind: Count(counts.get(kind, 0), counts.get(kind, 0) * 10_000) for kind in kinds}
    return Row(key=key, waiting=None, rates=Rates(NOTHING, NOTHING, NOTHING), **each)


def funnels(rows: Iterable[Row], **exposure: int) -> dict[str, Measure]:
    """The measures of some teams."""
    days = (date(2018, 4, 1), date(2019, 3, 31))
    report = Report("", *days, "team", "reusable", list(rows), row(None))
    products = Report(
        "", *days, "sku", "reusable", [row("A", issued=9), row("B", issued=1)], row(None)
    )
    products.rows[1].issued.pence = 90_000
    found = measures(Given(report, products, exposure, "prescriber"))
    return {each.name: each for each in found}


def test_what_chance_explains_lies_within_and_what_it_does_not_outside() -> None:
    """Of a hundred decided 75 are far off 92 of 100; of four, three are not."""
    teams = [row(f"T{n}", reused=92, scrapped=8) for n in range(30)]
    teams += [row("low", reused=75, scrapped=25), row("small", reused=3, scrapped=1)]
    found = funnels(teams)["recycling"]
    outside = {each.key: each.outside for each in found.rows if each.outside != "within"}
    assert outside == {"low": "99.8"}
    assert found.target is not None
    assert round(found.target, 3) == 0.914
    for limits in (*(each.limits for each in found.rows), *found.curve):
        assert 0 <= limits.low_99_8 <= limits.low_95 <= found.target
        assert found.target <= limits.high_95 <= limits.high_99_8 <= 1


def test_where_all_differ_more_than_by_chance_that_is_said_and_limits_widened() -> None:
    """Half of the teams at 65%, half at 98%: none of them stands out from such company."""
    apart = [row(f"T{n}", reused=65 + n % 2 * 33, scrapped=35 - n % 2 * 33) for n in range(20)]
    found = funnels(apart)["recycling"]
    assert found.over_dispersed
    assert found.dispersion is not None
    assert found.dispersion > 5
    assert {each.outside for each in found.rows} == {"99.8"}
    assert {each.widened for each in found.rows} == {"within"}
    alike = funnels([row(f"T{n}", reused=92, scrapped=8) for n in range(20)])["recycling"]
    assert (alike.dispersion, alike.over_dispersed) == (0.0, False)


def test_of_two_nobody_can_say_how_much_they_differ() -> None:
    """And of nothing there is no funnel."""
    two = funnels([row("A", reused=9, scrapped=1), row("B", reused=1, scrapped=9)])["recycling"]
    assert (two.dispersion, two.over_dispersed) == (None, False)
    empty = funnels([row("A")])
    assert {(each.target, len(each.rows), len(each.curve)) for each in empty.values()} == {
        (None, 0, 0)
    }


def test_issues_are_set_against_what_they_are_for_and_cost_against_the_spread_of_prices() -> None:
    """A team without a prescriber is not compared; costs vary as what everybody was issued does."""
    found = funnels([row("A", issued=100), row("B", issued=300), row("C", issued=9)], A=10, B=10)
    assert {each.key: each.outside for each in found["issues"].rows} == {"A": "99.8", "B": "99.8"}
    [first, *_] = found["cost"].rows
    # Nine at £100 and one at £900: a standard deviation of £240, and of a hundred a tenth of it.
    assert round(first.limits.high_95 - 10_000) == round(1.959964 * 24_000 / 10)
