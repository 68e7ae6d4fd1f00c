"""Labels that are printed before there are items for them, and what becomes of each."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from budget.database import execute, transaction
from budget.refusals import Missing, NotAllowed, Refusal, Refused, Wrong
from equipment.blank_labels import listed, reserve
from equipment.content import content_hash
from equipment.item_labels import add_label
from equipment.item_lists import Search
from equipment.item_lists import listed as items_listed
from equipment.items import Delivery, Item, Viewer, find, receive
from equipment.opening import import_items
from equipment.printing import Sender, labels_of
from labels.digital_link import digital_link
from labels.identifiers import giai_for
from settings import DEMONSTRATION_GCP
from tests.equipment.standing_data import ADMINISTRATOR, caller
from tests.equipment.store import (
    NOW,
    STORE,
    TECHNICIAN,
    answer,
    check_invariants,
    count,
    done,
    one_item,
    received,
    refused,
    row_of,
    scan,
    set_up,
    somebody,
)
from tests.races import ready

BEGINNING: Final = set_up
pytestmark = pytest.mark.usefixtures("database")

HOST = "https://kit.example.org"
VIEWER = Viewer(STORE, NOW, HOST)


def goods(*labels: str, **fields: Any) -> Delivery:
    """Beds, one for each of the labels."""
    usual: dict[str, Any] = {
        "sku": "BED01", "depot": "D1", "serials": [None] * len(labels), "batch": None,
        "purchase_price_pence": None, "received_at": NOW, "dirty": False, "owner": "pool",
    }  # fmt: skip
    return Delivery(**usual | {"labels": labels} | fields)


async def claimed(*labels: str, **fields: Any) -> list[Item]:
    """Receive beds with these labels on them."""
    body = await receive(goods(*labels, **fields), VIEWER)
    return msgspec.json.decode(
        msgspec.json.encode(msgspec.json.decode(body)["items"]), type=list[Item]
    )


def link(code: str) -> str:
    """Write what the label's symbol holds."""
    return digital_link("https://another.example.com", giai_for(DEMONSTRATION_GCP, code))


async def unclaimed() -> list[str]:
    """List the codes of the labels that no item has."""
    rows = await listed(STORE, HOST, status="unclaimed", limit=2_000)
    return [blank.code for _, blank in rows]


async def test_labels_are_reserved_before_their_items_exist() -> None:
    """Each with a code and a GIAI of its own, with who ordered them and when."""
    wanted = uuid4()
    codes = await reserve(STORE, 3, NOW, client_id=wanted, content=b"3")
    rows = await listed(STORE, HOST)
    assert [blank.code for _, blank in rows] == codes
    for _, blank in rows:
        assert blank.giai == giai_for(DEMONSTRATION_GCP, blank.code)
        assert blank.link == f"{HOST}/8004/{blank.giai}"
        assert (blank.printing, blank.printed_by, blank.printed_at) == (wanted, "storeman", NOW)
        assert (blank.item, blank.claimed_at, blank.claimed_by) == (None, None, None)


async def test_a_repeated_order_gets_the_same_codes_again() -> None:
    """Ten at once too: never new ones. Another content or caller is refused."""
    await ready(10)
    wanted = uuid4()
    series = await asyncio.gather(
        *(reserve(STORE, 50, NOW, client_id=wanted, content=b"50") for _ in range(10))
    )
    assert all(codes == series[0] for codes in series)
    assert await count("blank_labels") == 50
    for by, content in ((STORE, b"51"), (ADMINISTRATOR, b"50")):
        with pytest.raises(Refused) as refusal:
            await reserve(by, 50, NOW, client_id=wanted, content=content)
        assert refusal.value.slug == "id-reused"


@pytest.mark.parametrize("many", [0, 1_001])
async def test_from_one_to_a_thousand_are_printed_at_a_time(many: int) -> None:
    """Neither none nor more."""
    assert len(await reserve(STORE, 1_000, NOW)) == 1_000
    with pytest.raises(Wrong):
        await reserve(STORE, many, NOW)


async def test_only_the_store_prints_blank_labels_and_receives_with_them() -> None:
    """A technician may replace a label at somebody's home; a prescriber none."""
    bed = await one_item()
    [code] = await reserve(STORE, 1, NOW)
    prescriber = caller("prescriber")
    for by in (TECHNICIAN, prescriber):
        with pytest.raises(NotAllowed):
            await reserve(by, 1, NOW)
    with pytest.raises(NotAllowed):
        await add_label(bed, code, "gone", Viewer(prescriber, NOW, HOST))
    await add_label(bed, code, "gone", Viewer(TECHNICIAN, NOW, HOST))


async def test_items_get_the_labels_that_they_are_received_with() -> None:
    """However each was read; in the order of the labels; nothing new is drawn."""
    codes = await reserve(STORE, 4, NOW)
    typed = codes[0].lower()
    read = [f"{typed[:4]}-{typed[4:]}", giai_for(DEMONSTRATION_GCP, codes[1]), link(codes[2])]
    beds = await claimed(*read, f"]Q1{link(codes[3])}", serials=["a", "b", "c", "d"])
    assert [bed.code for bed in beds] == codes
    assert [bed.serial for bed in beds] == ["a", "b", "c", "d"]
    assert [bed.giai for bed in beds] == [giai_for(DEMONSTRATION_GCP, code) for code in codes]
    assert [bed.labels for bed in beds] == [[]] * 4
    assert await unclaimed() == []
    [(_, blank), *_] = await listed(STORE, HOST, status="claimed")
    assert (blank.item, blank.claimed_by, blank.claimed_at) == (codes[0], "storeman", NOW)
    await done(scan(link(codes[2]), "withdraw"))
    await check_invariants()


async def test_labels_that_cannot_be_claimed_are_named_and_nothing_is_half_done() -> None:
    """Never printed, claimed before, an item's own, no label at all, there twice, too few."""
    bed = await one_item()
    one, two, three = await reserve(STORE, 3, NOW)
    await claimed(one)
    never = "0000-0000"
    for labels, slug, facts in (
        ([two, never], "unknown-label", {"labels": [never]}),
        ([two, one], "label-taken", {"labels": [one]}),
        ([two, link(bed), one], "label-taken", {"labels": [link(bed), one]}),
        ([two, "hello"], "invalid-field", {}),
        ([two, three, two.lower()], "invalid-field", {}),
        (["KITBACK:9521234:BAY:B1"], "invalid-field", {}),
    ):
        with pytest.raises(Refusal) as refusal:
            await receive(goods(*labels), VIEWER)
        assert (refusal.value.slug, refusal.value.facts) == (slug, facts)
        assert labels[-1][:40] in refusal.value.detail
    with pytest.raises(Wrong, match="labels"):
        await receive(goods(two, serials=["a", "b"]), VIEWER)
    assert await unclaimed() == [two, three]
    assert await count("items") == 2


async def test_a_refused_receipt_leaves_its_labels_unclaimed() -> None:
    """A serial number that is here already: the label can be had for another bed."""
    [code] = await reserve(STORE, 1, NOW)
    await received(serials=["a"])
    with pytest.raises(Refused, match="serial"):
        await receive(goods(code, serials=["a"]), VIEWER)
    assert await unclaimed() == [code]
    assert (await claimed(code))[0].code == code


async def test_of_two_who_claim_a_label_at_once_one_gets_it() -> None:
    """In whatever order they name them: the other is told which, and receives nothing."""
    await ready(4)
    for _ in range(5):
        codes = await reserve(STORE, 20, NOW)
        bed = await one_item()
        tries = (
            receive(goods(*codes), VIEWER),
            receive(goods(*reversed(codes)), VIEWER),
            add_label(bed, codes[7], "gone", VIEWER),
        )
        before = await count("items")
        answers = await asyncio.gather(*tries, return_exceptions=True)
        lost = [each for each in answers if isinstance(each, Refused)]
        assert not [each for each in answers if isinstance(each, Exception) and each not in lost]
        assert {each.slug for each in lost} == {"label-taken"}
        won = len(answers) - len(lost)
        assert won == 1
        assert await count("items") - before in {0, 20}
        assert all(codes[7] in str(each.facts["labels"]) for each in lost)
    await check_invariants()


async def test_a_repeated_receipt_with_labels_gets_the_first_answer() -> None:
    """It claims nothing twice, and is not refused for what it claimed itself."""
    codes = await reserve(STORE, 2, NOW)
    wanted, content = uuid4(), content_hash({"labels": codes})
    answers = [
        await receive(goods(*codes), VIEWER, client_id=wanted, content=content) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert await count("items") == 2


async def test_a_blank_label_is_known_for_what_it_is() -> None:
    """A scan of it and a look at it find no item, and say why; once claimed, they do."""
    [code] = await reserve(STORE, 1, NOW)
    for text in (code, link(code)):
        result = await answer(scan(text, "withdraw"))
        assert result.refusal is not None
        assert result.refusal.slug == "unknown-item"
        assert "blank label" in result.refusal.detail
        with pytest.raises(Missing, match="blank label") as refusal:
            await find(text, VIEWER)
        assert refusal.value.slug == "unknown-item"
    with pytest.raises(Missing) as refusal:
        await find("00000000", VIEWER)
    assert "blank" not in refusal.value.detail
    await claimed(code)
    assert (await find(code, VIEWER))[1].code == code


async def test_a_lost_label_is_replaced_and_the_item_stays_what_it_was() -> None:
    """The new one finds it everywhere, the old one too; who, when and why is on record."""
    bed = await one_item()
    await done(scan(bed, "deliver", person=await somebody()))
    first, second = await reserve(STORE, 2, NOW)
    before = await row_of(bed)
    await add_label(link(bed), first, "washed off", Viewer(TECHNICIAN, NOW, HOST))
    later = Viewer(STORE, NOW + timedelta(hours=1), HOST)
    shown = await add_label(first, link(second), "torn", later)
    assert (shown.code, shown.giai, shown.loans) == (bed, before["giai"], 1)
    assert [(label.code, label.reason, label.added_by) for label in shown.labels] == [
        (first, "washed off", "technician"),
        (second, "torn", "storeman"),
    ]
    assert shown.labels[0].link == f"{HOST}/8004/{giai_for(DEMONSTRATION_GCP, first)}"
    assert await row_of(bed) == before
    for text in (bed, first, link(second), giai_for(DEMONSTRATION_GCP, second)):
        assert (await find(text, VIEWER))[1] == shown
        [printed] = await labels_of([text], VIEWER, Sender("Us", ""))
        assert printed.code == bed
    [(_, one)] = await items_listed(Search(q=first[:6]), VIEWER)
    assert one == shown
    results = await done(scan(second, "return"), scan(link(first), "clean"))
    assert [result.item for result in results] == [bed, bed]
    assert await unclaimed() == []


async def test_an_id_is_the_same_scan_by_whichever_label_it_was_read() -> None:
    """A phone may repeat a scan of the old label as one of the new."""
    bed = await one_item()
    [code] = await reserve(STORE, 1, NOW)
    await add_label(bed, code, "torn", VIEWER)
    sent = scan(bed, "withdraw")
    await done(sent)
    assert (await answer(sent | {"item": code})).status == "duplicate"


async def test_a_repeated_replacement_gets_the_first_answer() -> None:
    """Without its id it is refused: the label is the item's already."""
    bed = await one_item()
    [code] = await reserve(STORE, 1, NOW)
    wanted = uuid4()
    answers = [
        await add_label(bed, code, "torn", VIEWER, client_id=wanted, content=b"1") for _ in range(2)
    ]
    assert answers[0] == answers[1]
    with pytest.raises(Refused, match="already") as refusal:
        await add_label(bed, code, "torn", VIEWER)
    assert refusal.value.slug == "label-taken"


async def test_what_left_the_service_gets_no_label() -> None:
    """Scrapped is scrapped; an item that nobody knows has none either."""
    bed = await one_item()
    await done(scan(bed, "scrap"))
    [code] = await reserve(STORE, 1, NOW)
    for item, slug in ((bed, "item-not-live"), ("00000000", "unknown-item")):
        with pytest.raises(Refusal) as refusal:
            await add_label(item, code, "torn", VIEWER)
        assert refusal.value.slug == slug
    assert await refused(scan(code, "find")) == "unknown-item"
    assert await unclaimed() == [code]


async def test_what_was_printed_and_claimed_is_never_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The application's role cannot, and no item can take a blank label's code past its claim."""
    bed = await one_item()
    [code] = await reserve(STORE, 1, NOW)
    await add_label(bed, code, "torn", VIEWER)
    [other] = await reserve(STORE, 1, NOW)
    for sql in (
        "update blank_labels set printed_by = 'x'",
        "delete from item_labels",
        "update item_labels set item = item",
        "delete from code_stretches",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(sql)
    monkeypatch.setattr("equipment.items.fresh_codes", _giving(other))
    with pytest.raises(asyncpg.CheckViolationError):
        await received()
    with pytest.raises(asyncpg.CheckViolationError):
        async with transaction():
            await execute(
                "insert into blank_labels (code, giai, printing) values ($1, 'x', $2)", bed, uuid4()
            )


def _giving(code: str) -> Any:
    """Draw this code, whatever is asked for."""

    async def fresh_codes(*_: object) -> list[str]:
        return [code]

    return fresh_codes


async def test_a_blank_label_is_not_taken_over_as_an_earlier_systems() -> None:
    """It is ours, and is claimed by receiving: whichever way the file names it."""
    [code] = await reserve(STORE, 1, NOW)
    for alias in (code, link(code), giai_for(DEMONSTRATION_GCP, code)):
        file = f"sku,state,depot,aliases\nBED01,available,D1,{alias}\n"
        imported = await import_items(ADMINISTRATOR, file, NOW)
        assert imported.created == 0
        assert "already" in imported.rejected[0].error
