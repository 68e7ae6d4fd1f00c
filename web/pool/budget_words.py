"""The pool in words: what each figure is made of, and links to what is behind it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

from budget.by_month import Month, PartnerYear
from budget.charges import WORDS as CHARGES
from budget.closing import ClosedMonth
from budget.outlooks import PoolYear
from budget.pool import Budget, Figures, PartnerFigures
from budget.recycling import Rate, Report
from budget.refusals import Refusal
from budget.statements import Heading, Placed, Posted
from budget.years import year_of
from web.fields import Field, Fields, errors, faults_of, hidden
from web.forms import Filled
from web.markup import link, tag
from web.paging import Slice
from web.pool.behind_words import (
    FIGURES,
    POSTED,
    figure,
    opening,
    partner_address,
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
    summary: list[dict[str, Any]]
    head: list[_Cell]
    partners: list[list[_Cell]]
    by_partner: Markup | None
    by_month: Markup | None
    months_head: list[_Cell]
    months: list[list[_Cell]]
    rates: list[list[_Cell]]
    counts: list[list[_Cell]]
    closed: list[list[_Cell]]
    onward: Sequence[Markup]
    links: list[Markup]
    asked: "AsOf"
    files: list[Markup]


@dataclass(frozen=True, slots=True)
class AsOf:
    """The form that asks for a past day; `base` is before every address, `day` what was asked."""

    base: str
    address: str
    day: date | None
    fields: list[Field]
    errors: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """A partner's year."""

    title: str
    back: str
    notes: Sequence[Markup]
    summary: list[dict[str, Any]]
    head: list[_Cell]
    months: list[list[_Cell]]
    empty: str
    files: list[Markup]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A partner's month, or year, posting by posting."""

    title: str
    back: str
    standing: Markup
    summary: list[dict[str, Any]]
    head: list[str]
    postings: list[list[_Cell]]
    empty: str
    links: dict[str, dict[str, str]]
    files: list[Markup]
    printed: Markup | None


def pool_page(
    found: tuple[Budget, PoolYear],
    figures: Report,
    months: Sequence[ClosedMonth],
    today: date,
    asked: AsOf,
    *,
    onward: Sequence[Markup],
) -> PoolPage:
    """The pool, its partners, its year, what is recycled, and which months are closed."""
    (standing, outlook), base = found, asked.base
    year = standing.year
    kept = {"year": year} | ({"as_of": asked.day.isoformat()} if asked.day else {})
    how = f"{base}/budget/forecast?{urlencode(kept)}"
    return PoolPage(
        title=f"The pool, {year}",
        headline=headline(standing, figures, how),
        as_of=posted_until(min(today, standing.as_of)) + _MODELS[standing.model],
        summary=[
            _line(name, standing.pool, pool_address(name, year, asked.day, base))
            for name in FIGURES
        ],
        by_partner=partners_picture(standing) if standing.partners else None,
        head=[{"text": "Partner"}, *(_right(FIGURES[name][0]) for name in _GLANCE)],
        partners=[_partner_row(each, year, asked) for each in standing.partners],
        by_month=year_picture(standing, outlook),
        months_head=MONTHS_HEAD,
        months=year_months(outlook, base),
        rates=_rates(figures),
        counts=[count_row(figures, kind, today, base) for kind in _COUNTED],
        closed=[
            [{"text": _month(each.month)}, {"text": stamp(each.closed_at)},
                {"text": each.closed_by}]
            for each in months
        ],
        onward=onward,
        links=_years(year, today, base),
        asked=asked,
        files=files(f"{base}/budget/file", {
            "year": year, "as_of": standing.as_of.isoformat()}),
    )  # fmt: skip


_COUNTED: Final = ("issued", "returned", "reused", "scrapped", "written_off", "lost", "waiting")


def _partner_row(each: PartnerFigures, year: str, asked: AsOf) -> list[_Cell]:
    """A partner, which opens into its year; what it spent and ordered, into what that is."""
    base = asked.base
    opened = (partner_address(name, year, each.ods, asked.day, base) for name in _GLANCE)
    return [
        {"html": link(_address(base, "partner", year, each.ods), each.name)},
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


def _line(name: str, figures: Figures, address: str | None) -> dict[str, Any]:
    """A figure, what it means, and where it leads."""
    amount = opening(figure(figures, name), address)
    value = _explained(amount["html" if "html" in amount else "text"], FIGURES[name][1])
    return {"key": {"text": FIGURES[name][0]}, "value": {"html": value}}


def _explained(text: str | Markup, meaning: str) -> Markup:
    """A text with what it means below it."""
    hint = Markup('{}<br><span class="nhsuk-hint nhsuk-u-margin-bottom-0">{}</span>')
    return hint.format(text, meaning)


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
            {"html": _explained(*_RATES[name])},
            {"text": _share(rate.units, part.units, sum(each.units for each in whole), "{:,}")},
            {"text": _share(rate.pence, part.pence, sum(each.pence for each in whole))},
        ]
        for name, rate, part, whole in rows
    ]


def _share(rate: Rate | float | None, part: int, whole: int, form: str = "") -> str:
    """A rate with what it is a fraction of."""
    if rate is None:
        return "Nothing yet"
    of = (form.format(part), form.format(whole)) if form else (pounds(part), pounds(whole))
    return f"{rate:.1%} ({of[0]} of {of[1]})"


def _years(year: str, today: date, base: str) -> list[Markup]:
    """Links to the years before and after, as far as there are any to come."""
    first = int(year[:4])
    others = [date(first + step, 4, 1) for step in (-1, 1)]
    return [
        link(f"{base}/budget?{urlencode({'year': year_of(begin)})}", f"The year {year_of(begin)}")
        for begin in others
        if begin <= today
    ]


def partner_page(
    found: PartnerYear, standing: Figures, year: str, base: str, notes: Sequence[Markup]
) -> PartnerPage:
    """Where a partner stands, and their months, each with its statement."""
    return PartnerPage(
        title=f"{found.name}, {year}",
        back=f"{base}/budget?{urlencode({'year': year})}",
        notes=notes,
        summary=[
            _line(name, standing, partner_address(name, year, found.ods, None, base))
            for name in FIGURES
        ],
        head=[
            {"text": "Month"},
            *(_right(FIGURES[name][0]) for name in ("issues", "activity", "credits", "net")),
            {"text": "Books"},
        ],
        months=[_month_row(each, found.ods, year, base) for each in found.months],
        empty="Nothing has been posted in this year.",
        files=_files({"year": year, "partner": found.ods}, base),
    )


def _month_row(month: Month, partner: str, year: str, base: str) -> list[_Cell]:
    key = f"{month.begins_on:%Y-%m}"
    opens = link(_address(base, "statement", year, partner, month=key), _month(key))
    amounts = (month.issues_pence, month.activity_pence, month.credits_pence, month.net_pence)
    return [{"html": opens}, *map(_amount, amounts), {"html": _books(closed=month.closed)}]


def statement_page(
    drawn: Heading, found: Slice[Placed], kept: Mapping[str, str], base: str
) -> StatementPage:
    """A statement or one of its figures, a page of its postings at a time."""
    of = _month(kept["month"]) if kept["month"] else kept["year"]
    what = FIGURES[kept["figure"]][0] if kept["figure"] else "Statement"
    whole = {name: text for name, text in kept.items() if text and name != "figure"}
    back = _address(base, "partner", kept["year"], drawn.partner)
    if kept["figure"]:
        back = f"{base}/budget/statement?{urlencode(whole)}"
    until = f", as posted until {day(drawn.last)}" if kept["as_of"] else ""
    return StatementPage(
        title=f"{what} of {drawn.name}, {of}{until}",
        back=back,
        standing=_books(closed=drawn.closed),
        summary=list(_sums(drawn, kept, base)),
        head=["Posted on", "What", "Amount", "Item", "Happened"],
        postings=[_posting(each, base) for _, each in found.rows],
        empty="Nothing was posted.",
        links=found.links,
        files=_files(whole, base),
        printed=_printed(found, kept, base),
    )


def _printed(found: Slice[Placed], kept: Mapping[str, str], base: str) -> Markup | None:
    """A link to all of it on one page, where it is on several."""
    if not found.links:
        return None
    asked = urlencode({name: text for name, text in kept.items() if text} | {"whole": "yes"})
    return link(f"{base}/budget/statement?{asked}", "All of it on one page, to print")


def _sums(drawn: Heading, kept: Mapping[str, str], base: str) -> Iterator[dict[str, Any]]:
    """The figures; each of a whole statement leads to what it is the sum of."""
    names = (kept["figure"],) if kept["figure"] else ("issues", "activity", "credits", "net")
    for name in names:
        value: _Cell = {"text": pounds(getattr(drawn, f"{name}_pence"))}
        if not kept["figure"] and name in POSTED:
            asked = urlencode({key: text for key, text in kept.items() if text} | {"figure": name})
            value = {"html": link(f"{base}/budget/statement?{asked}", value["text"])}
        yield {"key": {"text": FIGURES[name][0]}, "value": value}


def _posting(each: Posted, base: str) -> list[_Cell]:
    what = escape(each.description)
    if each.kind in CHARGES:
        what = link(f"{base}/budget/charges/{each.movement}", each.description)
    if each.late:
        what += Markup(" ") + tag("Late", "yellow")
    # Whose order or visit it was is for those who may see people: here they are told apart.
    for word, known in (("Order", each.order), ("Visit", each.visit)):
        if known is not None:
            what += Markup('<br><span class="nhsuk-hint">{} {}</span>').format(
                word, str(known).partition("-")[0]
            )
    item: _Cell = {"text": "None"}
    if each.item is not None:
        item = {"html": link(f"{base}/items/{each.item}", each.item)}
    posted = {"text": day(each.posted_on)}
    return [posted, {"html": what}, _amount(each.amount_pence), item,
        {"text": stamp(each.occurred_at)}]  # fmt: skip


def _books(*, closed: bool) -> Markup:
    return tag("Closed", "grey") if closed else tag("Open", "green")


def _files(kept: Mapping[str, str], base: str) -> list[Markup]:
    named = (("csv", "CSV"), ("xlsx", "Workbook for a spreadsheet"))
    address = f"{base}/budget/statement/file"
    return [link(f"{address}?{urlencode({**kept, 'format': e})}", words) for e, words in named]


def _address(base: str, what: str, year: str, partner: str, **more: str) -> str:
    return f"{base}/budget/{what}?{urlencode({'year': year, 'partner': partner} | more)}"


def _month(key: str) -> str:
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"


def _amount(pence: int) -> _Cell:
    return _right(pounds(pence))


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
