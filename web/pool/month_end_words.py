"""Closing a month in words: what is closed for good, and what is still open. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from budget.month_end import MonthEnd, PartnerMonth
from budget.refusals import Refusal
from web.fields import Field, Fields, errors, faults_of, hidden
from web.forms import Filled
from web.markup import link
from web.words import count, day, pounds

NOT_SURE: Final = "Tick that it is to be closed for good."
_Cell = dict[str, Any]
_AMOUNTS: Final = ("issues", "activity", "credits", "net")


@dataclass(frozen=True, slots=True)
class MonthEndPage:
    """The month that is next, and the form that closes it where that may be done."""

    title: str
    heading: str
    back: str
    action: str
    errors: list[dict[str, str]]
    paragraphs: list[str]
    still_open: list[_Cell]
    head: list[_Cell]
    partners: list[list[_Cell]]
    fields: list[Field]
    submit: str


def month_end_page(
    found: MonthEnd | None, base: str, filled: Filled | None = None, refusal: Refusal | None = None
) -> MonthEndPage:
    """What closing does, what it comes to for each partner, and whether it may be done yet."""
    faults, trouble = ((), None) if refusal is None else faults_of(refusal)
    closable = found is not None and found.ended
    fields = _fields(Fields(filled, faults), found) if found is not None and closable else []
    wrong = errors(faults, fields, trouble=trouble)
    heading = "Close a month" if found is None else f"Close {month_words(found.month)}"
    return MonthEndPage(
        title=f"Error: {heading}" if wrong else heading,
        heading=heading,
        back=f"{base}/budget",
        action=f"{base}/budget/close",
        errors=wrong,
        paragraphs=list(_paragraphs(found)),
        still_open=[] if found is None else _still_open(found, base),
        head=[{"text": "Partner"}, *(_right(name.capitalize()) for name in _AMOUNTS)],
        partners=[] if found is None else _partners(found, base),
        fields=fields,
        submit="Close it for good",
    )


def _fields(fields: Fields, found: MonthEnd) -> list[Field]:
    sure = {"yes": f"Close {month_words(found.month)} for good"}
    box = fields.checkboxes("sure", "This cannot be taken back", sure)
    if not found.following:
        return [hidden("month", found.month), box]
    until = {found.month: f"{month_words(found.month)} alone"}
    until |= {f"{each:%Y-%m}": f"Until {each:%B %Y}" for each in found.following}
    sure = {"yes": "Close what is chosen for good"}
    return [
        hidden("month", found.month),
        fields.select(
            "until", "How far to close", until, value=found.month,
            hint="What the months after the first come to stands in each partner's year.",
        ),
        fields.checkboxes("sure", "This cannot be taken back", sure),
    ]  # fmt: skip


def closed_words(months: Sequence[str]) -> str:
    """That they are closed."""
    first, last = month_words(months[0]), month_words(months[-1])
    return f"{first} is closed." if first == last else f"{first} to {last} are closed."


def _paragraphs(found: MonthEnd | None) -> Iterator[str]:
    if found is None:
        yield "Nothing has been posted yet, so there is no month to close."
        return
    if not found.ended:
        yield (
            f"{month_words(found.month)} is the next month to be closed. It ends on"
            f" {day(found.last)}, and can be closed from the day after."
        )
    yield (
        "Once a month is closed, nothing can be posted in it. Each partner's statement of it is"
        " kept as it is. What happened in it and is recorded later is posted on the first day of"
        " the next month, and marked as late."
    )


def _still_open(found: MonthEnd, base: str) -> list[_Cell]:
    undecided = count(found.undecided, "charge is", "charges are") + " proposed and not decided"
    late = f"{count(found.late, 'posting')}, which come to {pounds(found.late_pence)}"
    asked = f"{base}/budget/charges?{urlencode({'status': 'proposed'})}"
    decide: _Cell = {"html": link(asked, undecided)} if found.undecided else {"text": "None"}
    return [
        {"key": {"text": "Still to be decided"}, "value": decide},
        {
            "key": {"text": "Came late, from months closed before"},
            "value": {"text": late if found.late else "None"},
        },
    ]


def _partners(found: MonthEnd, base: str) -> list[list[_Cell]]:
    rows = [
        [{"html": _statement(found, each, base)}, *map(_right, _amounts(each))]
        for each in found.partners
    ]
    sums = [sum(getattr(each, f"{name}_pence") for each in found.partners) for name in _AMOUNTS]
    return [*rows, [{"text": "All partners"}, *(_right(pounds(pence)) for pence in sums)]]


def _statement(found: MonthEnd, each: PartnerMonth, base: str) -> str:
    asked = urlencode({"year": found.year, "partner": each.ods, "month": found.month})
    return link(f"{base}/budget/statement?{asked}", each.name)


def _amounts(each: PartnerMonth) -> list[str]:
    return [pounds(getattr(each, f"{name}_pence")) for name in _AMOUNTS]


def month_words(month: str) -> str:
    """A month such as 2018-10 as it is spoken of: October 2018."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
