"""Depots and vans."""

import asyncio

import msgspec
import pytest

from budget.refusals import NotAllowed, Refused, Wrong
from equipment.places import Depot, Shift, Van, add_van, depots, open_depot, vans
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.races import ready

DEPOT = Depot("NOTTM", "Main store", "NG1 5FS", "depot", "17:00")
VAN = Van("VAN1", "NOTTM", 1200, 9000, Shift("07:30", "16:00"), 2)

pytestmark = pytest.mark.usefixtures("database")


async def test_a_depot_is_kept_as_it_was_entered() -> None:
    """Its postcode and name are put in order; a cut-off may be missing."""
    entered = await open_depot(
        ADMINISTRATOR, Depot("NOTTM", " Main \n store", "ng15fs", "depot", "17:00")
    )
    assert entered == DEPOT
    satellite = await open_depot(ADMINISTRATOR, Depot("CUP", "Cupboard", "NG2 1AA", "satellite"))
    assert await depots(caller("technician"), "", 10) == [satellite, DEPOT]
    assert await depots(caller("technician"), "CUP", 10) == [DEPOT]


async def test_a_van_is_kept_as_it_was_entered() -> None:
    """Also its shift, to the minute."""
    await open_depot(ADMINISTRATOR, DEPOT)
    assert await add_van(ADMINISTRATOR, VAN) == VAN
    assert await vans(caller("technician"), "", 10) == [VAN]


async def test_two_depots_or_vans_of_one_code_at_once_are_one() -> None:
    """One is kept, the other is refused as `exists`."""
    for write in (
        lambda: open_depot(ADMINISTRATOR, DEPOT),
        lambda: add_van(ADMINISTRATOR, VAN),
    ):
        await ready()
        both = await asyncio.gather(write(), write(), return_exceptions=True)
        assert [each.slug for each in both if isinstance(each, Refused)] == ["exists"]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"code": "a/b"}, ["code"]),
        ({"code": ""}, ["code"]),
        ({"code": "x" * 21}, ["code"]),
        ({"name": ""}, ["name"]),
        ({"postcode": "Nottingham"}, ["postcode"]),
        ({"cut_off": "24:00"}, ["cut_off"]),
        ({"cut_off": "7:00"}, ["cut_off"]),
        ({"cut_off": "17:00\n"}, ["cut_off"]),
        ({"name": "\0", "cut_off": ""}, ["name", "cut_off"]),
    ],
)
async def test_a_depot_with_wrong_fields_is_not_kept(
    change: dict[str, str], fields: list[str]
) -> None:
    """Every wrong field is named."""
    with pytest.raises(Wrong) as refusal:
        await open_depot(ADMINISTRATOR, msgspec.structs.replace(DEPOT, **change))
    assert [fault.field for fault in refusal.value.faults] == fields
    assert await depots(ADMINISTRATOR, "", 10) == []


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"depot": "NOWHERE"}, ["depot"]),
        ({"depot": "\0"}, ["depot"]),
        ({"payload_kg": -1, "volume_l": 2**31}, ["payload_kg", "volume_l"]),
        ({"crew": 3}, ["crew"]),
        ({"shift": Shift("16:00", "07:30")}, ["shift.to"]),
        ({"shift": Shift("07:30", "07:30")}, ["shift.to"]),
        ({"shift": Shift("0730", "26:00")}, ["shift.from", "shift.to"]),
    ],
)
async def test_a_van_with_wrong_fields_is_not_kept(
    change: dict[str, object], fields: list[str]
) -> None:
    """Every wrong field is named, a depot that is not there too."""
    await open_depot(ADMINISTRATOR, DEPOT)
    with pytest.raises(Wrong) as refusal:
        await add_van(ADMINISTRATOR, msgspec.structs.replace(VAN, **change))
    assert [fault.field for fault in refusal.value.faults] == fields
    assert await vans(ADMINISTRATOR, "", 10) == []


async def test_only_an_administrator_changes_places() -> None:
    """A coordinator reads them like everybody, and is told no."""
    with pytest.raises(NotAllowed):
        await open_depot(caller("coordinator"), DEPOT)
    with pytest.raises(NotAllowed):
        await add_van(caller("coordinator"), VAN)
