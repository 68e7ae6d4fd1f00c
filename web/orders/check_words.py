"""The order as it will be sent, in the words of whoever checks it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from budget.refusals import Fault, Refused, Wrong
from equipment.orders.order_quotes import Quote, QuotedLine
from equipment.working_days import comes_later
from web.fields import Field, Fields, errors
from web.forms import Filled
from web.orders.answers import Asked, asked, unanswered
from web.orders.find_words import born, number
from web.orders.pick_words import counted, stock_words
from web.orders.picking import PATH, Picked
from web.words import clock, listed, numbered, pounds, weekday


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Everything that is sent, before it is."""

    title: str
    back: str | None
    action: str
    hidden: list[Field]
    rows: list[dict[str, Any]]
    approval: list[str]
    asked: list[Asked]
    reason: Field
    notes: Field
    dates: list[dict[str, Any]]
    dates_are_open: bool
    notes_are_open: bool
    errors: list[dict[str, str]]
    submit: str
    # The button that goes back to the form, where no link can; and what the other one sends.
    edit: str | None = None
    step: str | None = None


def check_page(
    made: Picked,
    quote: Quote,
    filled: Filled,
    base: str,
    *,
    faults: Sequence[Fault] = (),
    trouble: str | None = None,
) -> CheckPage:
    """The page, with what was typed and what is wrong."""
    fields = Fields(filled, faults)
    questions = list(asked(fields, [(each.warning, each.detail) for each in quote.warnings]))
    dates = [_dates(fields, place, line) for place, line in enumerate(quote.lines)]
    reason = _reason(fields, quote)
    notes = fields.lines("notes", "For whoever delivers, such as when somebody is in", rows=3)
    every = [
        *(each.field for each in questions),
        reason,
        notes,
        *(field for each in dates for field in each["fields"]),
    ]
    said = errors(faults, every, trouble=trouble or _not_provided(quote))
    return CheckPage(
        title="Error: Check your order" if said else "Check your order",
        back=made.address(base),
        action=f"{base}{PATH}",
        hidden=[{"kind": "hidden", "name": name, "value": text} for name, text in made.pairs()],
        rows=list(_rows(made, quote, base)),
        approval=list(_approval(quote)),
        asked=questions,
        reason=reason,
        notes=notes,
        dates=dates,
        dates_are_open=_is_typed(filled, faults, ("review-", "end-")),
        notes_are_open=_is_typed(filled, faults, ("notes",)),
        errors=said,
        submit="Send for approval" if quote.beyond else "Place order",
    )


def _not_provided(quote: Quote) -> str | None:
    """What would be refused if the order were sent."""
    told = [
        f"{line.name}: {quote.not_provided[line.sku]}"
        for line in quote.lines
        if line.sku is not None and line.sku in quote.not_provided
    ]
    return f"Care homes are not given this. {'; '.join(told)}" if told else None


def refused(
    made: Picked, quote: Quote, filled: Filled, refusal: Wrong | Refused, base: str
) -> CheckPage:
    """The page again, with what keeps the order from being placed."""
    if isinstance(refusal, Wrong):
        return check_page(made, quote, filled, base, faults=refusal.faults)
    if refusal.slug == "warnings-unanswered":
        return check_page(made, quote, filled, base, faults=unanswered(_kinds(quote), filled))
    return check_page(made, quote, filled, base, trouble=_TROUBLE.get(refusal.slug, refusal.detail))


def about_fields(refusal: Wrong | Refused) -> Wrong | Refused:
    """With the names that the fields have on the page."""
    if not isinstance(refusal, Wrong):
        return refusal
    return Wrong([Fault(_on_page(fault.field), fault.message) for fault in refusal.faults])


def _on_page(path: str) -> str:
    match = _OF_LINE.fullmatch(path)
    return f"{match[2]}-{match[1]}" if match else path


_OF_LINE: Final = re.compile(r"lines\[([0-9]+)\]\.(review|end)_on")
_TROUBLE: Final = {
    "id-reused": "You have sent this order already, and it has changed since. See My orders; to"
    " order something else as well, begin a new order."
}


def _kinds(quote: Quote) -> list[str]:
    return [each.warning for each in quote.warnings]


def _is_typed(filled: Filled, faults: Sequence[Fault], stems: tuple[str, ...]) -> bool:
    typed = any(name.startswith(stems) and filled.text(name) for name in filled.fields)
    return typed or any(fault.field.startswith(stems) for fault in faults)


def _rows(made: Picked, quote: Quote, base: str) -> Iterator[dict[str, Any]]:
    person = quote.person
    change = made.address(base)
    yield _row(
        "For",
        [person.name, born(person), number(person)],
        (f"{base}{PATH}", "whom it is for"),
    )
    for line in quote.lines:
        yield _row(_named(line), list(_line(line, quote)), (change, line.name))
    yield _row("Arrives", list(_arrives(quote)), (f"{change}#speed", "how soon it arrives"))
    yield _row("Cost", [cost(quote.total_pence, quote.delivery_pence)])
    yield _row("Paid by", [quote.funder_name or "Nobody yet"])
    yield _row("Already at home", counted(quote.at_home) or ["Nothing from us"])
    if quote.on_order:
        yield _row("On order already", counted(quote.on_order))


def _row(key: str, lines: Sequence[str], change: tuple[str, str] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"key": {"text": key}, "value": {"html": as_lines(lines)}}
    if change is not None:
        href, what = change
        row["actions"] = {"items": [{"href": href, "text": "Change", "visuallyHiddenText": what}]}
    return row


def as_lines(lines: Sequence[str]) -> Markup:
    """One under the other, escaped."""
    return Markup("<br>").join(lines)


def _named(line: QuotedLine) -> str:
    return numbered(line.name, line.quantity)


def _line(line: QuotedLine, quote: Quote) -> Iterator[str]:
    safe = safe_words(line.max_user_kg, quote.person.weight_kg)
    if safe is not None:
        yield safe
    if line.quantity > 1:
        yield f"{pounds(line.price_pence)} each, {pounds(line.price_pence * line.quantity)} in all"
    else:
        yield pounds(line.price_pence)
    if line.is_short:
        yield f"{stock_words(line)}. It will wait for the next that comes back."


def safe_words(max_user_kg: int | None, weight_kg: int | None) -> str | None:
    """How heavy somebody may be, and how heavy this person is."""
    if max_user_kg is None:
        return None
    if weight_kg is None:
        return f"Safe up to {max_user_kg}kg; this person's weight is not known."
    return f"Safe up to {max_user_kg}kg; this person weighs {weight_kg}kg."


def _arrives(quote: Quote) -> Iterator[str]:
    assert quote.due_on is not None
    day = weekday(quote.due_on)
    when = _before(quote)
    if any(line.is_short for line in quote.lines):
        yield f"What is in stock arrives by {day}, if you order {when}."
        yield "What is not may come later."
    else:
        yield f"By {day}, if you order {when}."


def _before(quote: Quote) -> str:
    assert quote.speed is not None
    # Before a weekend nothing is missed by ordering in the evening.
    if quote.order_before is None or not comes_later(quote.order_day, quote.speed):
        return "today"
    return f"before {clock(quote.order_before)} {_which_day(quote)}"


def _which_day(quote: Quote) -> str:
    return "today" if quote.asked_on == quote.order_day else "tomorrow"


def cost(total_pence: int, delivery_pence: int | None) -> str:
    """What an order costs in all."""
    if not delivery_pence:
        return f"{pounds(total_pence)}, with no charge for delivery"
    whole = total_pence + delivery_pence
    return f"{pounds(whole)}, including {pounds(delivery_pence)} delivery"


def _approval(quote: Quote) -> Iterator[str]:
    """Why somebody else has to approve of it."""
    level, limit = quote.authority.level, quote.authority.limit_pence
    if "level" in quote.beyond:
        names = [line.name for line in quote.lines if (line.level or 0) > (level or 0)]
        yield f"{listed(names)}: above what you may order yourself (level {level})."
    if "limit" in quote.beyond and limit is not None:
        yield f"Your limit is {pounds(limit)}."
    if "special" in quote.beyond:
        yield "Equipment that is not in the catalogue always needs approval."
    if "funder" in quote.beyond:
        yield f"{quote.funder_name} pays, for whom you do not order yourself."


def _reason(fields: Fields, quote: Quote) -> Field:
    label = "Why do they need it? (optional)"
    hint = "Whoever approves reads this." if quote.beyond else "This stays with the order."
    return fields.lines("reason", label, rows=2, hint={"text": hint})


def _dates(fields: Fields, place: int, line: QuotedLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "fields": [
            fields.day(f"review-{place}", "Look at it again on", hint={"text": _EXAMPLE}),
            fields.day(f"end-{place}", "Needed until", hint={"text": _EXAMPLE}),
        ],
    }


_EXAMPLE: Final = "For example, 27 3 2027"
