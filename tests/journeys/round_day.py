"""A technician's day to go through: a service with a published round, and what their phone does."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from budget.years import london_day
from tests.hours import ahead_at
from tests.journeys.service import (
    PASSWORD,
    Service,
    ask,
    furnish,
    running,
    scan,
    signed_in,
    started,
)
from tests.prepared import kept, lay_out

TECHNICIAN = "tess"
_FACTS = "facts.json"
_BEGINS = 10
# So soon that nobody needs a break.
_SHIFT = ("08:00", "15:00")
_ANY_TIME = ("00:00", "23:59")


@dataclass
class RoundDay:
    """A service where TECHNICIAN's van brings somebody a bed and a commode, and fetches another.

    It is ten in the morning there, whenever the test is run.
    """

    service: Service
    client: httpx.Client
    delivered: list[str] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    asked: dict[str, Sequence[str]] = field(default_factory=dict)
    """By the kind of a visit, what it is about, and one like it that is free."""

    @property
    def address(self) -> str:
        return self.service.address

    def now(self) -> datetime:
        """What time it is there."""
        return datetime.now(UTC) + self.service.ahead

    def item(self, code: str) -> dict[str, Any]:
        """An item as the service has it."""
        found: dict[str, Any] = ask(self.client, "GET", f"/api/items/{code}")
        return found

    def actions(self, code: str) -> list[str]:
        """What was done with an item, in order, by the technician."""
        rows = ask(self.client, "GET", f"/api/items/{code}/movements")["results"]
        return [row["action"] for row in rows if row["actor"] == TECHNICIAN]

    def post_as_admin(self, path: str, data: dict[str, str]) -> None:
        """Send a form of the administrators' pages."""
        with httpx.Client(base_url=self.address, timeout=30) as administrator:
            given = {"username": "admin", "password": PASSWORD}
            assert administrator.post("/sign-in", data=given).status_code == 303
            answer = administrator.post(path, data=data)
            assert answer.status_code == 303, answer.text

    def label(self, code: str) -> bytes:
        """The label as it is printed, as a picture."""
        answer = self.client.get(f"/api/items/{code}/label", params={"format": "png"})
        assert answer.status_code == 200, answer.text
        return answer.content


@contextmanager
def round_day(*, people: int = 2, asked: Sequence[str] = ()) -> Iterator[RoundDay]:
    """A running service on such a day; each person after the first waits for a commode, too.

    For each kind of visit `asked` for, the first has one more commode, in `asked`.
    """
    laid_out = kept("-".join(["day", str(people), *asked]), partial(_lay_out, people, asked))
    facts = json.loads((laid_out / _FACTS).read_text(encoding="utf-8"))
    ahead = timedelta(seconds=facts.pop("ahead_s"))
    with running(laid_out, ahead) as service, signed_in(service) as client:
        yield RoundDay(service, client, **facts)


def _lay_out(people: int, asked: Sequence[str], folder: Path) -> None:
    """Make such a day once, for its tests to begin from a copy of it."""
    lay_out(folder)
    ahead = ahead_at(_BEGINS)
    with started(folder, ahead) as service, signed_in(service) as client:
        day = RoundDay(service, client)
        _furnish(day, people, asked)
    facts: dict[str, object] = {
        "delivered": day.delivered, "collected": day.collected, "asked": day.asked,
        "ahead_s": ahead.total_seconds(),
    }  # fmt: skip
    (folder / _FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _furnish(day: RoundDay, people: int, asked: Sequence[str]) -> None:
    client = day.client
    lent_to = furnish(client, *_SHIFT)
    crew = {"username": TECHNICIAN, "password": PASSWORD, "roles": ["technician"], "depot": "D1"}
    ask(client, "POST", "/api/users", json=crew)
    for sku, quantity in (("BED01", 1), ("TOI01", people + 1)):
        new = {"sku": sku, "depot": "D1", "quantity": quantity}
        items = ask(client, "POST", "/api/items", json=new)["items"]
        if sku == "TOI01":
            _lend(day, items[-1]["code"], lent_to)
            day.collected = [items[-1]["code"]]
    _order(day, lent_to, ["BED01", "TOI01"])
    fetch = {"id": str(uuid4()), "person": lent_to, "items": day.collected, "reason": "Not used"}
    ask(client, "POST", "/api/collections", json=fetch)
    for number in range(1, people):
        who = {"name": f"Bob Example {number}", "funder": "04K", "postcode": "NG7 2NR"}
        person = ask(client, "POST", "/api/people", json=who | {"address": f"{number} Low Street"})
        _order(day, person["id"], ["TOI01"])
    for kind in asked:
        _ask_for(day, kind, lent_to)
    _at_any_time(client)
    wanted = {"depot": "D1", "date": london_day(day.now()).isoformat(), "seconds": 0.3, "seed": 1}
    planned = ask(client, "POST", "/api/rounds/plan", json=wanted)
    assert planned["unplanned"] == [], planned
    for each in planned["rounds"]:
        ask(client, "POST", f"/api/rounds/{each['id']}/publish")


def _at_any_time(client: httpx.Client) -> None:
    """Have the visits made whenever it is now."""
    window = dict(zip(("from", "to"), _ANY_TIME, strict=True))
    for visit in ask(client, "GET", "/api/visits?status=open&limit=200")["results"]:
        change = {"version": visit["version"], "window": window}
        ask(client, "PATCH", f"/api/visits/{visit['id']}", json=change)


def _ask_for(day: RoundDay, kind: str, person: str) -> None:
    """Lend something wheeled, ask for a visit about it, and have another one on the shelf."""
    new = {"sku": "TOI02", "depot": "D1", "quantity": 2}
    mended, spare = ask(day.client, "POST", "/api/items", json=new)["items"]
    _lend(day, mended["code"], person)
    visit = {"id": str(uuid4()), "person": person, "kind": kind, "items": [mended["code"]]}
    ask(day.client, "POST", "/api/visits", json=visit | {"reason": "It squeaks"})
    day.asked[kind] = (mended["code"], spare["code"])


def _lend(day: RoundDay, code: str, person: str) -> None:
    at = day.now().isoformat()
    loan = scan(code, "deliver", person=person, funder="04K", occurred_at=at)
    ask(day.client, "POST", "/api/scans", json={"scans": [loan]})


def _order(day: RoundDay, person: str, skus: list[str]) -> None:
    order = {
        "id": str(uuid4()),
        "person": person,
        "speed": "same_day",
        "lines": [{"sku": sku, "quantity": 1} for sku in skus],
        "answers": [{"warning": "already-has", "reason": "The other one goes back."}],
    }
    made = ask(day.client, "POST", "/api/orders", json=order)
    day.delivered += [code for line in made["lines"] for code in line["items"]]
