"""What is recycled, in words: each figure's formula with what it was made of, and links. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup

from budget.pool import Budget
from budget.recycling import By, Count, Rate, Report, Row
from budget.refusals import Refusal
from budget.within import DAYS_MAX
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.pool.onward_words import files
from web.pool.recycling_picture import picture
from web.pool.rest_words import of_no_key
from web.words import day, pounds

BY_WORDS: Final[Mapping[str, str]] = {
    "none": "Nothing",
    "partner": "Partner",
    "team": "Team that ordered",
    "category": "Category",
    "sku": "Product",
    "depot": "Depot",
    "age": "Age of the item when lent, in years",
    "month": "Month",
}
SCOPES: Final = {"reusable": "Reusable products", "all": "All products"}
# Name, what it says, its formula, and of which counts it is which part.
_RATES: Final = (
    (
        "recycling",
        "Recycled",
        (
            "Of what came back and was decided, the share made fit to lend again and not scrapped"
            " before its next loan."
        ),
        "made fit / (made fit + scrapped)",
        "reused",
        ("reused", "scrapped"),
    ),
    (
        "returned_ratio",
        "Returned against issued",
        "What came back against what went out in the same days: not the same items.",
        "returned / issued",
        "returned",
        ("issued",),
    ),
    (
        "reuse_share",
        "Issued again",
        "Of what went out, the share that had been lent before.",
        "issued again / issued",
        "issued_recycled",
        ("issued",),
    ),
)
COUNTS: Final[Mapping[str, str]] = {
    "issued": "Issued",
    "issued_recycled": "Issued again",
    "returned": "Returned",
    "reused": "Made fit",
    "scrapped": "Scrapped",
    "written_off": "Written off",
    "lost": "Lost",
    "waiting": "Waiting",
}
MEANINGS: Final[Mapping[str, str]] = {
    "issued": "Delivered to somebody.",
    "issued_recycled": "Delivered, having been on loan before.",
    "returned": "Loans that ended because the item came back or was found.",
    "reused": "Passed as fit to lend, the first decision after its loan; less what was scrapped"
    " before its next one.",
    "scrapped": "Scrapped after its loan, or before the next one.",
    "written_off": "Given up while it was out.",
    "lost": "Lost while it was out.",
    "waiting": "Back and neither made fit nor scrapped at the end of these days.",
}
Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""What keys are called, by what they are keys of."""
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecyclingPage:
    """The figures of a span of days."""

    title: str
    back: str
    address: str
    errors: list[dict[str, str]]
    fields: list[Field]
    span: str
    rates: list[list[_Cell]]
    counts: list[list[_Cell]]
    apart: list[list[_Cell]]
    by_title: str
    by_rates: tuple[list[_Cell], list[list[_Cell]]]
    by_counts: tuple[list[_Cell], list[list[_Cell]]]
    of_no_key: str
    picture: Markup | None
    files: list[Markup]
    onward: list[Markup]


def refused_page(filled: Filled, refusal: Refusal, base: str) -> RecyclingPage:
    """The form with what is wrong, and no figures."""
    faults, trouble = faults_of(refusal)
    fields = form_fields(Fields(filled, faults), asked_within(filled))
    return RecyclingPage(
        title="Recycling",
        back=f"{base}/budget",
        address=f"{base}/budget/recycling",
        errors=errors(faults, fields, trouble=trouble),
        fields=fields,
        span="",
        rates=[],
        counts=[],
        apart=[],
        by_title="",
        by_rates=([], []),
        by_counts=([], []),
        of_no_key="",
        picture=None,
        files=[],
        onward=[],
    )


def recycling_page(
    report: Report, standing: Budget, names: Names, today: date, base: str
) -> RecyclingPage:
    """All figures, and by what they are broken down."""
    kept = kept_of(report.first, report.last) | {"by": report.by, "scope": report.scope}
    kept |= {"within": report.within} if report.within else {}
    filled = Filled({name: [text] for name, text in (_days(report) | kept).items()})
    broken = report.by != "none"
    return RecyclingPage(
        title="Recycling",
        back=f"{base}/budget",
        address=f"{base}/budget/recycling",
        errors=[],
        fields=form_fields(Fields(filled), _withins(report, names)),
        span=f"{day(report.first)} to {day(report.last)}, both included. {SCOPES[report.scope]}."
        f"{_said_within(report, names)}",
        rates=[_rate_row(report.total, each) for each in _RATES],
        counts=[count_row(report, kind, today, base) for kind in COUNTS
            if getattr(report.total, kind) is not None],
        apart=_apart(report.total, standing) if report.within is None else [],
        by_title=f"By {BY_WORDS[report.by].lower()}",
        by_rates=_by_rates(report, names, base) if broken else ([], []),
        by_counts=_by_counts(report, names, today, base) if broken else ([], []),
        of_no_key=of_no_key(report, COUNTS),
        picture=picture(report) if report.by == "month" and len(report.rows) > 1 else None,
        files=files(f"{base}/budget/recycling/file", kept),
        onward=_onward(kept, base),
    )  # fmt: skip


def asked_within(filled: Filled) -> dict[str, str]:
    """Of what alone was asked for, whatever it is: it is kept while something else is mended."""
    asked = filled.given("within")
    return {"": "All", asked: asked} if asked else {}


def _withins(report: Report, names: Names) -> dict[str, str]:
    """Of what alone one may ask: each partner and depot, and what is shown by now."""
    chosen = {"": "All"} | {
        f"{by}:{key}": f"{name} ({key})"
        for by in ("partner", "depot")
        for key, name in names.get(by, {}).items()
    }
    if report.within and report.within not in chosen:
        by, _, key = report.within.partition(":")
        chosen[report.within] = f"{BY_WORDS[by]}: {key}"
    return chosen


def _said_within(report: Report, names: Names) -> str:
    if not report.within:
        return ""
    by, _, key = report.within.partition(":")
    of = names.get(by, {}).get(key, key)
    return f" {BY_WORDS[by]}: {of} alone; what waits is known of all together only."


def form_fields(fields: Fields, withins: Mapping[str, str] | None = None) -> list[Field]:
    """Which days, by what, of which products, within what."""
    return [
        fields.day("from", "From"),
        fields.day("to", "To, that day included"),
        fields.select("by", "Break down by", BY_WORDS),
        fields.select("scope", "Of", SCOPES),
        *([fields.select("within", "Within", withins)] if withins else []),
    ]


def kept_of(first: date, last: date) -> dict[str, str]:
    """A span of days in an address."""
    return {"from": first.isoformat(), "to": last.isoformat()}


def _days(report: Report) -> dict[str, str]:
    return {
        f"{stem}-{part}": str(getattr(end, part))
        for stem, end in (("from", report.first), ("to", report.last))
        for part in ("day", "month", "year")
    }


def _onward(kept: Mapping[str, str], base: str) -> list[Markup]:
    span = {name: kept[name] for name in ("from", "to", "scope")}
    within = kept.get("within", "")
    compared = {"within": within, "by": "partner" if within.startswith("team:") else "team"}
    ways = (
        ("cohorts", "How much comes back, by month of issue", span),
        ("waiting", "What waits, why items went, what never came back", span),
        (
            "variation",
            "Teams and partners compared with chance",
            span | (compared if within else {}),
        ),
    )
    collected = link(f"{base}/figures", "Collected within so many working days")
    return [
        *(
            link(f"{base}/budget/recycling/{path}?{urlencode(of)}", words)
            for path, words, of in ways
        ),
        collected,
    ]


def _rate_row(total: Row, of: tuple[str, str, str, str, str, tuple[str, ...]]) -> list[_Cell]:
    name, title, words, formula, part, whole = of
    rate: Rate = getattr(total.rates, name)
    above: Count = getattr(total, part)
    below: list[Count] = [getattr(total, each) for each in whole]
    return [
        {"html": explained(title, f"{words} {formula}.")},
        {"text": share(rate.units, above.units, sum(each.units for each in below), "{:,}".format)},
        {"text": share(rate.pence, above.pence, sum(each.pence for each in below), pounds)},
    ]


def explained(text: str, meaning: str) -> Markup:
    """A text with what it means below it."""
    hint = Markup('{}<br><span class="nhsuk-hint nhsuk-u-margin-bottom-0">{}</span>')
    return hint.format(text, meaning)


def share(rate: float | None, part: int, whole: int, written: Any) -> str:
    """A rate with what it is a fraction of."""
    if rate is None:
        return "Nothing yet"
    return f"{rate:.1%} ({written(part)} of {written(whole)})"


def count_row(report: Report, kind: str, today: date, base: str) -> list[_Cell]:
    """A count of all, with what it means, open into its movements."""
    count: Count | None = getattr(report.total, kind)
    assert count is not None, "the total waits too"
    title = explained(COUNTS[kind], MEANINGS[kind])
    units = _opening(report, kind, None, count, today, base)
    return [{"html": title}, units | {"format": "numeric"}, right(pounds(count.pence))]


def _opening(  # noqa: PLR0917 - where a number leads is these six things
    report: Report, kind: str, key: str | None, count: Count, today: date, base: str
) -> _Cell:
    """So many units, which open into the movements behind them where there are any."""
    text = f"{count.units:,}"
    days = (report.last - report.first).days
    if kind == "waiting":
        if not count.units or key is not None or report.last < today:
            return {"text": text}
        address = f"{base}/budget/recycling/waiting"
    elif not (count.units or count.pence) or days >= DAYS_MAX:
        return {"text": text}
    else:
        of: dict[str, str] = {"by": report.by, "key": key} if key is not None else {}
        of |= {"within": report.within} if report.within else {}
        which = {"count": kind, **of, "scope": report.scope, **kept_of(report.first, report.last)}
        address = f"{base}/budget/recycling/movements?{urlencode(which)}"
    of_what = COUNTS[kind] if key is None else f"{COUNTS[kind]}, {key}"
    hidden = Markup('{}<span class="nhsuk-u-visually-hidden">: {}</span>').format(text, of_what)
    return {"html": link(address, hidden)}


def right(text: str) -> _Cell:
    """A number, at the right of its cell."""
    return {"text": text, "format": "numeric"}


def _apart(total: Row, standing: Budget) -> list[list[_Cell]]:
    """Two sums that are often taken for one another."""
    again, figures = total.issued_recycled, standing.pool
    left = figures.contribution_pence - figures.net_pence
    return [
        [
            {
                "html": explained(
                    "Purchases avoided",
                    "What was issued again, at what its loans were charged: so much would have had"
                    " to be bought. What fetching, cleaning and mending it cost is not taken off.",
                )
            },
            {"text": f"{again.units:,} items"},
            right(pounds(again.pence)),
        ],
        [
            {
                "html": explained(
                    "Spent below budget" if left >= 0 else "Spent above budget",
                    f"Contributions of {standing.year}, less net spend up to"
                    f" {day(standing.as_of)}: {pounds(figures.contribution_pence)} -"
                    f" {pounds(figures.net_pence)}. It says nothing of why, and the year may not"
                    " be over.",
                )
            },
            {"text": "Not in units"},
            right(pounds(abs(left))),
        ],
    ]


def name_of(key: str | None, by: By, names: Names) -> str:
    """What a key is called."""
    if key is None:
        return "All"
    if by == "month":
        return f"{date.fromisoformat(f'{key}-01'):%B %Y}"
    if by == "age":
        return {"0": "Under a year", "1": "1 year"}.get(key, f"{key} years")
    name = names.get(by, {}).get(key)
    return f"{name} ({key})" if name else key


def _named(report: Report, key: str | None, names: Names, base: str) -> _Cell:
    """A key, which opens into what it is made of where there is anything to open."""
    name = name_of(key, report.by, names)
    too_long = (report.last - report.first).days >= DAYS_MAX
    if key is None or report.within or report.by == "month" or too_long:
        return {"text": name}
    by = "sku" if report.by == "category" else "category"
    asked = kept_of(report.first, report.last) | {"by": by, "scope": report.scope}
    query = urlencode(asked | {"within": f"{report.by}:{key}"})
    return {"html": link(f"{base}/budget/recycling?{query}", name)}


def _by_rates(report: Report, names: Names, base: str) -> tuple[list[_Cell], list[list[_Cell]]]:
    head = [{"text": BY_WORDS[report.by]}, {"text": "Recycled, by units"}]
    head += [{"text": "Recycled, by value"}, {"text": "Returned against issued"}]
    head += [{"text": "Issued again"}]
    rows = []
    for row in (*report.rows, report.total):
        recycled = row.rates.recycling
        decided = [getattr(row.reused, of) + getattr(row.scrapped, of) for of in ("units", "pence")]
        rows.append(
            [
                _named(report, row.key, names, base),
                {"text": share(recycled.units, row.reused.units, decided[0], "{:,}".format)},
                {"text": share(recycled.pence, row.reused.pence, decided[1], pounds)},
                *(
                    {"text": share(rate, part.units, row.issued.units, "{:,}".format)}
                    for rate, part in (
                        (row.rates.returned_ratio.units, row.returned),
                        (row.rates.reuse_share.units, row.issued_recycled),
                    )
                ),
            ]
        )
    return head, rows


def _by_counts(
    report: Report, names: Names, today: date, base: str
) -> tuple[list[_Cell], list[list[_Cell]]]:
    waits = report.by != "month" and report.within is None
    kinds = [kind for kind in COUNTS if waits or kind != "waiting"]
    head = [{"text": BY_WORDS[report.by]}, *({"text": COUNTS[kind]} for kind in kinds)]
    rows = []
    for row in report.rows:
        cells: list[_Cell] = [{"text": name_of(row.key, report.by, names)}]
        for kind in kinds:
            count: Count = getattr(row, kind)
            units = _opening(report, kind, row.key, count, today, base)
            shown = units.get("html", units.get("text"))
            cells.append({"html": Markup("{}<br>{}").format(shown, pounds(count.pence))})
        rows.append(cells)
    return head, rows
