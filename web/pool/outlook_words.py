"""Where the year ends, in words, pictures and tables; and how that is worked out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.forecasting.errors import Error, Errors, SeriesErrors
from budget.forecasting.what_if import FORMULAE, WhatIf
from budget.forecasting.year_ends import ForecastNote
from budget.outlooks import PoolOutlook
from budget.pool import Budget, Figures
from budget.recycling import Report
from budget.refusals import Refusal
from budget.years import span
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.pool.year_words import MONTHS_HEAD, about, month_bars, months, year_picture
from web.words import count, day, moment, pounds

_MANY: Final = 100
_NAMES: Final[Mapping[str, str]] = {
    "ended": "The year is over",
    "ordered": "What is ordered",
    "average": "The average day so far",
    "recent": "The average of the last months",
    "last_year": "Last year's pattern",
    "smoothing": "Exponential smoothing",
}
_RANGE: Final = (
    "The range is where the year ends nineteen times in twenty, if the months to come differ from"
    " what is expected as much as the months before did. It knows nothing of what never happened"
    " before: a new contract, a pandemic. How far off past forecasts were, stands below. Months in"
    " which the books were only beginning to fill are left out: until one first reached half of"
    " what the last twelve came to, by their median."
)
_PARTNERS: Final = (
    "Each partner is forecast by itself, and the pool by itself. What the partners' forecasts lack"
    " to the pool's is divided among them and the pool by how sure each is (the surer, the less),"
    " so that the partners' sum to the pool's to the penny. Their ranges are brought together in"
    " the same way. They cannot be added up: the pool's is narrower than that, as not all go wrong"
    " the same way at once. A partner's range says where its own net spend may end; what it would"
    " owe goes by what was agreed. On the right: how far off past forecasts of the next month were"
    " on average, and how often what came lay in their range. About nineteen of twenty should:"
    " where far fewer did, trust the range less."
)
_ORDERED: Final = (
    "What is ordered and not delivered is a part of what is expected; where more is ordered than"
    " that, what is ordered counts."
)
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Headline:
    """What a budget holder has to know first."""

    bold: str
    rest: str
    how: Markup


def headline(budget: Budget, figures: Report, how: str) -> Headline:
    """Where the year ends and how sure that is, what is spent and ordered, what is recycled."""
    note, pool = budget.forecast, budget.pool
    assert note is not None, "positions() says how"
    bold, between = _ends(budget, note)
    so_far = f"So far: {about(pool.net_pence)} spent"
    if note.method == "ended":
        so_far = ""
    elif pool.committed_pence:
        so_far += f", {about(pool.committed_pence)} ordered but not delivered"
    rest = [between, f"{so_far}." if so_far else "", *_recycled(figures)]
    words = " ".join(filter(None, rest))
    return Headline(bold, words, link(how, "See how we work this out"))


def _ends(budget: Budget, note: ForecastNote) -> tuple[str, str]:
    pool, last = budget.pool, span(budget.year)[1]
    of = f" of {about(pool.contribution_pence)}" if pool.contribution_pence else ""
    if note.method == "ended":
        return f"We spent {about(pool.net_pence)}{of} by {day(last)}.", ""
    if note.method == "ordered":
        put_in = f" {about(pool.contribution_pence)} is put in." if of else ""
        return f"Nothing has been spent yet.{put_in}", "There is no forecast before something is."
    low, high = (about(each or 0) for each in (pool.forecast_low_pence, pool.forecast_high_pence))
    between = f"It could be between {low} and {high}." if low != high else ""
    return f"We expect to spend {about(pool.forecast_pence or 0)}{of} by {_end(last)}.", between


def _end(last: date) -> str:
    return f"{last.day} {last:%B}"


def _recycled(figures: Report) -> list[str]:
    total = figures.total
    rate = total.rates.recycling.units
    waiting = total.waiting.units if total.waiting is not None else 0
    words = []
    if rate is not None:
        words.append(
            f"Of every {_MANY} reusable items returned and decided, {round(rate * _MANY)} were made"
            " fit to lend again."
        )
    if waiting:
        words.append(f"{waiting:,} {'is' if waiting == 1 else 'are'} waiting for a decision.")
    return words


@dataclass(frozen=True, slots=True)
class OutlookPage:
    """How the year's end is worked out, how well that went before, and the year again if."""

    title: str
    back: str
    headline: Headline
    how: list[str]
    made: list[_Cell]
    pictures: list[Markup]
    months_head: list[_Cell]
    months: list[list[_Cell]]
    partners_said: str
    partners_head: list[_Cell]
    partners: list[list[_Cell]]
    errors_said: str
    errors_head: list[_Cell]
    errors: list[list[_Cell]]
    action: str
    hidden: dict[str, str]
    problems: list[dict[str, str]]
    fields: list[Field]
    formulae: Sequence[str]
    changed: str | None
    parts_head: list[_Cell]
    parts: list[list[_Cell]]
    point: str | None


def outlook_page(
    budget: Budget,
    outlook: PoolOutlook,
    figures: Report,
    found: WhatIf | None,
    asked: Filled,
    *,
    base: str,
    as_of: str,
    refusal: Refusal | None = None,
) -> OutlookPage:
    """The page; `found` is the year again as it was asked for, None where that cannot be said."""
    year, note = budget.year, outlook.forecast
    kept = {"year": year} | ({"as_of": as_of} if as_of else {})
    fields = _fields(asked, refusal)
    return OutlookPage(
        title=f"How we work out where {year} ends",
        back=f"{base}/budget?{urlencode(kept)}",
        headline=headline(budget, figures, "#method"),
        how=[note.how, *((_ORDERED, _RANGE) if note.method not in {"ended", "ordered"} else ())],
        made=_made(note),
        pictures=list(filter(None, (year_picture(budget, outlook), month_bars(outlook)))),
        months_head=MONTHS_HEAD,
        months=months(outlook, base),
        partners_said=_PARTNERS,
        partners_head=_head("Partner", "Contribution", "Expected", "From", "To",
            "Past months"),
        partners=_partners(budget, outlook.errors),
        errors_said=_said(outlook.errors),
        errors_head=_head("Made from", "Next month: expected", "Came", "Off by", "Year: expected",
            "Came"),
        errors=[_error(each) for each in outlook.errors.rows],
        action=f"{base}/budget/forecast#what-if",
        hidden=kept,
        problems=errors(faults_of(refusal)[0], fields) if refusal is not None else [],
        fields=fields,
        formulae=FORMULAE,
        changed=_changed(found),
        parts_head=_head("Part", "So far", "Left, as forecast", "Left, as set"),
        parts=_parts(found),
        point=_point(found),
    )  # fmt: skip


def _made(note: ForecastNote) -> list[_Cell]:
    form = f": {note.form}" if note.form else ""
    rows = [("As seen on", day(note.day)), ("Method", _NAMES[note.method] + form)]
    if note.data_to is not None and note.method != "ended":
        rows.append(("From whole months until", day(note.data_to)))
        made = "Just now, as the clock has made none yet"
        if note.made_at is not None:
            made = moment(note.made_at)
        if note.hindsight:
            made += ": after that day, from the months before it"
        rows.append(("Made", made))
    return [{"key": {"text": key}, "value": {"text": text}} for key, text in rows]


def _partners(budget: Budget, found: Errors) -> list[list[_Cell]]:
    """Where the year ends for each, and how well that was foreseen so far; the pool last."""
    was = {each.ods: each for each in found.series}
    rows = [_partner(each.name, each, was.get(each.ods)) for each in budget.partners]
    return [*rows, _partner("The pool", budget.pool, was.get(None))]


def _partner(name: str, row: Figures, was: SeriesErrors | None) -> list[_Cell]:
    told = (
        row.contribution_pence,
        row.forecast_pence,
        row.forecast_low_pence,
        row.forecast_high_pence,
    )
    return [{"text": name}, *(_right(pounds(pence or 0)) for pence in told), _past(was)]


def _past(was: SeriesErrors | None) -> _Cell:
    if was is None or not was.months:
        return _right("Not known yet")
    off = "Nothing came" if was.off is None else f"Off by {was.off:.1%}"
    lines = Markup("{}<br>{} of {} in range").format(off, was.within, was.months)
    return {"html": lines, "format": "numeric"}


def _said(found: Errors) -> str:
    if found.month is None:
        return "There is no past forecast to compare with what came yet."
    words = (
        f"Over the last {count(len(found.rows), 'month')}, a forecast was off by {found.month:.1%}"
        " of what came in the next month, on average."
    )
    if found.years:
        words += (
            f" Of {found.years:,} forecasts of years that are over, {found.years_within:,} held the"
            " year's end in their range."
        )
    return words


def _error(row: Error) -> list[_Cell]:
    off = row.month_expected_pence - row.month_pence
    share = f" ({off / abs(row.month_pence):+.1%})" if row.month_pence else ""
    cells = (
        pounds(row.month_expected_pence),
        pounds(row.month_pence),
        pounds(off) + share,
        "Not over" if row.year_expected_pence is None else pounds(row.year_expected_pence),
        "Not over" if row.year_pence is None else pounds(row.year_pence),
    )
    made = f"{row.data_to:%B %Y}" + (", made later" if row.hindsight else "")
    return [{"text": made}, *map(_right, cells)]


def _fields(asked: Filled, refusal: Refusal | None) -> list[Field]:
    faults = faults_of(refusal)[0] if refusal is not None else ()
    fields = Fields(asked, faults)
    small = {"width": 4, "inputmode": "numeric", "suffix": "%"}
    return [
        fields.text("recycling", "Recycling, by value, falls or rises to", **small),
        fields.text("need", "Need grows by", **small),
        fields.text("prices", "Prices rise by", **small),
    ]


def _changed(found: WhatIf | None) -> str | None:
    if found is None or found.changed_pence == found.forecast_pence:
        return None
    more = found.changed_pence - found.forecast_pence
    words = "more" if more > 0 else "less"
    return (
        f"The year would come to {pounds(found.changed_pence)}: {pounds(abs(more))} {words} than"
        f" the {pounds(found.forecast_pence)} that we expect."
    )


def _parts(found: WhatIf | None) -> list[list[_Cell]]:
    if found is None:
        return []
    named = (("Issues", "issues"), ("Activity", "activity"), ("Credits", "credits"), ("Net", "net"))
    return [
        [
            {"text": words},
            *(
                _right(pounds(getattr(part, f"{name}_pence")))
                for part in (found.so_far, found.left, found.left_changed)
            ),
        ]
        for words, name in named
    ]


def _point(found: WhatIf | None) -> str | None:
    if found is None or found.point_pence is None or found.recycling is None:
        return None
    return (
        f"One more point of recycling is worth {about(found.point_pence)} in this year, as"
        f" {found.recycling:.1%} by value was recycled so far."
    )


def _head(*words: str) -> list[_Cell]:
    return [{"text": words[0]}, *map(_right, words[1:])]


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
