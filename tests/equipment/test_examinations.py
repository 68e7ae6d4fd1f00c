"""Thorough examinations: Schedule 1, who may make one, and what a dangerous defect sets off."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from budget.database import fetch
from budget.refusals import Refused, Wrong
from equipment import cases
from equipment.inspection.certificates import notice, report
from equipment.inspection.dues import Search, due
from equipment.inspection.examination_form import NewExamination
from equipment.inspection.examinations import examine, look_up, of_item
from equipment.scans import record
from equipment.staff.staff import NewUser, create
from labels.document import drawn
from tests.equipment.standing_data import ADMINISTRATOR
from tests.equipment.store import (
    COORDINATOR,
    NOW,
    STORE,
    check_invariants,
    done,
    one_item,
    row_of,
    scan,
    set_up,
    somebody,
    stock,
)

TODAY = date(2018, 10, 1)
REPORT: dict[str, Any] = {
    "examined_on": "2018-10-01",
    "reported_on": "2018-10-01",
    "occasion": "six_months",
    "safe": True,
    "employer": "Trent Equipment",
    "employer_address": "1 Depot Road, Nottingham",
    "premises": "1 Depot Road, Nottingham",
    "examiner": {
        "name": "Ann Exam", "address": "2 High Street, Derby", "qualifications": "LEEA diploma",
        "employer": "Allied Inspectors", "employer_address": "2 High Street, Derby",
    },
    "authenticated_by": "Bo Sign",
    "authenticated_address": "2 High Street, Derby",
    "safe_working_load_kg": 200,
    "tests": "Loaded with 200 kg",
}  # fmt: skip
DEFECT = {
    "part": "Sling bar", "description": "Cracked weld", "danger": "imminent", "remedy": "Renew it",
}  # fmt: skip


def said(**fields: Any) -> NewExamination:
    """Make a report under an id of its own."""
    return msgspec.convert(REPORT | {"id": str(uuid4())} | fields, NewExamination)


@pytest.fixture
async def hoist(database: str) -> str:
    """A hoist on the shelf, which was mended by the storeman once."""
    del database
    await set_up()
    await stock("HST01", loler_months=6)
    code = await one_item("HST01", serials=["H-1"])
    await done(scan(code, "withdraw"), scan(code, "clean"), scan(code, "fail"))
    await done(scan(code, "repair"), by=STORE)
    await done(scan(code, "pass"))
    return code


async def test_an_examination_is_a_check_with_its_report(hoist: str) -> None:
    """The next one falls due by the product's months; sent again, it is the same."""
    new = said()
    made = await examine(COORDINATOR, hoist, new, NOW)
    assert await examine(COORDINATOR, hoist, new, NOW + timedelta(hours=1)) == made
    assert (made.danger, made.duties) == ("none", [])
    assert (made.examined.serial, made.examined.next_by) == ("H-1", date(2019, 4, 1))
    assert (await row_of(hoist))["loler_on"] == TODAY
    [check] = await fetch("select kind, result, examiner, certificate from checks")
    assert tuple(check) == ("loler", "pass", "Ann Exam", f"Examination {new.id}")
    [listed] = await of_item(COORDINATOR, hoist, NOW, after=0, limit=5)
    assert listed == made
    again = await examine(COORDINATOR, hoist, said(), NOW)
    assert again.examined.last_examined_on == TODAY
    with pytest.raises(Refused, match="another scan"):
        await examine(COORDINATOR, hoist, msgspec.structs.replace(new, tests="None"), NOW)


async def test_who_mended_it_does_not_examine_it(hoist: str) -> None:
    """By user name or in their own name; nothing of it is left. After the next one, they may."""
    await create(ADMINISTRATOR, NewUser("storeman", "correct horse", ["depot"]), NOW)
    for examiner in ({"name": "StoreMan"}, {"name": "Dee", "account": "storeman"}):
        new = said(examiner=REPORT["examiner"] | examiner)
        with pytest.raises(Refused) as refusal:
            await examine(COORDINATOR, hoist, new, NOW)
        assert refusal.value.slug == "examiner-is-maintainer"
    assert await fetch("select from checks") == []
    assert await fetch("select from examinations") == []
    await examine(COORDINATOR, hoist, said(), NOW)
    await examine(COORDINATOR, hoist, said(examiner=REPORT["examiner"] | examiner), NOW)


@pytest.mark.parametrize(
    ("danger", "owner", "to"),
    [
        ("imminent", "pool", ["service", "service", "authority"]),
        ("is", "Hirers Ltd", ["service", "service", "owner"]),
        ("could", "pool", ["service", "service"]),
    ],
)
async def test_a_defect_holds_the_item_and_says_what_to_send(
    hoist: str, danger: str, owner: str, to: list[str]
) -> None:
    """In the transaction that records it, with a case; the notice has it all."""
    if owner != "pool":
        hoist = await one_item("HST01", owner=owner)
    more = {"danger_by": "2018-11-01"} if danger == "could" else {}
    defects = [DEFECT | {"danger": danger} | more]
    made = await examine(COORDINATOR, hoist, said(safe=danger == "could", defects=defects), NOW)
    assert [duty.to for duty in made.duties] == to
    assert {duty.by for duty in made.duties} == {TODAY, TODAY + timedelta(days=28)}
    row = await row_of(hoist)
    assert (row["held_at"], row["loler_on"]) == (NOW, None)
    [case] = await cases.listed(COORDINATOR, "open", NOW, after=0, limit=5)
    assert (case.kind, case.item, case.scan) == ("dangerous-defect", hoist, made.id)
    assert "mended" in case.detail
    assert [result.refusal is not None for result in await record(
        [scan(hoist, "allocate")], COORDINATOR, NOW)] == [True]  # fmt: skip
    said_of_it = str(notice(made, "Trent"))
    assert "Cracked weld" in said_of_it
    assert ("authority" in to) == ("copy of the report" in said_of_it)
    await check_invariants()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"examined_on": "2018-10-02", "reported_on": "2018-10-02"}, "examined_on, reported_on"),
        ({"reported_on": "2018-09-30"}, "reported_on"),
        ({"occasion": "installed"}, "installed_correctly"),
        ({"defects": [DEFECT]}, "safe"),
        ({"safe": False, "defects": [DEFECT | {"danger": "could"}]}, "defects[0].danger_by"),
        ({"next_by": "2018-12-01"}, "next_by"),
        ({"examiner": REPORT["examiner"] | {"employer": None}}, "examiner.employer_address"),
        ({"examiner": REPORT["examiner"] | {"account": "nobody"}}, "examiner.account"),
        ({"premises": "a\u0007b"}, "premises"),
    ],
)
async def test_a_report_that_cannot_be_is_refused(
    hoist: str, fields: dict[str, Any], wrong: str
) -> None:
    """With each field that is at fault, and nothing written."""
    with pytest.raises(Wrong) as refusal:
        await examine(COORDINATOR, hoist, said(**fields), NOW)
    assert ", ".join(fault.field for fault in refusal.value.faults) == wrong
    assert await fetch("select from examinations") == []


async def test_what_needs_no_examination_gets_none(hoist: str) -> None:
    """It is the product that says so."""
    del hoist
    with pytest.raises(Wrong):
        await examine(COORDINATOR, await one_item(), said(), NOW)


async def test_where_somebody_lives_is_shown_to_who_may_see_them(hoist: str) -> None:
    """The store sees that it was at home, and no more."""
    await done(scan(hoist, "deliver", person=await somebody()))
    made = await examine(COORDINATOR, hoist, said(premises="9 Elm Row"), NOW)
    assert (made.report.premises, made.examined.person is None) == ("9 Elm Row", False)
    hidden = await look_up(STORE, made.id, NOW)
    assert (hidden.report.premises, hidden.examined.person) == ("At somebody's home.", None)
    [(_, first), *_] = await due(ADMINISTRATOR, Search(date(2020, 1, 1)), NOW)
    assert (first.kind, first.due_on) == ("loler", date(2019, 4, 1))


async def test_the_report_is_printed_however_long_it_is(hoist: str) -> None:
    """As PDF, the same bytes each time, with every paragraph of the Schedule."""
    long = "Bent, and bent again. " * 80
    defects = [DEFECT | {"description": long[:2000].strip(), "part": f"Bar {n}"} for n in range(9)]
    made = await examine(COORDINATOR, hoist, said(safe=False, defects=defects), NOW)
    document = report(made, "Trent")
    told = [label for section in document.sections for label, _ in section.rows]
    for paragraph in ("1 ", "2 ", "3 ", "4 ", "5 ", "6", "7(b)", "8(a)", "8(b)", "8(d)", "8(e)",
        "8(f)", "9 ", "10 ", "11 "):  # fmt: skip
        assert any(paragraph in label for label in told), paragraph
    printed = drawn(document)
    assert printed.startswith(b"%PDF-")
    assert printed == drawn(document)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 1
