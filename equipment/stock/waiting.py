"""What of a product could be made fit instead of bought: washed, inspected or mended."""

from collections.abc import Sequence
from typing import Final

import msgspec

from budget.database import fetch
from budget.refusals import Fault, Refused, Wrong
from budget.wording import text_faults
from equipment.stock.purchase_form import REASON_MAX, StockAnswer


class StockWaiting(msgspec.Struct, frozen=True):
    """How many of a product and those that serve as well wait to be made fit."""

    sku: str
    name: str
    waiting: int
    detail: str


async def waiting_stock(skus: Sequence[str]) -> list[StockWaiting]:
    """Of which of these products some wait, in all depots together; none of those on hold."""
    rows = await fetch(_WAITING, skus)
    found: dict[str, list[str]] = {}
    units: dict[str, int] = {}
    names = {row["sku"]: row["name"] for row in rows}
    for row in rows:
        words = f"{row['units']:,} of {row['other_name']}"
        found.setdefault(row["sku"], []).append(words)
        units[row["sku"]] = units.get(row["sku"], 0) + row["units"]
    return [
        StockWaiting(
            sku,
            names[sku],
            units[sku],
            f"{names[sku]}: {' and '.join(words)} {'waits' if units[sku] == 1 else 'wait'} to be"
            " washed, inspected or mended.",
        )
        for sku, words in found.items()
    ]


# Only what is lent again can be made fit again. Its equivalents are those that it names itself.
_WAITING: Final = """
select o.sku, p.name, q.name as other_name, sum(s.units)::int as units
from unnest($1::varchar[]) with ordinality as o (sku, place)
join products p on p.sku = o.sku
join products q on (q.sku = p.sku or q.sku = any(p.equivalents)) and q.reuse = 'reusable'
join lateral (
    select units from stock_sums where sku = q.sku and place = '' and not held
        and state in ('returned', 'cleaned', 'in_repair')
    union all
    select units from unfolded_stock where sku = q.sku and not held
        and state in ('returned', 'cleaned', 'in_repair')) s on true
group by o.place, o.sku, p.name, q.sku, q.name having sum(s.units) > 0
order by o.place, q.sku <> o.sku, q.sku
"""


def check_answered(
    skus: Sequence[str], waiting: Sequence[StockWaiting], answers: Sequence[StockAnswer]
) -> list[tuple[StockWaiting, str]]:
    """What waits of these products, with the reasons for buying all the same.

    Refused `stock-waits`, with what nothing answers; Wrong where an answer is no words, or about
    something else.
    """
    faults = [
        fault
        for n, each in enumerate(answers)
        for fault in text_faults(f"answers[{n}].reason", each.reason, REASON_MAX)
    ]
    faults += [
        Fault(f"answers[{n}].sku", "Is none of what is bought.")
        for n, each in enumerate(answers)
        if each.sku not in skus
    ]
    if faults:
        raise Wrong(faults)
    reasons = {each.sku: each.reason for each in answers}
    if unanswered := [each for each in waiting if each.sku not in reasons]:
        words = " ".join(each.detail for each in unanswered)
        raise Refused(
            "stock-waits",
            f"{words} Say why new ones are bought all the same, or order fewer.",
            waiting=[msgspec.to_builtins(each) for each in unanswered],
        )
    return [(each, reasons[each.sku]) for each in waiting]
