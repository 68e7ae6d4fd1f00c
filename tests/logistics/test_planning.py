"""Plans made in processes of their own: that they come back, and that nothing stays behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
import uvloop

from budget.handed import LENGTH_BYTES
from budget.refusals import Refused, Wrong
from logistics.planner.day import Until
from logistics.planner.planner import best, loss, plan
from logistics.rounds import planning
from logistics.rounds.planning import plan_apart
from logistics.rounds.solver import Task
from tests.logistics.days import day, visit

FEW = Until(iterations=10)
DAY = day([visit(f"v{place}", place) for place in range(1, 6)])
LONG = Until(seconds=100)
# Of so many that the clock alone ends the search for them.
BUSY = day([visit(f"v{number}", 1 + number % 5, on_site_s=60) for number in range(40)])


async def test_it_is_the_best_of_several_seeds() -> None:
    """The same plan as the processes' seeds give here."""
    made = await plan_apart(DAY, FEW, 7)
    assert made == best(DAY, [plan(DAY, FEW, 14), plan(DAY, FEW, 15)])


def test_it_is_made_on_the_loop_that_the_service_runs_on() -> None:
    """Which starts processes by itself, and knows fewer ways of it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        made = runner.run(plan_apart(DAY, FEW, 7, processes=1))
    assert made.unplanned == ()


async def test_a_small_day_keeps_nobody_waiting() -> None:
    """Its search ends once there is nothing better to be found, however long it might take."""
    began = time.monotonic()
    made = await plan_apart(DAY, LONG, 7)
    assert time.monotonic() - began < 50
    assert loss(DAY, made) <= loss(DAY, plan(DAY, FEW, 14))


async def test_others_go_on_meanwhile() -> None:
    """The event loop never stands still for a search."""
    task = asyncio.create_task(plan_apart(BUSY, Until(seconds=1), 1, processes=1))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.02)
        turns += 1
    assert turns > 20
    assert (await task).unplanned == ()


async def test_a_killed_process_is_a_refusal_in_words() -> None:
    """With nothing half-made, and the next plan is made as usual."""
    task = asyncio.create_task(plan_apart(BUSY, LONG, 1))
    for child in await _children(2):
        os.kill(child, signal.SIGKILL)
    with pytest.raises(Refused) as refused:
        await task
    assert refused.value.slug == "planning-failed"
    assert "Nothing has changed" in refused.value.detail


async def test_one_killed_process_leaves_the_others_plan() -> None:
    """Each of them makes a whole plan."""
    task = asyncio.create_task(plan_apart(BUSY, Until(seconds=3), 1))
    child, _ = await _children(2)
    os.kill(child, signal.SIGKILL)
    assert (await task).unplanned == ()


async def test_a_process_that_takes_too_long_is_ended() -> None:
    """Whatever it does: there is a limit to how long anybody waits."""
    with pytest.raises(Refused, match="planner stopped"):
        await plan_apart(BUSY, LONG, 1, grace_s=-99.5)
    assert _running() == []


async def test_who_does_not_wait_leaves_no_process() -> None:
    """A request that is given up takes its search with it."""
    task = asyncio.create_task(plan_apart(BUSY, LONG, 1))
    await _children(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _running() == []


async def test_a_search_takes_only_the_time_that_nobody_else_wants() -> None:
    """A night's planning that comes late, by day, must not hold up the vans' scans.

    In our own session: Linux shares out time among sessions before it looks at niceness.
    """
    task = asyncio.create_task(plan_apart(BUSY, LONG, 1))
    for process in await _children(2):
        async with asyncio.timeout(30):
            while os.getpriority(os.PRIO_PROCESS, process) < 19:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.05)
        assert os.getsid(process) == os.getsid(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_process_ends_with_whoever_asked() -> None:
    """Killed, a service leaves nobody who would search on for nothing."""
    said = msgspec.msgpack.encode(Task(BUSY, LONG, 1))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "logistics.rounds.solver"],
        stdin=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(planning.__file__).parents[2])},
    )
    assert process.stdin is not None
    process.stdin.write(len(said).to_bytes(LENGTH_BYTES, "big") + said)
    process.stdin.flush()
    process.stdin.close()
    assert process.wait(timeout=30) == 3


@pytest.mark.parametrize("until", [Until(), Until(seconds=0), Until(seconds=301)])
async def test_a_search_has_bounds(until: Until) -> None:
    """No time, no end, or too long: a wrong field."""
    with pytest.raises(Wrong):
        await plan_apart(DAY, until, 1)


async def _children(count: int) -> list[int]:
    """The planner's processes, as soon as there are so many."""
    async with asyncio.timeout(30):
        while len(found := _running()) < count:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.05)
    return found


def _running() -> list[int]:
    """This process's children that plan."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == str(os.getpid()) and b"logistics.rounds.solver" in command:
            found.append(int(folder.name))
    return found
