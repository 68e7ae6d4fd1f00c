"""Places in a scan: by their codes, and by what is read from their labels."""

from typing import Any

import pytest

from budget.database import fetch_one
from budget.refusals import NotAllowed, Refused, Wrong
from equipment.bays import Bay, bays, mark_out
from equipment.places import Depot, open_depot
from equipment.printing import Sender, place_label
from equipment.staff.roles import Caller
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import STORE, done, one_item, refused, row_of, scan, set_up

pytestmark = pytest.mark.usefixtures("database")

DEPOT = "KITBACK:9521234:DEPOT:D2"
VAN = "KITBACK:9521234:VAN:V2"
BAY = "KITBACK:9521234:BAY:B-1"


async def store(*, bay: str = "B-1") -> str:
    """Set up a store with a dirty bay in its second depot; a bed in the first."""
    await set_up()
    await mark_out(ADMINISTRATOR, Bay(bay, "D2", "Dirty goods", "dirty"))
    return await one_item()


@pytest.mark.parametrize("said", ["D2", "d2", " d-2 ", DEPOT, f"]Q1{DEPOT}\r\n", DEPOT.lower()])
async def test_a_depot_is_named_by_its_code_or_its_label(said: str) -> None:
    """Without regard to case, spaces and hyphens, with what the scanner put around it."""
    bed = await store()
    await done(scan(bed, "move", van=None, depot=said))
    assert (await row_of(bed))["depot"] == "D2"


@pytest.mark.parametrize("said", ["V2", "v 2", VAN])
async def test_a_van_is_named_by_its_code_or_its_label(said: str) -> None:
    """As depots are."""
    bed = await store()
    await done(scan(bed, "allocate"), scan(bed, "load", van=said))
    assert (await row_of(bed))["van"] == "V2"


@pytest.mark.parametrize("said", ["B-1", "b1", BAY])
async def test_a_bay_says_which_depot(said: str) -> None:
    """It is kept as it was sent; an agreeing depot may stand beside it."""
    bed = await store()
    sent = scan(bed, "withdraw")
    await done(sent, scan(bed, "move", depot=None, van=None, bay=said))
    assert (await row_of(bed))["depot"] == "D2"
    row = await fetch_one("select details->>'bay' as bay from movements order by seq desc limit 1")
    assert row is not None
    assert row["bay"] == said
    await done(scan(bed, "lose"), scan(bed, "find", depot="D2", bay=said))
    assert await refused(scan(bed, "move", depot="D1", van=None, bay=said)) == "bay-elsewhere"


@pytest.mark.parametrize("action", ["return", "find", "move"])
async def test_an_unknown_place_is_refused_where_it_is_needed(action: str) -> None:
    """Another service's label, another kind's, one that nobody has."""
    bed = await store()
    for name, said in (
        ("depot", DEPOT.replace("9521234", "9521235")),
        ("depot", VAN),
        ("depot", BAY),
        ("depot", "KITBACK:9521234:DEPOT:D3"),
        ("bay", "B9"),
        ("bay", DEPOT),
    ):
        fields: dict[str, Any] = {"depot": None, "van": None, name: said}
        assert await refused(scan(bed, action, **fields)) == f"unknown-{name}"


async def test_a_place_that_is_not_needed_is_only_kept() -> None:
    """As every field that an action does not need."""
    bed = await store()
    await done(scan(bed, "withdraw", bay="nowhere", van=DEPOT))


async def test_where_two_codes_read_alike_only_the_very_code_is_taken() -> None:
    """D-1 and D1: a guess would put an item into the wrong store."""
    bed = await store()
    await open_depot(ADMINISTRATOR, Depot("D-2", "Other", "NG1 1AA", "depot"))
    for said, depot in (("D2", "D2"), ("D-2", "D-2"), ("KITBACK:9521234:DEPOT:D-2", "D-2")):
        await done(scan(bed, "move", van=None, depot=said))
        assert (await row_of(bed))["depot"] == depot
    assert await refused(scan(bed, "move", van=None, depot="d2")) == "unknown-depot"


async def test_the_label_of_a_place_is_no_item() -> None:
    """Whoever scans it for one is told what it is."""
    await store()
    result = await refused(scan(BAY, "withdraw"))
    assert result == "unreadable-code"


async def test_bays_are_marked_out_once_in_a_depot_that_is_there() -> None:
    """By an administrator; listed by their codes."""
    await store()
    with pytest.raises(Refused) as refusal:
        await mark_out(ADMINISTRATOR, Bay("B-1", "D1", "Other", "clean"))
    assert refusal.value.slug == "exists"
    for bay, field in (
        (Bay("B2", "D9", "Clean", "clean"), "depot"),
        (Bay("B/2", "D1", "Clean", "clean"), "code"),
        (Bay("B2", "D1", " ", "clean"), "name"),
    ):
        with pytest.raises(Wrong) as wrong:
            await mark_out(ADMINISTRATOR, bay)
        assert [fault.field for fault in wrong.value.faults] == [field]
    with pytest.raises(NotAllowed):
        await mark_out(STORE, Bay("B2", "D1", "Clean", "clean"))
    await mark_out(ADMINISTRATOR, Bay("A1", "D1", " Clean  goods ", "clean"))
    listed = await bays(STORE, "", 10)
    assert listed == [
        Bay("A1", "D1", "Clean goods", "clean"),
        Bay("B-1", "D2", "Dirty goods", "dirty"),
    ]
    assert await bays(STORE, "A1", 10) == listed[1:]


async def test_the_label_of_a_place_names_it() -> None:
    """What it says is what a scan may carry."""
    bed = await store()
    anyone: Caller = STORE
    bay = await place_label("bay", "b1", anyone, Sender("Us", ""))
    assert (bay.link, bay.code, bay.name) == (BAY, "B-1", "Dirty goods")
    van = await place_label("van", "V2", anyone, Sender("Us", ""))
    assert (van.link, van.name, van.service_name) == (VAN, "D2", "Us")
    await done(scan(bed, "allocate"), scan(bed, "load", van=van.link))


async def test_dirty_and_clean_places_are_different_places() -> None:
    """What is put down on the wrong side is refused; where something is found is only kept."""
    bed = await store()
    await mark_out(ADMINISTRATOR, Bay("C-1", "D2", "Clean goods", "clean"))
    await mark_out(ADMINISTRATOR, Bay("Q-1", "D2", "Set apart", "quarantine"))
    assert await refused(scan(bed, "move", depot=None, van=None, bay="B-1")) == "bay-is-dirty"
    await done(scan(bed, "withdraw", bay="C-1"))
    assert await refused(scan(bed, "move", depot=None, van=None, bay="C-1")) == "bay-is-clean"
    assert await refused(scan(bed, "clean", bay="B-1")) == "bay-is-dirty"
    for bay in ("B-1", "Q-1"):
        await done(scan(bed, "move", depot=None, van=None, bay=bay))
    await done(scan(bed, "clean", bay="c 1"), scan(bed, "pass", bay="C-1"))
