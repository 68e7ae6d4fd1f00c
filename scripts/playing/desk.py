"""Records the parts of a play through the doors that people use, some of them at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from budget.database import fetch
from budget.refusals import Refusal
from equipment.content import content_hash
from equipment.items import Delivery, Viewer, receive
from equipment.people.people import register_many
from equipment.scans import record
from equipment.staff.roles import Caller
from scripts.model.scans import Goods
from scripts.model.service import COORDINATOR
from scripts.playing.orders import PlayedOrder, put_behind
from scripts.playing.parts import Lot, Part, People, Sheet
from settings import Settings

# While PostgreSQL writes one, another is decided here.
_AT_ONCE: Final = 3
_EVERYBODY: Final = frozenset({-1})
"""Stands for the people among the numbers of items."""
_NOT_THEIRS: Final = frozenset({"undo-too-late", "id-reused"})

_Sent: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Desk:
    """Records parts in their order, but those that share no item may overtake each other.

    `clock` says when each is recorded. `parts` is how many are recorded, without a gap before
    them: whoever goes on from there loses nothing, and what is sent again is a duplicate.
    """

    clock: Callable[[], datetime]
    callers: Mapping[str, Caller]
    codes: dict[int, str] = field(default_factory=dict)
    parts: int = 0
    scans: int = 0
    people: int = 0
    _ahead: dict[int, int] = field(default_factory=dict)
    _in_hand: dict[asyncio.Task[None], frozenset[int]] = field(default_factory=dict)

    async def record_all(self, parts: AsyncIterator[Part]) -> None:
        """Record them all; the play obeys the rules, so a refusal raises RuntimeError."""
        number = self.parts
        async with asyncio.TaskGroup() as group:
            async for part in parts:
                await self._wait_for(_needed(part))
                task = group.create_task(self._record(number, part))
                self._in_hand[task] = _held(part)
                number += 1
        self._in_hand.clear()

    async def recall_codes(self) -> None:
        """Learn the codes of what was received before, from the serial numbers."""
        for row in await fetch(_RECEIVED):
            self.codes[int(row["serial"].rpartition("-")[2])] = row["code"]

    async def _wait_for(self, needed: frozenset[int]) -> None:
        while len(self._in_hand) >= _AT_ONCE or not all(
            held.isdisjoint(needed) for held in self._in_hand.values()
        ):
            done, _ = await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del self._in_hand[task]

    async def _record(self, number: int, part: Part) -> None:
        match part:
            case People(people):
                await register_many(self.callers[COORDINATOR], people, self.clock())
                self.people += len(people)
            case Lot(goods):
                viewer = Viewer(self.callers[goods.by], self.clock(), Settings.public_url)
                self.codes.update(await receive_goods(goods, viewer))
            case Sheet():
                await self._scan(part)
        self._ahead[number] = len(part.scans) if isinstance(part, Sheet) else 0
        while self.parts in self._ahead:
            self.scans += self._ahead.pop(self.parts)
            self.parts += 1

    async def _scan(self, sheet: Sheet) -> None:
        for scan, item in zip(sheet.scans, sheet.items, strict=True):
            scan["item"] = self.codes[item]
        told = [order | {"item": self.codes[item]} for item, order in sheet.orders]
        await put_behind(msgspec.convert(told, list[PlayedOrder]), self.clock())
        for piece in _pieces(sheet.scans):
            for scan, refusal in await self._refused(piece, sheet.by):
                await self._take_back(scan, refusal)

    async def _take_back(self, scan: _Sent, refusal: Refusal | None) -> None:
        """Whoever goes on with a play days later may not take back their slips: others may."""
        late = scan["action"] == "undo" and refusal and refusal.slug in _NOT_THEIRS
        if not late or await self._refused([scan], COORDINATOR):
            raise RuntimeError(f"{scan} was refused: {refusal}")

    async def _refused(
        self, scans: Sequence[_Sent], by: str
    ) -> Sequence[tuple[_Sent, Refusal | None]]:
        """Record somebody's list; what of it was refused."""
        results = await record(scans, self.callers[by], self.clock())
        pairs = zip(scans, results, strict=True)
        return [(scan, result.refusal) for scan, result in pairs if result.status == "refused"]


async def receive_goods(goods: Goods, viewer: Viewer) -> dict[int, str]:
    """Receive what was bought; the code of each item by its number."""
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
    content = content_hash(asdict(goods))
    answer = await receive(delivery, viewer, client_id=goods.id, content=content)
    codes = (item.code for item in _ANSWER.decode(answer).items)
    return dict(zip(goods.numbers, codes, strict=True))


def _pieces(scans: Sequence[_Sent]) -> Iterator[Sequence[_Sent]]:
    """Cut a list after each undo of what an earlier one holds, which may have been days ago.

    Nothing may come after such a slip before it is taken back.
    """
    first, here = 0, set[str]()
    for place, scan in enumerate(scans, 1):
        here.add(scan["id"])
        if scan["action"] == "undo" and scan["movement"] not in here:
            yield scans[first:place]
            first = place
    if first < len(scans):
        yield scans[first:]


class _Coded(msgspec.Struct, frozen=True):
    code: str


class _Answer(msgspec.Struct, frozen=True):
    items: list[_Coded]


_ANSWER: Final = msgspec.json.Decoder(_Answer)
_RECEIVED: Final = "select serial, code from items where serial ~ ('^' || sku || '-[0-9]+$')"


def _held(part: Part) -> frozenset[int]:
    """What nobody else may have in hand at the same time: the items' scans keep their order."""
    match part:
        case People():
            return _EVERYBODY
        case Lot(goods):
            return frozenset(goods.numbers)
        case Sheet():
            return frozenset(part.items)


def _needed(part: Part) -> frozenset[int]:
    """What must be in nobody's hands: people do not wait for each other, all else for them."""
    return frozenset() if isinstance(part, People) else _held(part) | _EVERYBODY
