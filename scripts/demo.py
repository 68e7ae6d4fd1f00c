"""Play the model year into a service: `python -m scripts.demo`, which scripts/demo calls.

Killed at any moment, the same command goes on from where it was, and ends with the same year.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import uvloop

from budget.database import close_pool, open_pool
from budget.published import Figures
from scripts.arguments import year_scale, year_seed
from scripts.garbage import collect_seldom
from scripts.playing.marks import RefusedPlayError
from scripts.playing.play import play_year
from scripts.playing.player import Script
from scripts.playing.report import lines
from scripts.postgres import borrowed_database
from scripts.postgres_folder import PostgresError
from scripts.preparation import prepare_schema, prepare_service
from scripts.stopping import StoppedError, StopRequests
from settings import InvalidSettingError, Settings

_STOPPED: Final = 130
_PLAYING: Final = 0x504C_4159  # "PLAY"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What is typed after scripts/demo."""

    script: Script
    data: Path


def main(typed: Sequence[str]) -> int:
    """Play the year, or what is left of it, and print it; the exit code."""
    stop = StopRequests()
    stop.listen()
    wanted = _arguments(typed)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    # Where the server is gone, it would tell so with a traceback of its own.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
    try:
        settings = Settings.from_environment(os.environ)
        with borrowed_database(wanted.data, settings, make=True) as dsn:
            stop.check()
            collect_seldom()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_until_stopped(wanted.script, settings, dsn, stop))
    except StoppedError:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return _STOPPED
    except (InvalidSettingError, PostgresError, RefusedPlayError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


async def _until_stopped(script: Script, settings: Settings, dsn: str, stop: StopRequests) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(_demo(script, settings, dsn))
    with stop.telling(lambda: loop.call_soon_threadsafe(task.cancel)):
        try:
            await task
        except asyncio.CancelledError:
            raise StoppedError from None


async def _demo(script: Script, settings: Settings, dsn: str) -> None:
    await prepare_schema(dsn)
    with _cut_off():
        async with _alone(dsn):
            await open_pool(dsn)
            try:
                await prepare_service(settings)
                played = await play_year(script)
                said = list(lines(await Figures.of_the_year(), script, played))
            finally:
                await close_pool()
    print(*said, sep="\n")


@contextlib.asynccontextmanager
async def _alone(dsn: str) -> AsyncIterator[None]:
    """One plays at a time: two would meet at every item."""
    connection = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _PLAYING):
            raise RefusedPlayError("Another demo is playing into this service. Let it end first.")
        yield
    finally:
        # The lock ends with its connection, however that ends.
        connection.terminate()


@contextlib.contextmanager
def _cut_off() -> Iterator[None]:
    """Whatever becomes of the database or the player, the operator gets one line."""
    try:
        yield
    except _GONE as error:
        raise PostgresError(f"{_GOES_ON}: {error}") from error
    except BaseExceptionGroup as group:
        gone, other = group.split(_GONE)
        if gone is None or other is not None:
            raise
        raise PostgresError(f"{_GOES_ON}: {_first(gone)}") from group


_GONE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_GOES_ON: Final = "The play was cut off; the same command goes on from here"


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _arguments(typed: Sequence[str]) -> Arguments:
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="Play the model year, or a part of it, into a service."
    )
    parser.add_argument(
        "--scale", type=year_scale, required=True, help="1 is the whole year", metavar="S"
    )
    parser.add_argument("--seed", type=year_seed, default=1, help="default: 1", metavar="N")
    parser.add_argument(
        "--data", type=Path, default=Path("var"), help="default: ./var", metavar="DIR"
    )
    read = parser.parse_args(typed)
    return Arguments(Script(read.scale, read.seed), read.data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
