"""The nearest place to hand an item in, for whoever says where they are."""

import httpx
import pytest

from equipment.grid import distance_m, grid_reference
from equipment.places import Depot
from tests.web.conftest import path_of
from web.items.nearest import hand_in

NOTTINGHAM = Depot("N", "Nottingham", "NG7 2NR", "depot")
MANSFIELD = Depot("M", "Mansfield", "NG18 5BU", "depot")
ELSEWHERE = Depot("E", "Elsewhere", "SW1A 1AA", "depot")
STORES = [ELSEWHERE, MANSFIELD, NOTTINGHAM]


def test_a_postcode_is_found_however_it_is_typed() -> None:
    """In metres on the National Grid; what does not ship, or is no postcode, is nowhere."""
    assert grid_reference("ng11aa") == grid_reference("NG1 1AA") == (457_804, 340_087)
    assert grid_reference("SW1A 1AA") is None
    assert grid_reference("'; drop") is None
    assert distance_m((0, 0), (3, 4)) == 5


@pytest.mark.parametrize(
    ("near", "first"),
    [("NG7 1AA", "Nottingham"), ("ng19 6ab", "Mansfield"), ("NG18 5BU", "Mansfield")],
)
def test_the_nearest_store_comes_first(near: str, first: str) -> None:
    """With how far it is; a store that we cannot place comes last."""
    places = hand_in(STORES, near).places
    assert places[0].startswith(first)
    assert places[0].endswith("away")
    assert places[-1] == "Elsewhere, SW1A 1AA"


@pytest.mark.parametrize("near", [None, "", "  "])
def test_whoever_says_nothing_gets_them_all(near: str | None) -> None:
    """In the order that they came in, and no complaint."""
    shown = hand_in(STORES, near)
    assert [place.split(",")[0] for place in shown.places] == [
        "Elsewhere",
        "Mansfield",
        "Nottingham",
    ]
    assert "errorMessage" not in shown.field


@pytest.mark.parametrize("near", ["NG99 9ZZ", "<script>", "x" * 10_000, "\0"])
async def test_a_postcode_that_we_do_not_know_is_said_beside_the_field(
    stranger: httpx.AsyncClient, item: dict[str, object], near: str
) -> None:
    """The list stays, and what was typed comes back escaped."""
    answer = await stranger.get(path_of(item), params={"near": near})
    if near == "\0":
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    assert "We do not know this postcode" in answer.text
    assert "Store D1, NG1 5FS" in answer.text
    assert "<script>" not in answer.text


async def test_the_page_itself_orders_its_stores(
    stranger: httpx.AsyncClient, item: dict[str, object]
) -> None:
    """Without script: the form asks for the same page again."""
    answer = await stranger.get(path_of(item), params={"near": "NG1 5FS"})
    assert "Store D1, NG1 5FS: less than a mile away" in answer.text
    assert 'value="NG1 5FS"' in answer.text
