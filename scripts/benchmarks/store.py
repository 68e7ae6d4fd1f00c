"""A service as it would really stand: catalogue, partners, people, items, and scans to come.

The scans are the model year's, in its own order: whole rounds of items, with checks, repairs,
losses and the rest in their shares. A part of them is recorded before anything is measured.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from budget.database import close_pool, open_pool, transaction
from equipment.items import Viewer
from equipment.people.people import register_many
from equipment.scans import SCANS_MAX, record
from equipment.staff import passwords
from equipment.staff.roles import ADMINISTRATOR, Caller
from logistics.clock.leading import Leader
from logistics.rounds.depot_days import Ways
from scripts.benchmarks.figures import BenchmarkError, say
from scripts.benchmarks.service import PASSWORD
from scripts.benchmarks.sizes import Sizes
from scripts.example_service import agree_years, callers, hire, set_up, sources
from scripts.model.people import Borrower
from scripts.model.scans import Goods, Scan
from scripts.model.service import COORDINATOR
from scripts.model.year import play
from scripts.playing.desk import receive_goods
from scripts.playing.parts import new_person, sent
from scripts.postgres import EmbeddedPostgres
from scripts.preparation import prepare_schema, prepare_service
from settings import Settings

_T = TypeVar("_T")
_SEED: Final = 1
_PEOPLE_AT_ONCE: Final = 500
_LANES: Final = 4
ANYONE: Final = Caller(
    UUID("5d0f9b0e-8a55-4c0e-9f27-3c1f6c1b7a52"), "benchmark", frozenset({ADMINISTRATOR})
)


@dataclass(slots=True)
class Store:
    """A service's folder, and the scans that have not been sent to it yet, in their order."""

    folder: Path
    codes: Mapping[int, str]
    scans: list[Scan]

    def take(self, count: int) -> list[Scan]:
        """The next scans, no longer to come; they must all be sent before the ones after them."""
        taken, self.scans = self.scans[:count], self.scans[count:]
        if not taken:
            raise BenchmarkError("there are no scans left to send: take a larger share of the year")
        return taken

    def shown(self, scan: Scan) -> dict[str, Any]:
        """A scan as it is sent."""
        return shown(scan, self.codes)


def shown(scan: Scan, codes: Mapping[int, str]) -> dict[str, Any]:
    """A scan as it is sent."""
    return {"item": codes[scan.item], **sent(scan)}


def furnish(folder: Path, sizes: Sizes, settings: Settings) -> Store:
    """Make the service's data in a new folder; its PostgreSQL is stopped again."""
    say(f"Making a store: the model year at a scale of {sizes.store_scale:.3g} ...")
    server = EmbeddedPostgres(folder, binaries=settings.pg_bin)
    server.start()
    try:
        store = asyncio.run(_furnish(folder, server.dsn, sizes))
    finally:
        server.stop()
    say(f"  {len(store.codes):,} items; {len(store.scans):,} scans to come")
    return store


async def _furnish(folder: Path, dsn: str, sizes: Sizes) -> Store:
    await open_store(dsn)
    try:
        people, goods, scans = played(sizes.store_scale)
        await register_all(people)
        codes = await receive_all(goods)
        before = int(len(scans) * sizes.history)
        await record_all(scans[:before], codes)
        if sizes.settled:
            await settle()
        return Store(folder, codes, scans[before:])
    finally:
        await close_pool()


async def settle() -> None:
    """Do what the clock has missed, such as last evening's planning.

    A new store's service would begin with all of it, and that only then would be measured.
    """
    leader = Leader(Ways())
    try:
        await leader.tick(datetime.now(UTC))
    finally:
        await leader.end()


async def open_store(dsn: str) -> None:
    """Migrate a new database, open the pool on it, and set up all but people and items."""
    now = datetime.now(UTC)
    await prepare_schema(dsn)
    await open_pool(dsn)
    await prepare_service(Settings(admin_password=PASSWORD))
    await set_up(now)
    await agree_years(now)
    password_hash = await passwords.hashed(PASSWORD)
    async with transaction():
        await hire(PASSWORD, password_hash, now)


def played(scale: float) -> tuple[Sequence[Borrower], list[Goods], list[Scan]]:
    """The people, the goods and the scans of the model year."""
    year = play(sources(), scale, _SEED)
    goods, scans = list[Goods](), list[Scan]()
    for happening in year.happenings:
        if isinstance(happening, Goods):
            goods.append(happening)
        else:
            scans.append(happening)
    return year.people, goods, scans


async def register_all(people: Sequence[Borrower]) -> None:
    """Register the people."""
    by = (await callers())[COORDINATOR]
    for some in batches(people, _PEOPLE_AT_ONCE):
        now = datetime.now(UTC)
        await register_many(by, [new_person(borrower) for borrower in some], now)


async def receive_all(goods: Sequence[Goods]) -> dict[int, str]:
    """Receive the goods; the code of each item by its number."""
    codes = dict[int, str]()
    viewer = Viewer(ANYONE, datetime.now(UTC), Settings.public_url)
    for lot in goods:
        codes |= await receive_goods(lot, viewer)
    return codes


async def record_all(
    scans: Sequence[Scan], codes: Mapping[int, str], *, size: int = SCANS_MAX
) -> None:
    """Record scans in lists of a size, some at once: those of one item are in one lane."""
    lanes = [[scan for scan in scans if scan.item % _LANES == lane] for lane in range(_LANES)]
    try:
        async with asyncio.TaskGroup() as group:
            for own in lanes:
                group.create_task(_record_lane(own, codes, size))
    except* BenchmarkError as errors:
        raise errors.exceptions[0] from None


async def _record_lane(scans: Sequence[Scan], codes: Mapping[int, str], size: int) -> None:
    for some in batches(scans, size):
        now = datetime.now(UTC)
        results = await record([shown(scan, codes) for scan in some], ANYONE, now)
        for scan, result in zip(some, results, strict=True):
            if result.status != "accepted":
                raise BenchmarkError(f"{scan} was {result.status}: {result.refusal}")


def batches(entries: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Cut into parts of a size, the last perhaps shorter."""
    return (entries[first : first + size] for first in range(0, len(entries), size))
