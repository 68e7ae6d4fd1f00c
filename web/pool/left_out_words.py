"""What never came back, item by item, in words: nobody is named. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from equipment.returns.left_out import LeftOut, Narrowed
from equipment.returns.not_back import Unreturned
from web.fields import Fields
from web.forms import Filled
from web.list_page import ListPage
from web.markup import link
from web.paging import Slice
from web.pool.recycling_words import right
from web.pool.returned_words import WHY
from web.words import count, day, pounds

_Cell = dict[str, Any]
_HEAD: Final = ("Item", "Product", "Why", "Since", "Charged", "Value today", "Gain")


def list_page(
    found: Slice[LeftOut], wanted: Narrowed, sums: Unreturned, filled: Filled, base: str
) -> ListPage:
    """The items, with what all that is asked for comes to."""
    fields = Fields(filled)
    products = {row.sku: row.name for row in sums.rows if row.sku is not None}
    return ListPage(
        title="What never came back, item by item",
        head=[{"text": each} if place < _NUMBERS else right(each)
            for place, each in enumerate(_HEAD)],
        rows=[_row(each, base) for each in found.rows],
        empty="There is nothing of it.",
        links=found.links,
        address=f"{base}/budget/recycling/not-back",
        fields=[
            fields.select("why", "Why", {"": "For any reason"} | dict(WHY)),
            fields.select("sku", "Product", {"": "All products"} | {
                sku: f"{name} ({sku})" for sku, name in sorted(products.items())}),
            fields.select("worth", "Which", {"": "All of it", "yes": "What is worth fetching"}),
        ],
        other=("What waits, what went, and this by product", f"{base}/budget/recycling/waiting"),
        paragraphs=list(_said(wanted, sums)),
    )  # fmt: skip


_NUMBERS: Final = 4
"""From which column on there are amounts."""


def _said(wanted: Narrowed, sums: Unreturned) -> Iterator[str]:
    rows = [
        row for row in sums.rows if wanted.why in {None, row.why} and wanted.sku in {None, row.sku}
    ]
    units, worth = sum(row.units for row in rows), sum(row.worth_units for row in rows)
    gain = sum(row.worth_pence for row in rows)
    out = f"{count(units, 'item is', 'items are')} out or lost, on {day(sums.as_of)}."
    if sums.collection_pence is None:
        yield f"{out} Nothing is worth fetching as long as no price of a collection is agreed."
    else:
        yield (
            f"{out} {count(worth, 'is', 'are')} worth fetching, at {pounds(sums.collection_pence)}"
            f" each: that would bring {pounds(gain)} beyond what it costs."
        )
    yield sums.formula


def _row(each: LeftOut, base: str) -> list[_Cell]:
    return [
        {"html": link(f"{base}/items/{each.item}", each.item)},
        {"text": f"{each.name} ({each.sku})"},
        {"text": WHY[each.why]},
        {"text": day(each.since) if each.since else "Not known"},
        right(pounds(each.charged_pence)),
        right("Not known" if each.value_pence is None else pounds(each.value_pence)),
        right("None" if each.gain_pence is None or each.gain_pence <= 0
            else pounds(each.gain_pence)),
    ]  # fmt: skip
