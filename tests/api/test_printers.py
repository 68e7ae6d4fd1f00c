"""Printers and print jobs as programs set them up, ask for, move and call off."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from budget.database import execute
from equipment.printers.networks import PRIVATE, NotAllowedThereError, resolved
from tests.api.members import member, receive, slug, wrong_fields
from tests.web.ordering import open_service

Body = dict[str, Any]
PRINTER: Body = {"code": "P1", "name": "By the gate", "depot": "D1", "host": "192.168.4.20"}


@pytest.fixture
async def bed(admin: httpx.AsyncClient) -> str:
    """A bed, and two printers."""
    await open_service(admin)
    for code in ("P1", "P2"):
        answer = await admin.post("/api/printers", json=PRINTER | {"code": code})
        assert answer.status_code == 201, answer.text
    return str((await receive(admin))[0]["code"])


async def asked(client: httpx.AsyncClient, **fields: Any) -> Body:
    """Ask for labels on P1; the job."""
    new = {"id": str(uuid4()), "printer": "P1"} | fields
    answer = await client.post("/api/print-jobs", json=new)
    assert answer.status_code == 201, answer.text
    job: Body = answer.json()
    return job


OUTSIDE = (
    "127.0.0.1", "0.0.0.0", "169.254.169.254", "8.8.8.8", "::1", "::ffff:127.0.0.1", "fe80::1",  # noqa: S104
    "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "a b", "http://192.168.4.20", "a\n^XZ", "-x",
    "192.168.4.20:22", "x" * 254, "",
)  # fmt: skip


async def test_a_printer_stands_in_a_private_network_or_nowhere(admin: httpx.AsyncClient) -> None:
    """However its address is written: nothing else may be opened by setting one up."""
    await open_service(admin)
    for host in OUTSIDE:
        answer = await admin.post("/api/printers", json=PRINTER | {"host": host})
        assert wrong_fields(answer) == ["host"], host


async def test_what_a_name_means_is_judged_as_the_line_is_made() -> None:
    """Whatever it meant when it was written down."""
    with pytest.raises(NotAllowedThereError):
        await resolved("localhost", 9100, PRIVATE)


async def test_two_who_change_a_printer_at_once_are_told(
    admin: httpx.AsyncClient, bed: str
) -> None:
    """The second has to look again; what is wrong changes nothing; a closed one takes no labels."""
    del bed
    first = await admin.patch("/api/printers/P1", json={"version": 1, "port": 6101})
    assert (first.json()["version"], first.json()["port"]) == (2, 6101)
    late = await admin.patch("/api/printers/P1", json={"version": 1, "port": 9101})
    assert (late.status_code, slug(late)) == (409, "changed-meanwhile")
    for field, value in (("depot", "D9"), ("host", "10.0.0.256"), ("port", 22), ("dpi", 600)):
        wrong = await admin.patch("/api/printers/P1", json={"version": 2, field: value})
        assert wrong_fields(wrong) == [field]
    assert slug(await admin.post("/api/printers", json=PRINTER)) == "exists"

    job = await asked(admin, blank=2)
    closing = {"version": 2, "out_of_use": True}
    refused = await admin.patch("/api/printers/P1", json=closing)
    assert slug(refused) == "printer-has-labels"
    await admin.post(f"/api/print-jobs/{job['id']}/move", json={"printer": "P2"})
    assert (await admin.patch("/api/printers/P1", json=closing)).json()["out_of_use"]
    new = {"id": str(uuid4()), "printer": "P1", "blank": 1}
    assert slug(await admin.post("/api/print-jobs", json=new)) == "printer-out-of-use"
    moved = await admin.post(f"/api/print-jobs/{job['id']}/move", json={"printer": "P1"})
    assert slug(moved) == "printer-out-of-use"


async def test_a_job_is_asked_for_once(admin: httpx.AsyncClient, bed: str) -> None:
    """However often it is sent; by its id, equal content and caller."""
    new: Body = {"id": str(uuid4()), "printer": "P1", "items": [bed], "blank": 2, "copies": 2}
    new["places"] = [{"kind": "depot", "code": "D1"}]
    first = await admin.post("/api/print-jobs", json=new)
    again = await admin.post("/api/print-jobs", json=new)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (first.json()["labels"], first.json()["waiting"], first.json()["first"]) == (8, 8, bed)
    labels = (await admin.get(f"/api/print-jobs/{new['id']}/labels")).json()["results"]
    codes = [each["code"] for each in labels]
    assert codes[0] == codes[1] == bed
    assert codes[-1] == "D1"
    assert len(set(codes)) == 4
    other = await admin.post("/api/print-jobs", json=new | {"blank": 3})
    assert slug(other) == "id-reused"
    headers = await member(admin, "depot", depot="D1")
    theirs = await admin.post("/api/print-jobs", json=new, headers=headers)
    assert slug(theirs) == "id-reused"


async def test_what_cannot_be_printed_leaves_nothing(admin: httpx.AsyncClient, bed: str) -> None:
    """Nothing asked for, too much, what is not there; a van's crew prints no blank labels."""
    for fields, problem in (
        ({}, "invalid-field"),
        ({"blank": 101, "copies": 10}, "invalid-field"),
        ({"items": [bed, "AAAAAAAA"]}, "unknown-item"),
        ({"places": [{"kind": "van", "code": "NONE"}], "blank": 1}, "unknown-van"),
        ({"items": [bed], "printer": "NONE"}, "printer-not-found"),
    ):
        new = {"id": str(uuid4()), "printer": "P1"} | fields
        assert slug(await admin.post("/api/print-jobs", json=new)) == problem
    headers = await member(admin, "technician", depot="D1")
    new = {"id": str(uuid4()), "printer": "P1", "blank": 1}
    answer = await admin.post("/api/print-jobs", json=new, headers=headers)
    assert answer.status_code == 403
    assert (await admin.get("/api/print-jobs")).json()["results"] == []


async def test_the_rest_of_a_job_is_moved_or_called_off(admin: httpx.AsyncClient, bed: str) -> None:
    """A label that was begun stays where it is; with the last of its labels the job has ended."""
    job = await asked(admin, items=[bed], copies=3)
    path = f"/api/print-jobs/{job['id']}"
    await execute("""update print_labels set state = 'sending', begun_at = now()
        where id = (select min(id) from print_labels)""")
    moved = await admin.post(f"{path}/move", json={"printer": "P2"})
    assert (moved.json()["printer"], moved.json()["waiting"], moved.json()["in_hand"]) == (
        "P2", 2, 1,
    )  # fmt: skip
    labels = (await admin.get(f"{path}/labels")).json()["results"]
    assert [each["printer"] for each in labels] == ["P1", "P2", "P2"]
    for _ in range(2):
        ended = await admin.post(f"{path}/cancel")
        assert (ended.status_code, ended.json()["cancelled"]) == (200, 2)
    assert ended.json()["ended_at"] is None
    assert slug(await admin.post(f"{path}/move", json={"printer": "P9"})) == "printer-not-found"

    number = labels[0]["id"]
    answered = await admin.post(f"/api/print-labels/{number}/answer", json={"came_out": True})
    assert slug(answered) == "label-not-in-doubt"
    await execute("update print_labels set state = 'unsure' where id = $1", number)
    [doubt] = (await admin.get("/api/print-labels?printer=P1")).json()["results"]
    assert doubt["id"] == number
    for _ in range(2):
        told = await admin.post(f"/api/print-labels/{number}/answer", json={"came_out": True})
        assert (told.json()["state"], told.json()["told_by"]) == ("printed", "admin")
    changed = await admin.post(f"/api/print-labels/{number}/answer", json={"came_out": False})
    assert slug(changed) == "label-not-in-doubt"
    assert (await admin.get(path)).json()["ended_at"] is not None
    open_ones = (await admin.get("/api/print-jobs?status=open")).json()["results"]
    assert open_ones == []
    assert (await admin.post("/api/print-labels/99/answer", json={"came_out": True})).status_code
    await admin.post("/api/printers/P1/try")
