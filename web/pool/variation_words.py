"""Teams and partners compared with chance, in words, pictures and tables of the same. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from budget.recycling import By
from budget.refusals import Refusal
from budget.variation import Compared, Measure, Name, Outside
from budget.within import DAYS_MAX
from equipment.returns.comparing import Variation
from web.fields import Field, Fields, errors, faults_of
from web.forms import Filled
from web.markup import link, tag
from web.pool.charts import Curve, Dot, Frame, draw_funnel
from web.pool.onward_words import files
from web.pool.recycling_words import (
    BY_WORDS,
    COUNTS,
    SCOPES,
    Names,
    asked_within,
    kept_of,
    name_of,
    right,
)
from web.words import day, pounds

_BY: Final = {"team": "Team that ordered", "partner": "Partner"}
_ABOUT: Final = (
    "Each is compared with all together. Within the limits, what it differs by may well be chance:"
    " of twenty that are no different, one lies outside 95%; of five hundred, one outside 99.8%."
    " Outside says that there is a reason, not that it is a bad one."
)
_PERCENT: Final = 100
_Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Funnel:
    """One measure: its picture, its table, and what is said of both."""

    title: str
    definition: str
    dispersion: str
    picture: Markup | None
    head: list[_Cell]
    rows: list[list[_Cell]]
    empty: str


@dataclass(frozen=True, slots=True)
class VariationPage:
    """All measures."""

    title: str
    back: str
    address: str
    errors: list[dict[str, str]]
    fields: list[Field]
    span: str
    about: str
    funnels: list[Funnel]
    files: list[Markup]


def refused_page(filled: Filled, refusal: Refusal, base: str) -> VariationPage:
    """The form with what is wrong, and nothing else."""
    faults, trouble = faults_of(refusal)
    fields = _fields(Fields(filled, faults), asked_within(filled))
    return _page(fields, errors(faults, fields, trouble=trouble), "", [], base, [])


def withins(found: Variation, names: Names, keys: Mapping[By, Sequence[str]]) -> dict[str, str]:
    """Of what alone one may ask: what is known by name, and what else was counted by."""
    chosen = {"": "All"}
    for by, of in (*names.items(), *keys.items()):
        for key in of:
            chosen[f"{by}:{key}"] = _within(f"{by}:{key}", names)
    if found.within and found.within not in chosen:
        chosen[found.within] = _within(found.within, names)
    # By what is compared, it is broken down already.
    return {each: words for each, words in chosen.items() if not each.startswith(f"{found.by}:")}


def _within(within: str, names: Names) -> str:
    by, _, key = within.partition(":")
    return f"{BY_WORDS[by].split()[0]}: {names.get(by, {}).get(key, key)}"


def variation_page(
    found: Variation, filled: Filled, names: Names, withins: Mapping[str, str], base: str
) -> VariationPage:
    """Each measure with its funnel."""
    span = f"{day(found.first)} to {day(found.last)}, both included. {SCOPES[found.scope]}."
    if found.within:
        span += f" {_within(found.within, names)} alone."
    kept = _kept(found)
    shown = [_funnel(each, found, names, base) for each in found.measures]
    linked = files(f"{base}/budget/recycling/variation/file", kept)
    return _page(_fields(Fields(filled), withins), [], span, shown, base, linked)


def _kept(found: Variation) -> dict[str, str]:
    kept = kept_of(found.first, found.last) | {"by": found.by, "scope": found.scope}
    return kept | ({"within": found.within} if found.within else {})


def _fields(fields: Fields, withins: Mapping[str, str] | None = None) -> list[Field]:
    return [
        fields.day("from", "From"),
        fields.day("to", "To, that day included"),
        fields.select("by", "Compare by", _BY),
        fields.select("scope", "Of", SCOPES),
        *([fields.select("within", "Within", withins)] if withins else []),
    ]


def _page(  # noqa: PLR0917 - what a page is made of
    fields: list[Field],
    said: list[dict[str, str]],
    span: str,
    funnels: list[Funnel],
    base: str,
    linked: list[Markup],
) -> VariationPage:
    return VariationPage(
        title="Compared with chance",
        back=f"{base}/budget/recycling",
        address=f"{base}/budget/recycling/variation",
        errors=said,
        fields=fields,
        span=span,
        about=_ABOUT,
        funnels=funnels,
        files=linked,
    )


def _funnel(measure: Measure, found: Variation, names: Names, base: str) -> Funnel:
    heads = [_BY[found.by].split()[0], "Part", "Of", "Value", "95% limits", "Lies"]
    if measure.over_dispersed:
        heads.append("With widened limits")
    ordered = sorted(measure.rows, key=lambda row: (-abs(row.standard_errors), row.key))
    return Funnel(
        title=measure.title,
        definition=f"{measure.definition} All together: {_written(measure.name, measure.target)}."
        f" Of: {measure.whole[:1].lower()}{measure.whole[1:]}.",
        dispersion=_dispersion(measure),
        picture=_picture(measure, found, names) if measure.rows else None,
        head=[{"text": text} for text in heads],
        rows=[_row(measure, row, found, names, base) for row in ordered],
        empty="There is nothing to compare in these days.",
    )


def _dispersion(measure: Measure) -> str:
    if measure.dispersion is None:
        return "Too few to say whether they differ more than by chance."
    times = f"{measure.dispersion:,.1f}"
    if not measure.over_dispersed:
        return (
            f"They vary {times} times as much as chance alone would make them: no more than that."
        )
    return (
        f"They vary {times} times as much as chance alone would make them (over-dispersion): the"
        " limits are too narrow to single anybody out. What still lies outside once they are"
        " widened by that stands out among the others."
    )


def _written(name: Name, value: float | None) -> str:
    if value is None:
        return "nothing yet"
    if name == "cost":
        return pounds(round(value))
    return f"{value:.1%}" if name == "recycling" else f"{value:,.3g}"


def _row(measure: Measure, row: Compared, found: Variation, names: Names, base: str) -> list[_Cell]:
    part = pounds(row.part) if measure.name == "cost" else f"{row.part:,}"
    low, high = row.limits.low_95, row.limits.high_95
    counted, whole = _COUNTED[measure.name]
    cells: list[_Cell] = [
        _named(row.key, found, names, base),
        _opening(part, counted, row.key, found, base),
        _opening(f"{row.whole:,}", whole, row.key, found, base),
        right(_written(measure.name, row.value)),
        {"text": f"{_written(measure.name, low)} to {_written(measure.name, high)}"},
        {"html": _lies(row.outside, row.standard_errors)},
    ]
    if measure.over_dispersed:
        cells.append({"html": _lies(row.widened, row.standard_errors)})
    return cells


_COUNTED: Final[Mapping[Name, tuple[str, str | None]]] = {
    "recycling": ("reused", None),
    "returns": ("returned", "issued"),
    "cost": ("issued", "issued"),
    "issues": ("issued", None),
}
"""Which counts a measure's part and whole are, where they are one."""


def _opening(text: str, counted: str | None, key: str, found: Variation, base: str) -> _Cell:
    """A number that opens into the movements behind it, where there can be any."""
    if counted is None or text in {"0", "£0"} or (found.last - found.first).days >= DAYS_MAX:
        return right(text)
    asked = urlencode({"count": counted, "key": key, **_kept(found)})
    hidden = Markup('{}<span class="nhsuk-u-visually-hidden">: {}, {}</span>').format(
        text, COUNTS[counted], key
    )
    address = f"{base}/budget/recycling/movements?{asked}"
    return {"html": link(address, hidden), "format": "numeric"}


def _named(key: str, found: Variation, names: Names, base: str) -> _Cell:
    """Who it is, which opens into all its figures; within something else there are none."""
    called = _called(key, found, names)
    if found.within or (found.last - found.first).days >= DAYS_MAX:
        return {"text": called}
    asked = kept_of(found.first, found.last) | {"scope": found.scope, "by": "category"}
    query = urlencode(asked | {"within": f"{found.by}:{key}"})
    return {"html": link(f"{base}/budget/recycling?{query}", called)}


def _lies(outside: Outside, errors: float) -> Markup:
    if outside == "within":
        return tag("Within", "grey")
    where = "above" if errors > 0 else "below"
    return tag(f"{where.capitalize()} {outside}%", "orange" if outside == "99.8" else "yellow")


def _called(key: str, found: Variation, names: Names) -> str:
    return name_of(key, found.by, names)


def _picture(measure: Measure, found: Variation, names: Names) -> Markup:
    scale = {"cost": 1 / 100, "recycling": _PERCENT}.get(measure.name, 1)
    written = {"cost": "£{:,.0f}", "recycling": "{:,.0f}%"}.get(measure.name, "{:,.3g}")
    frame = Frame(
        name=f"funnel-{measure.name}",
        title=f"{measure.title}: a funnel plot",
        description="Each by how much there is of it; what lies outside is named. A table follows.",
        up=measure.title,
        written=written.format,
        across=measure.whole,
    )
    dots = [
        Dot(_called(row.key, found, names), row.whole, row.value * scale, row.outside == "99.8")
        for row in measure.rows
    ]
    curves = [
        Curve(name, [(each.whole, getattr(each, end) * scale) for each in measure.curve], dashed)
        for name, end, dashed in _ENDS
    ]
    return draw_funnel(frame, dots, curves)


_ENDS: Final = (
    ("99.8% limit, low", "low_99_8", False),
    ("95% limit, low", "low_95", True),
    ("95% limit, high", "high_95", True),
    ("99.8% limit, high", "high_99_8", False),
)
