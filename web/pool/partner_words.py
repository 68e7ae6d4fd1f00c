"""A partner's year in words, month by month, and its statement, posting by posting. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from budget.by_month import Month, PartnerYear
from budget.charges import WORDS as CHARGES
from budget.pool import Figures
from budget.statements import Heading, Placed, Posted
from web.markup import link, tag
from web.paging import Slice
from web.pool.behind_words import FIGURES, POSTED, figure, opening, partner_address
from web.pool.onward_words import files
from web.words import day, pounds, stamp

_Cell = dict[str, Any]


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
        files=files(f"{base}/budget/statement/file", {"year": year, "partner": found.ods}),
    )


def _line(name: str, figures: Figures, address: str | None) -> dict[str, Any]:
    """A figure, what it means, and where it leads."""
    amount = opening(figure(figures, name), address)
    value = _explained(amount["html" if "html" in amount else "text"], FIGURES[name][1])
    return {"key": {"text": FIGURES[name][0]}, "value": {"html": value}}


def _explained(text: str | Markup, meaning: str) -> Markup:
    """A text with what it means below it."""
    hint = Markup('{}<br><span class="nhsuk-hint nhsuk-u-margin-bottom-0">{}</span>')
    return hint.format(text, meaning)


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
        files=files(f"{base}/budget/statement/file", whole),
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


def _address(base: str, what: str, year: str, partner: str, **more: str) -> str:
    return f"{base}/budget/{what}?{urlencode({'year': year, 'partner': partner} | more)}"


def _month(key: str) -> str:
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"


def _amount(pence: int) -> _Cell:
    return _right(pounds(pence))


def _right(text: str) -> _Cell:
    return {"text": text, "format": "numeric"}
