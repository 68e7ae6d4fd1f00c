"""A technician's phone, its day, and what it sends."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from budget.database import execute, fetch, transaction
from budget.years import london_day
from equipment.people.visibility import EVERYONE
from tests.web.ordering import staff


async def published(
    admin: httpx.AsyncClient,
    visits: Sequence[str],
    *crew: str,
    van: str = "V1",
    day: date | None = None,
) -> str:
    """Publish a round of a day with these stops, half an hour each from ten on; its id.

    Whatever the time of day is: planned today, a day may be over.
    """
    day = day or london_day(datetime.now(UTC))
    plan, number = uuid4(), uuid4()
    begins = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    async with transaction(viewer=EVERYONE):
        await execute(_PLAN, plan, day, begins)
        [row] = await fetch("select id from day_plans where depot = 'D1' and day = $1", day)
        await execute(_ROUND, number, row["id"], van, day, begins)
        for place, visit in enumerate(visits):
            at = begins + timedelta(minutes=30 * place)
            await execute(_STOP, number, place, UUID(visit), at)
        await execute(_PUT_ON, number, [UUID(visit) for visit in visits])
    if crew:
        members = [{"username": each, "skills": []} for each in crew]
        answer = await admin.put(f"/api/vans/{van}/days/{day}", json={"crew": members})
        assert answer.is_success, answer.text
    return str(number)


_PLAN = """
insert into day_plans (id, depot, day, version, made_at, made_by, seed, unplanned, on_the_way)
values ($1, 'D1', $2, 1, $3, 'admin', 0, '[]', '[]') on conflict do nothing
"""
_ROUND = """
insert into rounds (id, plan, van, day, status, leaves_at, back_at, distance_m, duration_s, trips,
    weight_g, clean_l, dirty_l, cost_pence, published_at, published_by)
values ($1, $2, $3, $4, 'published', $5::timestamptz - interval '30 minutes',
    $5::timestamptz + interval '5 hours', 0, 0, 1, 0, 0, 0, 0, $5, 'admin')
"""
_STOP = """
insert into round_stops (round, place, visit, trip, arrive_at, begin_at, depart_at, metres,
    weight_g, clean_l, dirty_l)
values ($1, $2, $3, 1, $4, $4, $4::timestamptz + interval '20 minutes', 0, 0, 0, 0)
"""
_PUT_ON = "update visits set round = $1, status = 'planned' where id = any($2::uuid[])"


async def technician(admin: httpx.AsyncClient, username: str = "pat", **fields: Any) -> str:
    """Somebody who drives a van of the depot; their name."""
    return await staff(admin, username, "technician", partner=None, **{"depot": "D1"} | fields)


class Phone:
    """A phone in a technician's hand: it counts what it sends, from 1 on."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser
        self.device = str(uuid4())
        self.counted = 0

    async def register(self) -> dict[str, Any]:
        """Register it."""
        body = {"device": self.device, "name": "Chrome on Android"}
        return _told(await self.browser.post("/round/device", json=body))

    async def day(self) -> dict[str, Any]:
        """Fetch its day."""
        return _told(await self.browser.get("/round/day", params={"device": self.device}))

    def entry(self, kind: str, at: datetime | None = None, **body: Any) -> dict[str, Any]:
        """Make the next entry of its list."""
        self.counted += 1
        at = at or datetime.now(UTC)
        return {
            "seq": self.counted, "id": str(uuid4()), "at": at.isoformat(), "kind": kind,
            "body": body,
        }  # fmt: skip

    def scan(self, item: str, action: str, **fields: Any) -> dict[str, Any]:
        """Make an entry of a scan."""
        return self.entry("scan", item=item, action=action, **fields)

    async def try_to_send(
        self, *entries: dict[str, Any], clock: datetime | None = None, **fields: Any
    ) -> httpx.Response:
        """Send a list, by the phone's clock."""
        sent_at = (clock or datetime.now(UTC)).isoformat()
        body = {"device": self.device, "sent_at": sent_at, "entries": entries} | fields
        return await self.browser.post("/round/send", json=body)

    async def send(self, *entries: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
        """Send a list; the answers."""
        answers: list[dict[str, Any]] = _told(await self.try_to_send(*entries, **fields))["answers"]
        assert [each["seq"] for each in answers] == [each.get("seq") for each in entries]
        return answers


def statuses(answers: Sequence[dict[str, Any]]) -> list[str]:
    """What became of each entry."""
    return [each["status"] for each in answers]


def _told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
