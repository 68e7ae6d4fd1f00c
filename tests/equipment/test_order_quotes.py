"""A quote says beforehand what placing would come to, and what it would refuse."""

from uuid import UUID

import msgspec
import pytest

from budget.refusals import Refused
from equipment.catalogue.kits import KitLine, NewKit, set_kit
from equipment.orders.order_quotes import Quote, Sketch, quote
from equipment.people import care_homes
from equipment.people.care_homes import NewCareHomeRule
from equipment.people.people import register
from equipment.people.person_form import Home, NewPerson
from equipment.staff.roles import Caller
from tests.equipment.ordering import open_for_orders, orderer, placed
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import COORDINATOR, NOW, somebody, stock


@pytest.fixture
async def nurse(database: str) -> Caller:  # noqa: ARG001 - it opens the pool
    """A prescriber of 04K who may order two beds."""
    await open_for_orders()
    return await orderer(level=2, limit=130_000)


async def test_a_quote_names_what_care_homes_are_not_given(nurse: Caller) -> None:
    """Which placing refuses; of who lives at home it names nothing."""
    await stock("RAIL")
    rule = NewCareHomeRule(provided=False, reason="Theirs", from_on=NOW.date(), sku="RAIL")
    await care_homes.enter(ADMINISTRATOR, rule, NOW)
    resident = await _living("care_home")
    assert (await _quoted(nurse, resident, "BED01", "RAIL")).not_provided == {"RAIL": "Theirs"}
    with pytest.raises(Refused) as refusal:
        await placed(nurse, resident, "BED01", "RAIL")
    assert refusal.value.facts["skus"] == {"RAIL": "Theirs"}
    assert (await _quoted(nurse, resident, "BED01")).not_provided == {}
    assert (await _quoted(nurse, await _living("own_home"), "RAIL")).not_provided == {}


async def test_a_quote_of_a_kit_is_one_of_what_is_in_it(nurse: Caller) -> None:
    """As the order will be."""
    await stock("RAIL")
    await set_kit(ADMINISTRATOR, "SET", NewKit("Set", [KitLine("BED01", 1), KitLine("RAIL", 2)]))
    sketch = {"person": await somebody(), "lines": [{"kit": "SET"}]}
    found = await quote(nurse, msgspec.convert(sketch, Sketch), NOW)
    assert [(line.sku, line.quantity) for line in found.lines] == [("BED01", 1), ("RAIL", 2)]


async def test_a_quote_counts_what_was_ordered_earlier_that_day(nurse: Caller) -> None:
    """So that the check says already who has to approve of it."""
    person = await somebody()
    assert (await _quoted(nurse, person, "BED01")).beyond == []
    await placed(nurse, person, {"sku": "BED01", "quantity": 2})
    assert (await _quoted(nurse, person, "BED01")).beyond == ["limit"]


async def _quoted(by: Caller, person: str, *skus: str) -> Quote:
    sketch = {"person": person, "lines": [{"sku": sku} for sku in skus]}
    return await quote(by, msgspec.convert(sketch, Sketch), NOW)


async def _living(home: Home) -> str:
    person = await register(COORDINATOR, NewPerson(name="Ada", funder="04K", home=home), NOW)
    assert isinstance(person.id, UUID)
    return str(person.id)
