"""What a crew takes along on paper: what to load, and whom to go to, a page for each van. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from labels.code import shown as shown_code
from labels.places import place_text
from labels.qr import matrix, path
from logistics.rounds.day_looks import Called
from logistics.rounds.round_form import Round, ShownStop
from logistics.visits.visit_form import ShownLine
from web.orders.check_words import as_lines
from web.rounds.round_times import at
from web.rounds.round_words import Facts
from web.visits.visit_words import KIND_WORDS, NEED_WORDS, window_words
from web.words import numbered, weekday

# So many modules around a symbol stay white.
_QUIET = 4
_BOX = Markup('<span class="kitback-box" aria-hidden="true"></span> ')


@dataclass(frozen=True, slots=True)
class Sheet:
    """One van's page."""

    heading: str
    summary: str
    van: Markup
    pick_head: list[str]
    picks: list[list[dict[str, Any]]]
    stop_head: list[str]
    stops: list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class SheetsPage:
    """A depot's day on paper."""

    title: str
    back: str
    sheets: list[Sheet]


def sheets_page(
    depot: str, day: date, rounds: Sequence[Round], facts: Facts, *, prefix: str, base: str
) -> SheetsPage:
    """The sheets of all vans that go out; `prefix` is the service's own, for the vans' labels."""
    return SheetsPage(
        title=f"Round sheets, {weekday(day)}",
        back=f"{base}/rounds?depot={depot}&day={day.isoformat()}",
        sheets=[_sheet(each, day, facts, prefix) for each in rounds],
    )


def _sheet(each: Round, day: date, facts: Facts, prefix: str) -> Sheet:
    draft = "DRAFT, not published. " if each.status == "draft" else ""
    return Sheet(
        heading=f"{each.van}, {weekday(day)}",
        summary=f"{draft}Leaves {at(each.leaves)}, back {at(each.back)}.",
        van=_van_label(prefix, each.van),
        pick_head=["Stop", "To be loaded", "Codes"],
        picks=[
            row
            for place, stop in enumerate(each.stops, 1)
            for row in _picks(place, stop, facts.called.get(stop.visit))
        ],
        stop_head=["Stop", "Whom and where", "What to do", "What came of it"],
        stops=[
            _stop(place, stop, facts.called.get(stop.visit))
            for place, stop in enumerate(each.stops, 1)
        ],
    )


def _van_label(prefix: str, van: str) -> Markup:
    """What is scanned from paper to say onto which van things go: the label of the van itself."""
    modules = matrix(place_text(prefix, "van", van))
    side = len(modules) + 2 * _QUIET
    return Markup(
        '<svg class="kitback-van-label" viewBox="-{quiet} -{quiet} {side} {side}" role="img" '
        'aria-label="Label of the van {van}"><rect x="-{quiet}" y="-{quiet}" width="{side}" '
        'height="{side}" fill="#fff"/><path d="{path}"/></svg>'
    ).format(quiet=_QUIET, side=side, van=van, path=path(modules))


def _picks(place: int, stop: ShownStop, called: Called | None) -> Iterator[list[dict[str, Any]]]:
    for line in called.visit.lines if called else []:
        if line.kind in {"delivery", "swap"} and line.outcome is None:
            trip = f", trip {stop.trip}" if stop.trip > 1 else ""
            codes = as_lines([shown_code(code) for code in line.items] or ["Not set aside yet"])
            yield [
                {"text": f"{place}{trip}"},
                {"html": _BOX + numbered(line.name, line.quantity)},
                {"html": codes, "classes": "kitback-code"},
            ]


def _stop(place: int, stop: ShownStop, called: Called | None) -> list[dict[str, Any]]:
    visit = called.visit if called else None
    lines = visit.lines if visit else []
    return [
        {"html": as_lines([f"{place}. {at(stop.begin)}", f"to {at(stop.depart)}"])},
        {"html": as_lines(list(_whom(called)))},
        {"html": Markup("<br>").join(_BOX + _line(line) for line in lines)},
        {"html": as_lines(["Done / failed, because:", "\u00a0", "Signature:"])},
    ]


def _whom(called: Called | None) -> Iterator[str]:
    if called is None or called.visit.person is None:
        yield "Not for you to see"
        return
    visit = called.visit
    yield called.name or "Name not known"
    yield ", ".join(part for part in (visit.address, visit.postcode) if part) or "Address not known"
    yield f"Telephone {visit.phone or 'not known'}"
    yield f"Suits them {window_words(visit.window)}"
    if visit.crew > 1:
        yield "Two people"
    yield from (f"Needs {NEED_WORDS[need]}" for need in visit.needs)
    for text in (visit.access_notes, visit.notes):
        if text:
            yield from text.split("\n")


def _line(line: ShownLine) -> str:
    codes = ", ".join(shown_code(code) for code in line.items)
    named = f"{KIND_WORDS[line.kind]}: {numbered(line.name, line.quantity)}"
    return f"{named} ({codes})" if codes else named
