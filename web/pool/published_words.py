"""The played year beside the published one, in words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from budget.published import ASSUMED, PUBLISHED, YEAR, Figures, differences
from web.words import pounds

_NOT_PUBLISHED: Final = "Not published"
_NOT_PLAYED: Final = "Not played"
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """Two years: figures, how they differ, and what was assumed."""

    title: str
    back: str
    about: str
    head: list[_Cell]
    rows: list[list[_Cell]]
    differences: list[str]
    assumed: Sequence[str]


def published_page(figures: Figures, scale: float, base: str) -> PublishedPage:
    """What was issued and what was returned stand apart; a part of a year is multiplied, too."""
    part = "a whole year" if scale == 1 else f"{scale:g} of a year"
    return PublishedPage(
        title="The model's year beside the published one",
        back=f"{base}/budget?{urlencode({'year': YEAR})}",
        about=(
            f"The demo has played {part}, {YEAR}, into this service. What stands under “As played”"
            " is what its own reports say. What was published is the Nottinghamshire service's."
        ),
        head=[{"text": "Figure"}, *map(_right, _heads(scale)), {"text": "As published"}],
        rows=list(_rows(figures, scale)),
        differences=[text.replace("GBP ", "£") for text in differences(figures, scale)],
        assumed=ASSUMED,
    )


def _heads(scale: float) -> list[str]:
    return ["As played"] if scale == 1 else ["As played", f"Times {1 / scale:,.4g}"]


def _rows(figures: Figures, scale: float) -> Iterator[list[_Cell]]:
    row, total, reusable = figures.budget.pool, figures.everything.total, figures.reusable.total
    low, high = map(_millions, PUBLISHED.handled_pence)
    yield _row("Issues", f"{total.issued.units:,}", f"{total.issued.units / scale:,.0f}", scale)
    for name, pence, published in (
        ("Value issued", total.issued.pence, _NOT_PUBLISHED),
        ("Value returned", total.returned.pence, _NOT_PUBLISHED),
        ("Issued and returned together", figures.handled_pence, f"{low} to {high}"),
    ):
        yield _money(name, pence, scale, published)
    for name, rate, published in (
        (
            "Recycled, by value",
            reusable.rates.recycling.pence,
            f"{PUBLISHED.recycled_by_value:.0%}",
        ),
        ("Recycled, by units", reusable.rates.recycling.units, _NOT_PUBLISHED),
    ):
        yield _row(name, "Nothing yet" if rate is None else f"{rate:.1%}", "", scale, published)
    yield _money("Charged for issues", row.issues_pence, scale)
    yield _money("Credited", row.credits_pence, scale)
    yield _money("Charged for activity", row.activity_pence, scale)
    yield _money("Net spend", row.net_pence, scale)
    pool = f"{_millions(PUBLISHED.pool_pence)}, flat for 5 years"
    yield _row("Contributions", pounds(row.contribution_pence), "", scale, pool)
    saved = f"{_millions(PUBLISHED.saved_pence)} saved"
    yield _row("Saved", _NOT_PLAYED, _NOT_PLAYED, scale, saved)
    growth = f"Up {PUBLISHED.growth:.0%} a year"
    yield _row("Need", _NOT_PLAYED, _NOT_PLAYED, scale, growth)


def _money(name: str, pence: int, scale: float, published: str = _NOT_PUBLISHED) -> list[_Cell]:
    return _row(name, pounds(pence), _millions(round(pence / scale)), scale, published)


def _row(
    name: str, played: str, scaled: str, scale: float, published: str = _NOT_PUBLISHED
) -> list[_Cell]:
    numbers = [played] if scale == 1 else [played, scaled or "The same"]
    return [{"text": name}, *map(_right, numbers), {"text": published}]


def _millions(pence: int) -> str:
    return f"£{f'{pence / 1e8:,.1f}'.removesuffix('.0')} million"


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
