"""demo_year: scans a second while the whole model year is played, people and all."""

import asyncio
import resource
from typing import Any

import uvloop

from budget.database import close_pool, open_pool
from scripts.benchmarks import statements
from scripts.benchmarks.apart import apart
from scripts.benchmarks.figures import Figure, at_least, say
from scripts.benchmarks.floor import Floor
from scripts.benchmarks.run import Run
from scripts.playing.play import play_year
from scripts.playing.player import Script
from scripts.postgres import EmbeddedPostgres
from scripts.preparation import prepare_schema, prepare_service
from settings import Settings


def demo_year(run: Run) -> Figure:
    """As scripts/demo plays it, with the floor before and after."""
    folder = run.folder / "year"
    server = EmbeddedPostgres(folder, binaries=run.settings.pg_bin)
    server.start()
    try:
        floor = Floor(folder, server.dsn, run.sizes, run.settings)
        for _ in range(run.sizes.turns):
            floor.measure()
        done, memory = apart(played, server.dsn, run.sizes.demo_scale)
        say(f"  demo_year: {done['scans']:,} scans in {done['seconds']:,.0f} s")
        for _ in range(run.sizes.turns):
            floor.measure()
    finally:
        server.stop()
    detail = memory | done | {"scale": run.sizes.demo_scale, "floors": floor.rates}
    detail["statements_per_scan"] = _statements(run)
    value = done["scans"] / done["seconds"]
    return Figure("demo_year", value, "scans/s", floor.rate, detail, at_least(1.5))


def played(dsn: str, scale: float) -> dict[str, Any]:
    """Play it into the database there: how many scans in how many seconds."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_played(dsn, Script(scale)))


async def _played(dsn: str, script: Script) -> dict[str, Any]:
    await prepare_schema(dsn)
    await open_pool(dsn)
    try:
        await prepare_service(Settings())
        mark = await play_year(script)
    finally:
        await close_pool()
    player = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"scans": mark.scans, "seconds": mark.seconds, "player_rss_mb_max": round(player, 1)}


def _statements(run: Run) -> float | None:
    """SQL statements a scan, in a shorter year of its own."""
    if not run.sizes.counted:
        return None
    folder = run.folder / "counted year"
    server = EmbeddedPostgres(folder, binaries=run.settings.pg_bin)
    server.start()
    server.stop()
    with statements.counting(folder):
        server.start()
        try:
            if not statements.can_count(server.dsn):
                return None
            statements.start_counting(server.dsn)
            done, _ = apart(played, server.dsn, run.sizes.demo_scale / 20)
            return round(statements.counted(server.dsn) / int(done["scans"]), 3)
        finally:
            server.stop()
