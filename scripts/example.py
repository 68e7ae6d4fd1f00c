"""The example that `scripts/run --demo` loads: a two-hundredth of the Nottinghamshire year.

Everything goes through the doors that people use: imports, forms, receipts of goods and, for the
year itself, `equipment.scans.record()`. All ids come from the seed, so a load that was cut short
is completed by the next: what was recorded already is answered as a duplicate.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from budget.database import execute, fetch_one, transaction
from equipment.items import Delivery, Viewer, receive
from equipment.people import register
from equipment.person_form import NewPerson
from equipment.receipts import content_hash
from equipment.roles import Caller
from equipment.scans import SCANS_MAX, Result, record
from scripts.example_service import (
    agree_years,
    callers,
    hire,
    make_up_password,
    rows,
    set_up,
)
from scripts.model.people import Borrower
from scripts.model.scans import Goods, Scan
from scripts.model.service import COORDINATOR, WORKERS
from scripts.model.year import Happening, Sources, play
from settings import Settings

SCALE: Final = 1 / 200
_AT_ONCE: Final = 8


async def load(now: datetime, seed: int = 1, scale: float = SCALE) -> None:
    """Load the example into an empty service, or complete it; loaded before, change nothing.

    `now` is when everything is recorded; it happened in 2018-19 and shortly before. A service in
    use is left alone, and the operator is told so. The users and their password are printed.
    The company prefix must have been fixed.
    """
    if await _is_marked("loaded"):
        return
    begun = await _is_marked("begun")
    if not begun and await _is_in_use():
        _say("This service is in use: the example is not loaded into it.")
        return
    await set_up(now)
    if not begun:
        await _begin(now)
    await agree_years(now)
    _say("Loading the example ...")
    desk = _Desk(now, await callers())
    sources = Sources(rows("catalogue"), rows("partners"), rows("postcodes_ng"))
    people, happenings = play(sources, scale, seed)
    await desk.register(people)
    for happening in happenings:
        await desk.take(happening)
    await desk.send_all()
    await _mark("loaded")
    _say(
        f"Loaded {desk.items:,} items and {desk.scans:,} scans: one in {1 / scale:,.0f} issues of"
        " 2018-19, against the whole year's contributions."
    )


async def _begin(now: datetime) -> None:
    """From here on the service is the example's; the users come with the mark, or not at all."""
    password, password_hash = await make_up_password()
    async with transaction():
        await hire(password, password_hash, now)
        await _mark("begun")
    names = ", ".join(worker.username for worker in WORKERS)
    _say(f"The example's users are {names}. They sign in with the password {password}")


async def _is_in_use() -> bool:
    row = await fetch_one(_IN_USE)
    assert row is not None
    return bool(row["in_use"])


_IN_USE: Final = """
select exists (select from items) or exists (select from people)
    or exists (select from budget_years) as in_use
"""


async def _is_marked(mark: str) -> bool:
    return await fetch_one("select from settings where name = $1", f"example {mark}") is not None


async def _mark(mark: str) -> None:
    await execute(_MARK, f"example {mark}")


_MARK: Final = "insert into settings (name, value) values ($1, 'yes') on conflict (name) do nothing"


def _say(line: str) -> None:
    print(line, flush=True)


@dataclass(slots=True)
class _Desk:
    """Passes happenings on to the service: scans in lists, one for each who makes them.

    Scans of one item are recorded in their order, whoever makes them: while it stands on one list,
    another's scan of it waits. So lists are long and few, and different items a little out of step.
    """

    now: datetime
    callers: Mapping[str, Caller]
    codes: dict[int, str] = field(default_factory=dict)
    lists: dict[str, list[Scan]] = field(default_factory=dict)
    # Whose list an item is on; from its first scan that waits on, all of its scans wait.
    listed: dict[int, str | None] = field(default_factory=dict)
    waiting: list[Scan] = field(default_factory=list)
    scans: int = 0

    @property
    def items(self) -> int:
        return len(self.codes)

    async def register(self, people: Sequence[Borrower]) -> None:
        """Several at a time, as none of them waits for another."""
        for first in range(0, len(people), _AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for borrower in people[first : first + _AT_ONCE]:
                    group.create_task(self._register(borrower))

    async def take(self, happening: Happening) -> None:
        if isinstance(happening, Goods):
            await self._receive(happening)
            return
        while SCANS_MAX in {len(self.waiting), len(self.lists.get(happening.by, ()))}:
            await self._send_lists()
        self._list(happening)

    async def send_all(self) -> None:
        """Record what is still listed."""
        while any(self.lists.values()):
            await self._send_lists()

    async def _register(self, borrower: Borrower) -> None:
        fields = asdict(borrower) | {"needs": list(borrower.needs)}
        fields.pop("depot")
        await register(self.callers[COORDINATOR], NewPerson(**fields), self.now)

    async def _receive(self, goods: Goods) -> None:
        delivery = Delivery(
            sku=goods.sku,
            depot=goods.depot,
            serials=goods.serials,
            batch=goods.batch,
            purchase_price_pence=goods.price_pence,
            received_at=goods.at,
            dirty=False,
            owner="pool",
        )
        viewer = Viewer(self.callers[goods.by], self.now, Settings.public_url)
        content = content_hash(asdict(goods))
        answer = await receive(delivery, viewer, client_id=goods.id, content=content)
        received = msgspec.json.decode(answer)["items"]
        codes = (item["code"] for item in received)
        self.codes.update(zip(goods.numbers, codes, strict=True))

    def _list(self, scan: Scan) -> None:
        mine = self.lists.setdefault(scan.by, [])
        if self.listed.setdefault(scan.item, scan.by) == scan.by:
            mine.append(scan)
        else:
            self.listed[scan.item] = None
            self.waiting.append(scan)

    async def _send_lists(self) -> None:
        """Record every list; what waited is listed next, in its order."""
        for by in self.lists:
            await self._send(by)
        self.listed.clear()
        waited, self.waiting = self.waiting, []
        for scan in waited:
            self._list(scan)

    async def _send(self, by: str) -> None:
        """Record somebody's list; the play obeys the rules, so a refusal is a fault of ours."""
        sent = self.lists[by]
        results = await record([self._json(scan) for scan in sent], self.callers[by], self.now)
        for scan, result in zip(sent, results, strict=True):
            assert result.status != "refused", _words(scan, result)
        self.scans += len(sent)
        sent.clear()

    def _json(self, scan: Scan) -> dict[str, Any]:
        return {
            "id": str(scan.id),
            "item": self.codes[scan.item],
            "action": scan.action,
            "occurred_at": scan.at.isoformat(),
            **scan.fields,
        }


def _words(scan: Scan, result: Result) -> str:
    return f"{scan} was refused: {result.refusal}; the item was {result.state}"
