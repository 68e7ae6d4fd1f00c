"""Jobs of repair: they follow the scans, end in one that charges them, and travel declared."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from budget.database import fetch
from budget.refusals import Refused, Wrong
from equipment.files.item_files import files_of, look_at
from equipment.inspection.examinations import examine
from equipment.repairs.closing import close
from equipment.repairs.declaration import NotDecontaminated, Sender
from equipment.repairs.job_form import (
    Closing,
    NewJob,
    NewQuote,
    NewWarranty,
    RepairJob,
    UsedPart,
    Warranty,
)
from equipment.repairs.jobs import (
    Wanted,
    count_open,
    listed,
    look_up,
    open_at_home,
    open_job_of,
    set_quote,
    set_warranty,
)
from equipment.repairs.spare_parts import NewSparePart, set_part
from equipment.repairs.trips import CameBack, NewTrip, send, take_back
from scripts.verifying.repairs import REPAIR_INVARIANTS
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    TECHNICIAN,
    balance,
    count,
    done,
    one_item,
    row_of,
    scan,
    set_up,
    somebody,
    stock,
    tariff,
)
from tests.equipment.test_examinations import REPORT, said

SENDER = Sender("Kitback", "0115 496 0000")
LATER = NOW + timedelta(days=40)


@pytest.fixture
async def bed(database: str) -> str:
    """A bed that came back from somebody, was cleaned and failed: its motor."""
    del database
    await set_up()
    await tariff(repair_hour=3_000)
    await set_part(ADMINISTRATOR, "MOTOR", NewSparePart("Motor", 4_550))
    code = await one_item()
    await done(
        scan(code, "deliver", person=await somebody(), depot="D1"),
        scan(code, "return"),
        scan(code, "clean", note="Steam"),
        scan(code, "fail", reason="Motor dead"),
    )
    return code


async def job_of(code: str) -> RepairJob:
    """Read the open job of an item."""
    job = await open_job_of(STORE, code, NOW)
    assert job is not None
    return job


async def outcomes(code: str) -> list[str | None]:
    """Say what came of each job of an item, with what scripts/verify asks holding."""
    for each in REPAIR_INVARIANTS:
        assert await fetch(each.query) == [], each.name
    jobs = await listed(STORE, Wanted(item=code), NOW, after=0, limit=20)
    return [job.outcome for job in jobs]


def closing(**fields: Any) -> Closing:
    """Say that it was mended, in 40 minutes with two motors."""
    usual: dict[str, Any] = {
        "id": uuid4(), "outcome": "mended", "done": "New motors", "occurred_at": NOW,
        "minutes": 40, "parts": [UsedPart("MOTOR", None, 2)],
    }  # fmt: skip
    return Closing(**usual | fields)


def trip(**fields: Any) -> NewTrip:
    """Send it to Acme for a month."""
    usual: dict[str, Any] = {
        "id": uuid4(), "repairer": "Acme Motors", "address": "1 High Street\nDerby",
        "due_back": date(2018, 11, 1), "declared_by": "Sam Storeman", "position": "Fitter",
    }  # fmt: skip
    return NewTrip(**usual | fields)


async def test_a_job_follows_the_scans(bed: str) -> None:
    """It opens as the item fails, ends as it is mended or gone, and goes back with an undo."""
    job = await job_of(bed)
    assert (job.fault, job.place, job.opened_by) == ("Motor dead", "depot", "coordinator")
    mended = scan(bed, "repair", minutes=30, parts_pence=500)
    await done(mended)
    assert await outcomes(bed) == ["mended"]
    assert (await look_up(STORE, job.id, NOW)).cost_pence == 2_000
    await done(scan(bed, "undo", movement=mended["id"]))
    assert await outcomes(bed) == [None]
    # In one list, each decided on what the one before has left.
    failed = scan(bed, "fail", reason="Brake")
    await done(scan(bed, "repair", minutes=1), failed)
    assert await outcomes(bed) == ["mended", None]
    await done(scan(bed, "undo", movement=failed["id"]))
    assert await outcomes(bed) == ["mended", "undone"]
    lost = scan(bed, "lose")
    await done(scan(bed, "fail"), lost)
    assert (await outcomes(bed))[-1] == "lost"
    await done(scan(bed, "undo", movement=lost["id"]), scan(bed, "scrap"))
    assert (await outcomes(bed))[-1] == "scrapped"


async def test_a_closed_job_charges_its_parts_and_minutes_once(bed: str) -> None:
    """By the scan that the contract knows, at today's prices; sent twice at once, it is one."""
    job = await job_of(bed)
    quoted = await set_quote(STORE, job.id, NewQuote(40, [UsedPart("MOTOR", quantity=2)]), NOW)
    assert quoted.quote is not None
    assert quoted.quote.parts_pence == 9_100
    assert len(await fetch("select from changes where what = 'repair job changed'")) == 1
    before = await balance("activity")
    new = closing(parts=[UsedPart("MOTOR", None, 2), UsedPart(name="Cable", price_pence=99)])
    first, second = await asyncio.gather(*(close(STORE, job.id, new, NOW) for _ in range(2)))
    await set_part(ADMINISTRATOR, "MOTOR", NewSparePart("Motor", 9_999))
    assert await close(STORE, job.id, new, NOW) == first == second
    assert (first.labour_pence, first.parts_pence, first.cost_pence) == (2_000, 9_199, 11_199)
    assert [each.price_pence for each in first.parts] == [4_550, 99]
    assert await balance("activity") - before == 11_199
    assert (await row_of(bed))["state"] == "cleaned"
    assert await outcomes(bed) == ["mended"]
    with pytest.raises(Refused, match="used before"):
        await close(STORE, job.id, closing(id=new.id), NOW)
    with pytest.raises(Refused, match="has ended"):
        await close(STORE, job.id, closing(), NOW)


async def test_in_warranty_nothing_is_paid_and_all_is_counted(bed: str) -> None:
    """As long as the fault was known by its last day."""
    job = await job_of(bed)
    over = Warranty("Acme", date(2018, 9, 30))
    assert not (await set_warranty(STORE, job.id, NewWarranty(over), NOW)).in_warranty
    until = Warranty("Acme", date(2018, 10, 1))
    assert (await set_warranty(STORE, job.id, NewWarranty(until), LATER)).in_warranty
    before = await balance("activity")
    ended = await close(STORE, job.id, closing(), LATER)
    assert (ended.minutes, ended.list_pence, ended.cost_pence) == (40, 9_100, 0)
    assert await balance("activity") == before
    assert await outcomes(bed) == ["mended"]


async def test_a_wrong_part_or_a_job_elsewhere_ends_nothing(bed: str) -> None:
    """Nothing is half written; what is in repair is not called off."""
    job = await job_of(bed)
    for part in (
        UsedPart("NONE"),
        UsedPart(name="Cable"),
        UsedPart(),
        UsedPart("MOTOR", "\u202ex"),
    ):
        with pytest.raises(Wrong):
            await close(STORE, job.id, closing(parts=[part]), NOW)
    off = closing(outcome="called_off", minutes=0, parts=[])
    with pytest.raises(Refused, match="in repair"):
        await close(STORE, job.id, off, NOW)
    assert await job_of(bed) == job
    assert await count("repair_job_parts") == 0


async def test_a_crew_mends_at_home_and_what_comes_in_goes_on_at_the_depot(bed: str) -> None:
    """It stays with the person; called off it is over; failing at the bench opens another."""
    await done(scan(bed, "repair"), scan(bed, "pass"))
    with pytest.raises(Refused, match="not with anybody"):
        await open_at_home(TECHNICIAN, bed, NewJob(uuid4(), "Squeaks"), NOW)
    await done(scan(bed, "deliver", person=await somebody(), depot="D1"))
    first = NewJob(uuid4(), "Squeaks")
    job = await open_at_home(TECHNICIAN, bed, first, NOW)
    assert await open_at_home(TECHNICIAN, bed, first, NOW) == job
    with pytest.raises(Refused, match="open for this item"):
        await open_at_home(TECHNICIAN, bed, NewJob(uuid4(), "Squeaks"), NOW)
    ended = await close(TECHNICIAN, job.id, closing(parts=[]), NOW)
    assert (ended.place, ended.outcome) == ("home", "mended")
    assert (await row_of(bed))["state"] == "on_loan"
    again = await open_at_home(TECHNICIAN, bed, NewJob(uuid4(), "Again"), NOW)
    off = closing(outcome="called_off", minutes=0, parts=[], done="Nobody hears it")
    await close(TECHNICIAN, again.id, off, NOW)
    await open_at_home(TECHNICIAN, bed, NewJob(uuid4(), "Once more"), NOW)
    failed = scan(bed, "fail")
    await done(scan(bed, "return"), scan(bed, "clean"), failed)
    assert await outcomes(bed) == ["mended", "mended", "called_off", "came_in", None]
    await done(scan(bed, "undo", movement=failed["id"]))
    assert await outcomes(bed) == ["mended", "mended", "called_off", None, "undone"]


async def test_what_goes_to_a_repairer_is_declared_by_its_cleaning(bed: str) -> None:
    """Its declaration is a file of the item; overdue it shows; back it is at the depot again."""
    job = await job_of(bed)
    new = trip()
    sent = await send(STORE, job.id, new, SENDER, NOW)
    assert await send(STORE, job.id, new, SENDER, LATER) == sent
    assert sent.trip is not None
    assert (sent.place, sent.trip.decontaminated, sent.trip.overdue) == ("outside", True, False)
    [file] = await files_of(STORE, bed, after=0, limit=5)
    assert (file.id, file.media_type) == (sent.trip.file, "application/pdf")
    assert (await look_at(STORE, file.id))[1].startswith(b"%PDF-")
    [row] = await fetch("select declaration::text as said from repair_trips")
    assert '"how": "Steam"' in row["said"]
    assert '"by": "coordinator"' in row["said"]
    with pytest.raises(Refused, match="already"):
        await send(STORE, job.id, trip(), SENDER, NOW)
    assert await count_open(STORE, "D1", NOW) == (1, 0)
    assert await count_open(STORE, "D1", LATER) == (1, 1)
    [late] = await listed(STORE, Wanted("open", overdue=True), LATER, after=0, limit=5)
    assert late.id == job.id
    assert await outcomes(bed) == [None]
    back = CameBack(uuid4())
    home = await take_back(STORE, job.id, back, LATER)
    assert await take_back(STORE, job.id, back, LATER) == home
    assert home.place == "depot"
    with pytest.raises(Refused, match="not with a repairer"):
        await take_back(STORE, job.id, CameBack(uuid4()), LATER)


async def test_what_is_not_decontaminated_says_so_or_stays(bed: str) -> None:
    """Used since it was cleaned, it needs the reason, the precautions, and who agreed."""
    await done(scan(bed, "repair"), scan(bed, "pass"))
    await done(scan(bed, "deliver", person=await somebody(), depot="D1"))
    job = await open_at_home(COORDINATOR, bed, NewJob(uuid4(), "Burnt"), NOW)
    with pytest.raises(Refused, match="not decontaminated"):
        await send(STORE, job.id, trip(), SENDER, NOW)
    for wrong in (
        trip(contaminated="yes"),
        trip(contaminated="unknown", hazards="x"),
        trip(due_back=date(2018, 9, 30)),
    ):
        with pytest.raises(Wrong):
            await send(STORE, job.id, wrong, SENDER, NOW)
    assert await count("repair_trips") == await count("item_files") == 0
    why = NotDecontaminated("Cannot be opened", "Gloves", "Jo at Acme")
    new = trip(contaminated="yes", hazards="Blood", not_decontaminated=why)
    sent = await send(STORE, job.id, new, SENDER, NOW)
    assert sent.trip is not None
    assert not sent.trip.decontaminated
    ended = await close(STORE, job.id, closing(parts=[], mended_by="Acme Motors"), NOW)
    assert ended.trip is not None
    assert ended.trip.back_by == "storeman"
    assert await outcomes(bed) == ["mended", "mended"]


async def test_whoever_a_job_names_does_not_examine_it(database: str) -> None:
    """Not who mended it for whom the scan was made, nor the repairer that it was with."""
    del database
    await set_up()
    await stock("HOIST", loler_months=6)
    hoist = await one_item("HOIST")
    await done(scan(hoist, "withdraw"), scan(hoist, "clean"), scan(hoist, "fail"))
    job = await job_of(hoist)
    await send(STORE, job.id, trip(), SENDER, NOW)
    await close(STORE, job.id, closing(parts=[], mended_by="Pat Fitter"), NOW)
    for name in ("pat fitter", "ACME MOTORS"):
        with pytest.raises(Refused, match="does not examine"):
            await examine(STORE, hoist, said(examiner=REPORT["examiner"] | {"name": name}), NOW)
    await examine(STORE, hoist, said(), NOW)
