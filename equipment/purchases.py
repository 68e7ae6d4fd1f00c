"""What new items cost those who share a pool that owns its stock (budget/purchases.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from budget import ledger
from budget.books import Books, read_books
from budget.database import fetch_one
from budget.event import Event
from budget.ledger import Leg
from budget.purchases import sharers, shares
from equipment.journal import Movement, NewItem

POOL: Final = "pool"
"""The owner of what is not somebody else's."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase of one product: what of each item's price each partner pays."""

    day: date
    category: str
    reuse: str
    shares: Mapping[str, int]
    books: Books

    def legs(self, item: NewItem, movement: Movement) -> list[Leg]:
        """What an item that has come in is charged."""
        event = Event(
            movement=movement.id,
            action=movement.action,
            before="",
            phase_before=None,
            phase_after=None,
            occurred_at=movement.occurred_at,
            recorded_at=movement.recorded_at,
            day=self.day,
            item=item.id,
            code=item.code,
            sku=item.sku,
            category=self.category,
            reuse=self.reuse,
            depot=movement.standing.depot,
            loan=None,
        )
        return ledger.purchase(event, self.books, self.shares)


async def purchase_of(sku: str, pence: int | None, owner: str, day: date) -> Purchase | None:
    """What buying items of a product on a day costs whom; None where it is charged to nobody.

    So it is with what has no price or is another owner's, and in a year that charges issues.
    """
    if not pence or owner != POOL:
        return None
    contributions = await sharers(day)
    if not contributions:
        return None
    row = await fetch_one(_KIND, sku)
    assert row is not None, "whoever receives items has looked for their product"
    books = await read_books()
    return Purchase(day, row["category"], row["reuse"], shares(pence, contributions), books)


_KIND: Final = "select category, reuse from products where sku = $1"
