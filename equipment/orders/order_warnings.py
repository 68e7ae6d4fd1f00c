"""What an order warns of, and has to be answered: a reason each, kept on record."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from budget.database import fetch, fetch_one, insert
from budget.refusals import Refused
from equipment.catalogue.compatibility import clashes
from equipment.orders.order_form import Answer, Warned, needed_words
from equipment.orders.order_lifecycle import OPEN
from equipment.orders.returned_specials import fitting
from equipment.staff.roles import Caller


class OrderWarning(msgspec.Struct, frozen=True):
    """A warning, in words for whoever orders."""

    warning: Warned
    detail: str


class Ordered(msgspec.Struct, frozen=True):
    """A product that is ordered, and how many of it in all."""

    sku: str
    name: str
    quantity: int
    max_user_kg: int | None


class Known(msgspec.Struct, frozen=True):
    """What is known of the person: what they have and what is on its way, by sku."""

    weight_kg: int | None
    at_home: Mapping[str, int]
    on_order: Mapping[str, int]


async def known_of(person: UUID, order: UUID | None) -> Known:
    """What a person has on loan, and has on order apart from an order itself."""
    row = await fetch_one(_PERSON, person)
    at_home = await fetch(_AT_HOME, person)
    on_order = await fetch(_ON_ORDER, person, sorted(OPEN), order)
    return Known(
        weight_kg=row["weight_kg"] if row else None,
        at_home={each["sku"]: each["many"] for each in at_home},
        on_order={each["sku"]: each["many"] for each in on_order},
    )


_PERSON: Final = "select weight_kg from people where id = $1"
_AT_HOME: Final = """
select sku, count(*) as many from items
where person = any(family_of($1)) and state = 'on_loan' group by sku
"""
_ON_ORDER: Final = """
select l.sku, sum(l.quantity - l.delivered) as many
from order_standings o join order_lines l on l."order" = o.id
where o.person = any(family_of($1)) and o.status = any($2::varchar[]) and o.id is distinct from $3
    and l.status <> 'cancelled' and l.delivered < l.quantity and l.sku is not null
group by l.sku
"""


async def raised(
    lines: Sequence[Ordered], known: Known, specials: Sequence[str] = ()
) -> list[OrderWarning]:
    """All that there is to say against these lines, the administrator's rules included.

    `specials` are the descriptions of those that are still to be bought.
    """
    ordered = [line.sku for line in lines for _ in range(min(line.quantity, _COUNTED_MAX))]
    at_home = [sku for sku, many in known.at_home.items() for _ in range(min(many, _COUNTED_MAX))]
    unfit = [OrderWarning("does-not-fit", clash.words) for clash in await clashes(ordered, at_home)]
    back = [OrderWarning("returned-special", words) for words in await fitting(specials)]
    return [*warnings(lines, known), *dict.fromkeys(unfit), *back]


# Of more than that, no rule says that it is still enough.
_COUNTED_MAX: Final = 100


def warnings(lines: Sequence[Ordered], known: Known) -> list[OrderWarning]:
    """What these lines and what is known of the person say against them. Pure."""
    times = Counter(line.sku for line in lines)
    first = {line.sku: line for line in reversed(lines)}
    return [
        OrderWarning(kind, words)
        for line in first.values()
        for kind, words in _warnings(line, times[line.sku], known)
    ]


def _warnings(line: Ordered, times: int, known: Known) -> Iterator[tuple[Warned, str]]:
    if here := known.at_home.get(line.sku):
        yield "already-has", f"{line.name}: this person has {here} on loan already."
    if coming := known.on_order.get(line.sku):
        yield "already-ordered", f"{line.name}: {coming} more on order for this person already."
    if times > 1:
        yield "already-ordered", f"{line.name}: it stands on this order {times} times."
    heaviest, weight = line.max_user_kg, known.weight_kg
    if heaviest is not None and weight is not None and weight > heaviest:
        words = f"{line.name}: safe up to {heaviest}kg; this person weighs {weight}kg."
        yield "over-weight", words


def check_answered(
    said: Sequence[OrderWarning], answers: Sequence[Answer], before: Iterable[OrderWarning] = ()
) -> list[tuple[OrderWarning, str]]:
    """The warnings with the reasons that answer them; those answered `before` need none.

    Refused `warnings-unanswered`, with those that nothing answers.
    """
    reasons = {each.warning: needed_words("answers", each.reason) for each in answers}
    settled = set(before)
    fresh = [each for each in said if each not in settled]
    if unanswered := [each for each in fresh if each.warning not in reasons]:
        words = " ".join(each.detail for each in unanswered)
        raise Refused(
            "warnings-unanswered",
            f"{words} Say why you order all the same, or change the order.",
            warnings=[msgspec.to_builtins(each) for each in unanswered],
        )
    return [(each, reasons[each.warning]) for each in fresh]


async def answered(order: UUID) -> list[OrderWarning]:
    """The warnings of an order that were answered."""
    return [OrderWarning(**row) for row in await fetch(_ANSWERED, order)]


_ANSWERED: Final = 'select warning, detail from order_answers where "order" = $1'


async def keep_answers(
    order: UUID, answers: Sequence[tuple[OrderWarning, str]], caller: Caller, now: datetime
) -> None:
    """Keep why it was ordered against the warnings."""
    rows = [
        (order, each.warning, each.detail, reason, now, caller.username) for each, reason in answers
    ]
    await insert("order_answers", _COLUMNS, rows)


_COLUMNS: Final = {
    "order": "uuid",
    "warning": "varchar",
    "detail": "text",
    "reason": "varchar",
    "answered_at": "timestamptz",
    "answered_by": "varchar",
}
