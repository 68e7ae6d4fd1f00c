"""How far and how long it is by road: asked of OSRM where there is one, else as the crow flies.

A plan never waits for long on a road server, and never fails for want of one: what is used instead
is said in the plan's note.
"""

import asyncio
import logging
from collections.abc import Sequence
from itertools import product
from typing import Final, TypeAlias

import httpx
import msgspec
from msgspec.structs import replace

from logistics.planner.day import Travel
from logistics.roads.graticule import longitude_and_latitude
from logistics.roads.travel import Speeds, as_the_crow_flies

Point: TypeAlias = tuple[int, int]
_Row: TypeAlias = list[float | None]

BLOCK: Final = 50
"""Places in a row or column of one question: with both OSRM's usual limit of 100 is kept."""

TRIES: Final = 3
DEADLINE_S: Final = 60.0
_TIMEOUT: Final = httpx.Timeout(10, connect=3)
_AT_ONCE: Final = 4
_BETWEEN_TRIES_S: Final = 0.2
_log = logging.getLogger("kitback.roads")


class _Table(msgspec.Struct):
    """What OSRM answers; None where no road leads from one place to the other."""

    distances: list[_Row]
    durations: list[_Row]


class _NoTableError(Exception):
    """OSRM does not say; the message is why, in a few words."""


async def by_road(
    points: Sequence[Point],
    speeds: Speeds,
    osrm_url: str | None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    deadline_s: float = DEADLINE_S,
) -> Travel:
    """The travel between points of the British National Grid.

    Durations of OSRM's are those of free roads: they are slowed by the hour as `speeds` says. Where
    it does not answer, all is as the crow flies; where it knows no road, that one is.
    """
    crow = as_the_crow_flies(points, speeds)
    if osrm_url is None or not points:
        return crow
    try:
        async with asyncio.timeout(deadline_s), _client(osrm_url, transport) as client:
            return await _asked(client, points, crow)
    except (_NoTableError, TimeoutError) as error:
        why = str(error) or "it took too long"
        _log.warning("No travel times from OSRM: %s", why)
        return replace(
            crow, note=f"The road server gave no travel times ({why}): they are as the crow flies."
        )


def _client(url: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=_TIMEOUT)


async def _asked(client: httpx.AsyncClient, points: Sequence[Point], crow: Travel) -> Travel:
    count = len(points)
    metres, seconds = ([list(row) for row in table] for table in (crow.metres, crow.seconds))
    blocks = [range(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(rows: range, columns: range) -> int:
        async with turns:
            table = await _table(client, points, rows, columns)
        return _copy(table, rows, columns, metres, seconds)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(*pair)) for pair in product(blocks, blocks)]
    except* _NoTableError as errors:
        # The first says enough; the others were ended by it.
        raise _NoTableError(str(errors.exceptions[0])) from None
    gaps = sum(task.result() for task in tasks)
    ways = f"{gaps} of {count * count} ways"
    note = f"The road server knows no road for {ways}: they are as the crow flies."
    return replace(crow, metres=metres, seconds=seconds, source="osrm", note=note if gaps else None)


def _copy(
    table: _Table, rows: range, columns: range, metres: list[list[int]], seconds: list[list[int]]
) -> int:
    """Enter a block; how many ways it leaves as they were."""
    gaps = 0
    for at, row in enumerate(rows):
        for across, column in enumerate(columns):
            far, long = table.distances[at][across], table.durations[at][across]
            if far is None or long is None:
                gaps += 1
            else:
                metres[row][column], seconds[row][column] = round(far), round(long)
    return gaps


async def _table(
    client: httpx.AsyncClient, points: Sequence[Point], rows: range, columns: range
) -> _Table:
    """One block; _NoTableError where the server does not give it, however often it is asked."""
    places = sorted({*rows, *columns})
    at = {place: number for number, place in enumerate(places)}
    where = (longitude_and_latitude(*points[place]) for place in places)
    path = ";".join(f"{east:.6f},{north:.6f}" for east, north in where)
    asked = {
        "annotations": "duration,distance",
        "sources": ";".join(str(at[row]) for row in rows),
        "destinations": ";".join(str(at[column]) for column in columns),
    }
    why = ""
    for number in range(TRIES):
        await asyncio.sleep(_BETWEEN_TRIES_S * number)
        try:
            answer = await client.get(f"/table/v1/driving/{path}", params=asked)
        except httpx.TransportError as error:
            why = f"it cannot be reached: {type(error).__name__}"
            continue
        if answer.is_success:
            return _read(answer.content, rows, columns)
        why = f"it answers {answer.status_code}"
        if answer.is_client_error:
            break  # It would say no again.
    raise _NoTableError(why)


def _read(content: bytes, rows: range, columns: range) -> _Table:
    try:
        table = msgspec.json.decode(content, type=_Table)
    except msgspec.DecodeError as error:
        raise _NoTableError("its answer cannot be read") from error
    shape = {len(columns)}
    for each in (table.distances, table.durations):
        if len(each) != len(rows) or {len(row) for row in each} != shape:
            raise _NoTableError("its answer has another size")
        if any(way is not None and way < 0 for row in each for way in row):
            raise _NoTableError("its answer has times below nothing")
    return table
