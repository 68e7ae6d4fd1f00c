"""The pool in words: what each figure is made of, and links to what is behind it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.closing import ClosedMonth
from budget.outlooks import PoolYear
from budget.pool import Budget, Figures, PartnerFigures
from budget.recycling import Report
from budget.refusals import Refusal
from budget.years import year_of
from web.fields import Field, Fields, errors, faults_of, hidden
from web.forms import Filled
from web.markup import link
from web.pool.behind_words import (
    FIGURES,
    figure,
    opening,
    partner_address,
    partner_year_address,
    partners_picture,
    pool_address,
)
from web.pool.onward_words import files
from web.pool.outlook_words import Headline, headline
from web.pool.recycling_words import count_row
from web.pool.year_words import MONTHS_HEAD, year_picture
from web.pool.year_words import months as year_months
from web.words import day, pounds, stamp

_GLANCE: Final = ("contribution", "net", "committed", "remaining", "forecast")
"""What the pool's page shows of each partner; their own shows all."""
_OWN: Final = (*_GLANCE, "overspend_share")
_OWN_MAX: Final = 3
"""Whose reader works for more finds them in the table."""

_RATES: Final[Mapping[str, tuple[str, str]]] = {
    "recycling": (
        "Recycled",
        (
            "Of what came back and was decided, the share made fit to lend again and not scrapped"
            " before its next loan: made fit / (made fit + scrapped)."
        ),
    ),
    "returned_ratio": (
        "Returned against issued",
        (
            "What came back against what went out in the same days, which are not the same items:"
            " returned / issued."
        ),
    ),
    "reuse_share": (
        "Issued again",
        "Of what went out, the share that had been lent before: issued again / issued.",
    ),
}
_MODELS: Final[Mapping[str, str]] = {
    "credit": "",
    "pool_stock": (
        " This year runs on pool-owned stock: purchases are charged, by what each partner puts in."
        " Issues and credits are only counted."
    ),
}
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PoolPage:
    """Where the pool stands in a year."""

    title: str
    headline: Headline
    as_of: str
    figures: list[list[_Cell]]
    meanings: list[dict[str, Any]]
    own: list["Own"]
    head: list[_Cell]
    partners: list[list[_Cell]]
    by_partner: Markup | None
    by_month: Markup | None
    months_head: list[_Cell]
    months: list[list[_Cell]]
    rates: list[list[_Cell]]
    formulae: list[dict[str, Any]]
    counts: list[list[_Cell]]
    closed: list[list[_Cell]]
    onward: Sequence[Markup]
    links: list[Markup]
    asked: "AsOf"
    files: list[Markup]


@dataclass(frozen=True, slots=True)
class Own:
    """Where the reader's own organisation stands, and where its months are."""

    title: str
    figures: list[list[_Cell]]
    months: Markup


@dataclass(frozen=True, slots=True)
class AsOf:
    """The form that asks for a past day; `base` is before every address, `day` what was asked."""

    base: str
    address: str
    day: date | None
    fields: list[Field]
    errors: list[dict[str, str]]


def pool_page(
    found: tuple[Budget, PoolYear],
    figures: Report,
    months: Sequence[ClosedMonth],
    today: date,
    asked: AsOf,
    *,
    onward: Sequence[Markup],
    own: Collection[str] = (),
) -> PoolPage:
    """The pool, its partners, its year, what is recycled, and which months are closed.

    `own` are the partners that the reader works for.
    """
    (standing, outlook), base = found, asked.base
    year = standing.year
    kept = {"year": year} | ({"as_of": asked.day.isoformat()} if asked.day else {})
    how = f"{base}/budget/forecast?{urlencode(kept)}"
    return PoolPage(
        title=f"The pool, {year}",
        headline=headline(standing, figures, how),
        as_of=posted_until(min(today, standing.as_of)) + _MODELS[standing.model],
        figures=[
            _row(name, standing.pool, pool_address(name, year, asked.day, base))
            for name in FIGURES
        ],
        meanings=[_meaning(*FIGURES[name]) for name in FIGURES],
        own=_own(standing, own, asked),
        by_partner=partners_picture(standing) if standing.partners else None,
        head=[{"text": "Partner"}, *(_right(FIGURES[name][0]) for name in _GLANCE)],
        partners=[_partner_row(each, year, asked) for each in standing.partners],
        by_month=year_picture(standing, outlook),
        months_head=MONTHS_HEAD,
        months=year_months(outlook, base),
        rates=_rates(figures),
        formulae=[_meaning(*_RATES[name]) for name in _RATES],
        counts=[count_row(figures, kind, today, base) for kind in _COUNTED],
        closed=[
            [{"text": f"{date.fromisoformat(f'{each.month}-01'):%B %Y}"},
                {"text": stamp(each.closed_at)}, {"text": each.closed_by}]
            for each in months
        ],
        onward=onward,
        links=_years(year, today, base),
        asked=asked,
        files=files(f"{base}/budget/file", {
            "year": year, "as_of": standing.as_of.isoformat()}),
    )  # fmt: skip


_COUNTED: Final = ("issued", "returned", "reused", "scrapped", "written_off", "lost", "waiting")


def _row(name: str, figures: Figures, address: str | None) -> list[_Cell]:
    """A figure, which leads to what is behind it."""
    return [{"text": FIGURES[name][0]}, opening(figure(figures, name), address)]


def _meaning(name: str, meaning: str) -> dict[str, Any]:
    return {"key": {"text": name}, "value": {"text": meaning}}


def _own(standing: Budget, own: Collection[str], asked: AsOf) -> list[Own]:
    """The figures of the reader's own organisations, where these are few."""
    year, base = standing.year, asked.base
    found = [each for each in standing.partners if each.ods in own]
    return [
        Own(
            title=each.name,
            figures=[
                _row(name, each, partner_address(name, year, each.ods, asked.day, base))
                for name in _OWN
            ],
            months=link(partner_year_address(year, each.ods, base), f"{each.name}, month by month"),
        )
        for each in (found if len(found) <= _OWN_MAX else [])
    ]


def _partner_row(each: PartnerFigures, year: str, asked: AsOf) -> list[_Cell]:
    """A partner, which opens into its year; what it spent and ordered, into what that is."""
    base = asked.base
    opened = (partner_address(name, year, each.ods, asked.day, base) for name in _GLANCE)
    return [
        {"html": link(partner_year_address(year, each.ods, base), each.name)},
        *(
            opening(figure(each, name), at if name in _OPENING else None)
            for name, at in zip(_GLANCE, opened, strict=True)
        ),
    ]


_OPENING: Final = frozenset({"net", "committed"})


def posted_until(last: date) -> Markup:
    """Until when something is counted."""
    return Markup("As posted until {}.").format(day(last))


def as_of_form(
    filled: Filled, refusal: Refusal | None, year: str, as_of: date | None, base: str
) -> AsOf:
    """The form, with what was asked for and what is wrong with it."""
    faults, trouble = faults_of(refusal) if refusal else ((), None)
    made = Fields(filled, faults)
    hint = "As posted by the end of a past day. Leave it empty for today."
    fields = [made.day("as_of", "As on", hint=hint), hidden("year", year)]
    wrong = errors(faults, fields, trouble=trouble)
    return AsOf(base, f"{base}/budget", as_of, fields, wrong)


def _rates(figures: Report) -> list[list[_Cell]]:
    total, rates = figures.total, figures.total.rates
    reused, scrapped = total.reused, total.scrapped
    rows = (
        ("recycling", rates.recycling, reused, (reused, scrapped)),
        ("returned_ratio", rates.returned_ratio, total.returned, (total.issued,)),
        ("reuse_share", rates.reuse_share, total.issued_recycled, (total.issued,)),
    )
    return [
        [
            {"text": _RATES[name][0]},
            _share(rate.units, f"{part.units:,}", f"{sum(each.units for each in whole):,}"),
            _share(rate.pence, pounds(part.pence), pounds(sum(each.pence for each in whole))),
        ]
        for name, rate, part, whole in rows
    ]


def _share(rate: float | None, part: str, whole: str) -> _Cell:
    """A rate with what it is a fraction of."""
    if rate is None:
        return {"text": "Nothing yet", "classes": "kitback-rate"}
    told = Markup('{}<br><span class="nhsuk-hint kitback-of">{} of {}</span>')
    return {"html": told.format(f"{rate:.1%}", part, whole), "classes": "kitback-rate"}


def _years(year: str, today: date, base: str) -> list[Markup]:
    """Links to the years before and after, as far as there are any to come."""
    first = int(year[:4])
    others = [date(first + step, 4, 1) for step in (-1, 1)]
    return [
        link(f"{base}/budget?{urlencode({'year': year_of(begin)})}", f"The year {year_of(begin)}")
        for begin in others
        if begin <= today
    ]


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
