"""The list of scans as it comes in; what becomes of each is tests/equipment/test_scans.py."""

import httpx
import pytest

SCAN = {"id": "8c7d9a4e-8f0d-4b53-9d5c-0a4e6f1c2b3a", "item": "?", "action": "move"}


async def test_what_stands_beside_the_list_keeps_no_scan_from_being_judged(
    admin: httpx.AsyncClient,
) -> None:
    """A member that nobody knows, whatever is in it, is no reason to lose five hundred scans."""
    body = b'{"sent_by": "\\u0000", "scans": [{"id": "x"}], "n": 1e400}'
    json = {"Content-Type": "application/json"}
    answer = await admin.post("/api/scans", content=body, headers=json)
    assert answer.status_code == 200
    assert [result["status"] for result in answer.json()["results"]] == ["refused"]


@pytest.mark.parametrize(
    "scans", [None, {}, "scans", [], [SCAN] * 501, [SCAN, None], [SCAN, [SCAN]], [7]]
)
async def test_only_what_is_no_list_of_scans_is_refused_whole(
    admin: httpx.AsyncClient, scans: object
) -> None:
    """One to five hundred objects: all else is a 422 that names the list."""
    answer = await admin.post("/api/scans", json={"scans": scans, "sent_by": "a phone"})
    assert answer.status_code == 422
    assert [each["field"].partition("[")[0] for each in answer.json()["errors"]] == ["scans"]
