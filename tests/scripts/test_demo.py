"""The demo: a year played through the service's own doors, from wherever it was left."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from budget.database import fetch
from budget.pool import YearPlan, agree
from budget.published import Figures
from equipment.scans import SCANS_MAX
from scripts.demo import _PLAYING, _arguments
from scripts.example_service import callers, sources
from scripts.model.scans import Scan
from scripts.model.year import Year, play
from scripts.playing.desk import Desk
from scripts.playing.marks import Marks, RefusedPlayError
from scripts.playing.parts import Lot, Part, Sheet, in_parts
from scripts.playing.play import play_year
from scripts.playing.player import Script, playing
from scripts.playing.report import lines
from scripts.postgres import NAME, EmbeddedPostgres
from tests.scripts.conftest import REPOSITORY
from tests.scripts.processes import gone, wait_for
from tests.scripts.recount import recount

SMALL = Script(1 / 500)
TINY = Script(1 / 2_000)
AGAIN = ("--scale", "0.0005", "--seed", "1")


def demo(*typed: str, url: str | None = None) -> subprocess.Popen[str]:
    """Start it as the operator does, once the environment stands."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "scripts.demo", *typed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | ({"DATABASE_URL": url} if url else {}),
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for its end: the exit code, and what it said."""
    said, complained = process.communicate()
    return process.returncode, said, complained


def printed_year(said: str) -> str:
    """The report, from the figures on: the lines before them tell of this run."""
    found = re.search(r"\d+ issues in the year\n(.*)", said, re.DOTALL)
    assert found, said
    return found[1]


@contextlib.asynccontextmanager
async def database_of_its_own(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """Where to connect to a new service's database."""
    name = f"demo_{uuid4().hex}"
    server = await asyncpg.connect(postgres.dsn)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield postgres.dsn.replace(f"@/{NAME}?", f"@/{name}?")
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


async def test_a_second_play_at_once_is_declined(postgres: EmbeddedPostgres, template: str) -> None:
    """Before it makes anything, in one line."""
    async with database_of_its_own(postgres, template) as url:
        first = await asyncpg.connect(url)
        assert await first.fetchval("select pg_try_advisory_lock($1)", _PLAYING)
        code, said, complained = await asyncio.to_thread(ended, demo(*AGAIN, url=url))
        assert (code, said) == (1, "")
        assert complained == "Another demo is playing into this service. Let it end first.\n"
        assert await first.fetchval("select count(*) from users") == 0
        await first.close()


async def asked(url: str, sql: str) -> list[Any]:
    """One column of what a statement finds."""
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()


def test_a_year_is_played_into_a_new_folder_and_passes_every_check(data_folder: Path) -> None:
    """Its users' password is printed once; the same again prints the year, another is refused."""
    folder = ("--data", str(data_folder))
    code, said, complained = ended(demo(*AGAIN, *folder))
    assert code == 0, complained
    assert said.count("They sign in with the password") == 1
    assert "100%" in complained
    verify = [sys.executable, "-P", "-m", "scripts.verify", *folder]
    environ = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run(verify, check=True, cwd="/", env=environ, capture_output=True)

    code, again, complained = ended(demo(*AGAIN, *folder))
    assert (code, printed_year(again), complained) == (0, printed_year(said), "")
    assert "password" not in again
    for other in (("--scale", "0.001"), ("--scale", "0.0005", "--seed", "2")):
        code, said, complained = ended(demo(*other, *folder))
        assert (code, said) == (1, "")
        assert "was begun with --scale 0.0005 --seed 1" in complained


async def test_killed_half_way_it_goes_on_to_the_same_year(
    postgres: EmbeddedPostgres, template: str
) -> None:
    """Every movement of a scan once and no other, and the same figures."""
    typed = ("--scale", f"{SMALL.scale}", "--seed", "7")
    scans = "select id from movements where action <> 'receive' order by id"
    async with (
        database_of_its_own(postgres, template) as whole,
        database_of_its_own(postgres, template) as cut,
    ):
        running = demo(*typed, url=whole)
        killed = demo(*typed, url=cut)
        while not await asked(cut, "select 1 from movements where action = 'collect' limit 1"):
            assert killed.poll() is None, ended(killed)
        killed.kill()
        ended(killed)
        before = await asked(cut, scans)
        code, uncut, complained = ended(running)
        assert code == 0, complained
        code, resumed, complained = ended(demo(*typed, url=cut))
        assert code == 0, complained
        assert printed_year(resumed) == printed_year(uncut)
        after = await asked(cut, scans)
        assert 0 < len(before) < len(after)
        assert set(before) <= set(after)
        assert after == await asked(whole, scans)


async def test_who_is_killed_leaves_no_process_behind(
    postgres: EmbeddedPostgres, template: str
) -> None:
    """A whole year takes the player longer than the kill; without it, one line says so."""
    async with database_of_its_own(postgres, template) as url:
        killed = demo("--scale", "1", url=url)
        wait_for(lambda: bool(children(killed.pid)) or killed.poll() is not None)
        [player] = children(killed.pid)
        killed.kill()
        ended(killed)
        wait_for(lambda: gone(player))
        left = demo("--scale", "1", url=url)
        wait_for(lambda: bool(children(left.pid)) or left.poll() is not None)
        os.kill(children(left.pid)[0], signal.SIGKILL)
        code, _, complained = await asyncio.to_thread(ended, left)
        assert code == 1
        assert complained.endswith("the process that plays the year has ended before it\n")
        assert "Traceback" not in complained


def children(pid: int) -> list[int]:
    """The processes that it has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_what_was_marked_is_not_played_again(database: str) -> None:
    """A mark stands only where everything before it is recorded; the play goes on from there."""
    assert database
    marks = Marks("demo")
    playing_it = asyncio.create_task(play_year(TINY, mark_every_s=0.01))
    # Nothing tells when there is a mark but the database itself.
    while (await marks.newest()).scans == 0:
        assert not playing_it.done(), await playing_it
        await asyncio.sleep(0.005)
    playing_it.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing_it
    mark = await marks.newest()
    async with playing(TINY, skip=0) as player:
        parts = [part async for part in player.parts()]
    marked = [part for part in parts[: mark.parts] if isinstance(part, Sheet)]
    recorded = {row["id"] for row in await fetch("select id from movements")}
    assert {UUID(scan["id"]) for part in marked for scan in part.scans} <= recorded
    assert mark.scans == sum(len(part.scans) for part in marked)
    async with playing(TINY, skip=mark.parts) as player:
        assert [part async for part in player.parts()] == parts[mark.parts :]
    finished = await play_year(TINY)
    for table in ("postings", "tallies", "cohorts", "stock"):
        assert not await fetch(f"select from unfolded_{table} limit 1"), table
    assert (finished.parts, finished.scans) == (
        len(parts),
        sum(len(part.scans) for part in parts if isinstance(part, Sheet)),
    )


async def test_slips_of_days_ago_are_taken_back_by_the_coordinator(database: str) -> None:
    """Whoever made them may not any more, where a play was left for longer than a day."""
    assert database
    script, now = Script(1 / 200), datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    days = iter(range(10_000))
    await Marks("demo").begin(script, now)
    desk = Desk(lambda: now + timedelta(days=2 * next(days)), await callers())
    async with playing(script, skip=0) as player:
        parts = [part async for part in player.parts()]
    await desk.record_all(one_scan_at_a_time(parts))
    undone = await fetch("select actor from movements where action = 'undo'")
    assert {row["actor"] for row in undone} == {"coordinator"}
    repeated = Desk(lambda: now, await callers())
    await repeated.record_all(one_scan_at_a_time(parts))
    assert repeated.scans == desk.scans
    assert await fetch("select actor from movements where action = 'undo'") == undone


async def one_scan_at_a_time(parts: list[Part]) -> AsyncIterator[Part]:
    """Lists that are cut around each undo, so that it is recorded after what it takes back."""
    for part in parts:
        if not isinstance(part, Sheet):
            yield part
            continue
        first = 0
        for place, scan in enumerate(part.scans):
            if scan["action"] == "undo" and place > first:
                yield Sheet(part.by, part.items[first:place], part.scans[first:place])
                first = place
        yield Sheet(part.by, part.items[first:], part.scans[first:])


async def test_a_service_in_use_is_left_alone(database: str) -> None:
    """Nothing is written into it, and one line says why."""
    assert database
    await agree("admin", "2025-26", YearPlan({}))
    with pytest.raises(RefusedPlayError, match="in use"):
        await play_year(TINY)
    assert not await fetch("select from items")
    assert not await fetch("select from users")


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        *(("scale", typed) for typed in ("0", "-1", "11", "nan", "much")),
        *(("seed", typed) for typed in ("much", "1.5", "1" + "0" * 19)),
    ],
)
def test_a_scale_or_seed_that_cannot_be_is_explained(
    what: str, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started."""
    with pytest.raises(SystemExit) as end:
        _arguments(["--scale", "1", f"--{what}", typed])
    assert end.value.code == 2
    assert f"{typed} is no {what}" in capsys.readouterr().err


def test_what_is_noted_alike_is_the_same_year() -> None:
    """A scale with more digits than the note has does not go on with other ids."""
    assert _arguments(["--scale", f"{1 / 3}"]) == _arguments(["--scale", "0.333333333333"])


async def test_the_printed_figures_are_those_of_a_plain_recount(database: str) -> None:
    """Counted from the movements alone; and at a part of the year, as played and multiplied."""
    assert database
    script = Script(1 / 1_000)
    played = await play_year(script)
    said = "\n".join(lines(await Figures.of_the_year(), script, played))
    issues, credited, activity, counts = await recount(all_products=True)
    whole = [sum(each.values()) for each in (issues, credited, activity)]
    issued, returned = (counts[None, kind, "pence"] for kind in ("issued", "returned"))
    for name, pence in (
        ("Value issued", issued),
        ("Value returned", returned),
        ("Issued and returned together", issued + returned),
        ("Charged for issues", whole[0]),
        ("Credited", whole[1]),
        ("Charged for activity", whole[2]),
        ("Net spend", whole[0] + whole[2] - whole[1]),
    ):
        assert re.search(row(name, pence, 1_000), said), (name, pence, said)
    units = counts[None, "issued", "units"]
    assert re.search(rf"^Issues +{units:,} +{units * 1_000:,}$", said, re.MULTILINE)
    for ods in issues:
        cells = (issues[ods], credited[ods], activity[ods])
        net = issues[ods] + activity[ods] - credited[ods]
        shown = " +".join(f"{pence / 100:,.0f}" for pence in (*cells, net))
        assert re.search(rf"^{ods} .* {shown} ", said, re.MULTILINE), (ods, said)
    _, _, _, counts = await recount()
    for kind, name in (("pence", "value"), ("units", "units")):
        reused, scrapped = (counts[None, what, kind] for what in ("reused", "scrapped"))
        share = f"{reused / (reused + scrapped):.1%}"
        assert re.search(rf"^Recycled by {name} +{share}", said, re.MULTILINE), (share, said)


def row(name: str, pence: int, times: int) -> str:
    """How a sum is printed."""
    scaled = f"GBP {pence * times / 1e8:,.2f}m"
    return rf"(?m)^{name} +GBP {pence / 100:,.0f} +{re.escape(scaled)}"


def test_the_parts_are_the_play_in_each_item_s_order() -> None:
    """All of it, once; lists are one person's each, and no longer than a request may be."""
    year = play(sources(), 1 / 50, 3)
    courses = defaultdict[int, list[str]](list)
    happenings = []
    for happening in year.happenings:
        happenings.append(happening)
        if isinstance(happening, Scan):
            courses[happening.item].append(happening.id)
    recorded = defaultdict[int, list[str]](list)
    for part in in_parts(Year(year.people, iter(happenings), year.scans)):
        if isinstance(part, Lot):
            assert not set(recorded) & set(part.goods.numbers)
        if isinstance(part, Sheet):
            assert 0 < len(part.scans) == len(part.items) <= SCANS_MAX
            for item, scan in zip(part.items, part.scans, strict=True):
                recorded[item].append(scan["id"])
    assert recorded == courses
    assert year.scans == pytest.approx(sum(len(course) for course in courses.values()), rel=0.1)
