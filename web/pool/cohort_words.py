"""Cohorts in words: what is not known yet is said to be so, and never drawn as low. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.cohorts import HORIZONS, Cohort, Cohorts, Within
from budget.forecasting.series import months_after
from budget.recycling import Count
from budget.refusals import Refusal
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link
from web.pool.charts import Frame, Line, draw_lines
from web.pool.onward_words import files
from web.pool.recycling_picture import months
from web.pool.recycling_words import SCOPES, kept_of, share
from web.words import pounds

_OF: Final[Mapping[str, str]] = {
    "none": "Everything",
    "partner": "One partner, by its ODS code",
    "sku": "One product, by its number",
    "team": "One team, by its name",
}
_NOT_YET: Final = "Not yet known"
_MEANING: Final = (
    "Of what was issued in a month, what came back within 3, 6 and 12 months of its own day of"
    " issue: returned / issued, in units and in what the loans were charged. Lent again: issued"
    " again within 12 months of that day. Not yet known: not all of the month has had so long. The"
    " last row adds up the months that are known, with what they issued."
)
_PERCENT: Final = 100
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CohortsPage:
    """The cohorts of some months."""

    title: str
    back: str
    address: str
    errors: list[dict[str, str]]
    fields: list[Field]
    definition: str
    of: str
    picture: Markup | None
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str
    files: list[Markup]


def refused_page(filled: Filled, of: str, refusal: Refusal, base: str) -> CohortsPage:
    """The form with what is wrong, and no cohorts."""
    faults, trouble = faults_of(refusal)
    fields = _fields(Fields(_filled(filled, of), faults))
    said = errors(faults, fields, trouble=trouble)
    return _page(base, fields, said, definition="", of="", picture=None, rows=None, linked=[])


def cohorts_page(
    found: Cohorts, filled: Filled, names: Mapping[str, str], base: str
) -> CohortsPage:
    """Each month with what came back of it, and what is known of all together."""
    fields = _fields(Fields(_filled(filled, found.of)))
    of = SCOPES[found.scope]
    if found.key is not None:
        name = names.get(found.key) if found.of == "partner" else None
        of += f", of {f'{name} ({found.key})' if name else found.key}"
    rows = [_row(cohort, found, base) for cohort in found.rows]
    if rows:
        rows.append(_row(found.total, found, base))
    kept = {"from": f"{found.first}-01", "to": f"{found.last}-01", "scope": found.scope}
    kept |= {"of": found.of} | ({"key": found.key} if found.key is not None else {})
    return _page(
        base,
        fields,
        [],
        linked=files(f"{base}/budget/recycling/cohorts/file", kept),
        definition=_MEANING,
        of=of,
        picture=_picture(found) if len(found.rows) > 1 else None,
        rows=rows,
    )


def _filled(filled: Filled, of: str) -> Filled:
    return Filled({**filled.fields, "of": [of]})


def _fields(fields: Fields) -> list[Field]:
    return [
        fields.day("from", "Issued from the month of"),
        fields.day("to", "To the month of"),
        fields.select("scope", "Of", SCOPES),
        fields.select("of", "Issued for", _OF),
        fields.text("key", "Which partner, product or team", width=20),
    ]


def _page(
    base: str,
    fields: list[Field],
    said: list[dict[str, str]],
    *,
    definition: str,
    of: str,
    picture: Markup | None,
    rows: list[list[_Cell]] | None,
    linked: list[Markup],
) -> CohortsPage:
    heads = ["Issued in", "Issued", *(f"Back within {within} months" for within in HORIZONS)]
    heads += ["Lent again within 12 months", "Back so far", "Written off so far"]
    return CohortsPage(
        files=linked,
        title="How much comes back, by month of issue",
        back=f"{base}/budget/recycling",
        address=f"{base}/budget/recycling/cohorts",
        errors=said,
        fields=fields,
        definition=definition,
        of=of,
        picture=picture,
        head=[{"text": text} for text in heads],
        rows=rows or [],
        empty="" if rows is None else "Nothing was issued in these months.",
    )


def _row(cohort: Cohort, found: Cohorts, base: str) -> list[_Cell]:
    name = "All that is known" if cohort.month is None else _month(cohort.month)
    return [
        {"text": name},
        _issued(cohort, found, base),
        *map(_within, (*cohort.back, cohort.lent_again)),
        _count(cohort.back_so_far),
        _count(cohort.written_off_so_far),
    ]


def _issued(cohort: Cohort, found: Cohorts, base: str) -> _Cell:
    """What was issued in a month, which opens into its deliveries."""
    if cohort.month is None or not cohort.issued.units:
        return _count(cohort.issued)
    first = date.fromisoformat(f"{cohort.month}-01")
    asked = kept_of(first, months_after(first, 1) - timedelta(days=1)) | {"scope": found.scope}
    asked |= {"within": f"{found.of}:{found.key}"} if found.key is not None else {}
    address = f"{base}/budget/recycling/movements?{urlencode({'count': 'issued', **asked})}"
    units = link(address, f"{cohort.issued.units:,}")
    return {"html": Markup("{}<br>{}").format(units, pounds(cohort.issued.pence))}


def _month(key: str) -> str:
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"


def _count(count: Count) -> _Cell:
    return {"html": Markup("{}<br>{}").format(f"{count.units:,}", pounds(count.pence))}


def _within(within: Within) -> _Cell:
    count, issued = within.count, within.issued
    if count is None or issued is None:
        return {"text": _NOT_YET}
    return {
        "html": Markup("{}<br>{}").format(
            share(within.share.units, count.units, issued.units, "{:,}".format),
            share(within.share.pence, count.pence, issued.pence, pounds),
        )
    }


def _picture(found: Cohorts) -> Markup:
    frame = Frame(
        name="cohorts",
        title="Came back, by month of issue",
        description="Of the items issued in each month; a line ends where it is not yet known.",
        up="Came back, %",
        written="{:,.0f}%".format,
        across="Month of issue",
    )
    lines = []
    for place, within in enumerate(HORIZONS):
        shares = [row.back[place].share.units for row in found.rows]
        values = [None if each is None else each * _PERCENT for each in shares]
        lines.append(Line(f"Within {within} months", values))
    return draw_lines(frame, months([str(row.month) for row in found.rows]), lines)
