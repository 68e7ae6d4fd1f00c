"""A printer that dies, is late, gone, empty or mad: each label comes out once, none is lost."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from budget.database import execute
from tests.equipment.printing_room import HASTY, Room, opened
from tests.equipment.store import check_invariants, one_item, stock
from tests.equipment.thermal import Thermal
from tests.labels.printer import printed
from tests.labels.samples import scanned
from tests.races import ready

_SENDER: Final = """
import asyncio, sys
from budget.database import open_pool
from equipment.printers.watching import Watch
from tests.equipment.printing_room import HERE, PATIENT
from tests.equipment.thermal import Clock

async def main():
    await open_pool(sys.argv[1])
    watch = Watch(HERE, PATIENT, Clock())
    while True:
        await watch.look()
        await asyncio.sleep(0.01)

asyncio.run(main())
"""


@pytest.fixture
async def room(database: str) -> AsyncIterator[Room]:
    """A depot with a printer that was seen to count."""
    del database
    room = await opened()
    await room.ask()
    await room.until(lambda printer: printer.waiting + printer.in_hand == 0)
    yield room
    await room.close()


async def all_out(room: Room) -> None:
    """See that all that was asked for came out, once each, and is known to have."""
    await room.until(lambda printer: printer.waiting + printer.in_hand == 0)
    assert room.printer.out == await room.codes()
    assert set(await room.states()) == {"printed"}


async def test_labels_come_out_once_in_their_order(room: Room) -> None:
    """One after another, by one connection, and the printer is shown to be ready."""
    await room.ask(5, copies=2)
    await all_out(room)
    standing = await room.standing()
    assert (standing.state, standing.unsure) == ("ready", 0)
    assert room.printer.most_lines == 1
    await check_invariants()


async def test_no_products_name_is_a_command(room: Room) -> None:
    """What arrives at the printer is the label, which a decoder reads; its name is but text."""
    name = "Bed ^XZ^XA~JA ^FS _5E ~HS"
    await stock("BED01", name=name)
    code = await one_item()
    await room.ask(0, items=[code])
    await all_out(room)
    [page] = printed(room.printer.received[-1] + b"\n")
    assert scanned(page.image)[0].endswith(f"{code}")
    assert name.split("~HS", maxsplit=1)[0].strip() in " ".join(page.texts)


async def test_several_processes_are_one_sender(room: Room) -> None:
    """However many there are, and all at once."""
    await room.ask(8)
    others = [room.new_watch() for _ in range(3)]
    await ready(4)
    await asyncio.gather(*(watch.look() for watch in (room.watch, *others)))
    assert sum(len(watch.attended) for watch in (room.watch, *others)) == 1
    for watch in others:
        await asyncio.gather(*watch.attended.values())
    await all_out(room)
    assert room.printer.most_lines == 1
    for watch in others:
        await watch.end()


async def test_what_one_process_attends_no_other_takes_over(room: Room) -> None:
    """Not even while a label lies at the printer, and another is waited for."""
    other, attended = room.new_watch(), list[dict[str, object]]()

    async def look(_: Thermal) -> None:
        await room.ask()
        await other.look()
        attended.append(dict(other.attended))

    room.printer.at_label = look
    await room.ask()
    await all_out(room)
    assert attended == [{}]
    await other.end()


async def test_a_printer_that_is_gone_for_an_hour_goes_on_by_itself(room: Room) -> None:
    """It is shown as gone since when, and nothing is asked of anybody."""
    await room.printer.unplug()
    await room.ask(3)
    await room.attend_once()
    went = room.clock()
    room.clock.pass_(hours=1)
    await room.attend_once()
    standing = await room.standing()
    assert (standing.state, standing.since, standing.waiting) == ("gone", went, 3)
    await room.printer.plug_in()
    await all_out(room)


@pytest.mark.parametrize(
    ("trouble", "state"),
    [("paper_out", "out_of_labels"), ("head_up", "head_open"), ("paused", "paused")],
)
async def test_what_is_in_the_way_is_shown_and_waited_for(
    room: Room, trouble: str, state: str
) -> None:
    """With a label in its hands or before: it comes out when the printer can."""

    async def stop(printer: Thermal) -> None:
        printer.trouble = trouble  # type: ignore[assignment]  # one of those that it has

    room.printer.at_label = stop
    await room.ask(3)
    await room.watch.look()
    async with asyncio.timeout(10):
        while (await room.standing()).state != state:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)
    assert room.printer.out == (await room.codes())[:1]
    await room.printer.mend()
    await all_out(room)


async def _die_before(printer: Thermal) -> None:
    await printer.switch_off()


async def _lose_the_network(printer: Thermal) -> None:
    await printer.unplug()


async def test_a_network_that_fails_under_a_label_leaves_no_question(room: Room) -> None:
    """The printer stayed on, and its count says that the label came out."""
    room.printer.at_label = _lose_the_network
    await room.ask(3)
    await room.until(lambda printer: printer.state == "gone")
    await room.printer.plug_in()
    await all_out(room)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_after_a_death_mid_label_one_question_is_asked(room: Room, when: str) -> None:
    """Nobody can know of that one label; the others come out meanwhile, and it by the answer."""
    if when == "before":
        room.printer.at_label = _die_before
    else:
        room.printer.after_label = _die_before
    await room.ask(4)
    await room.until(lambda printer: printer.state == "gone")
    room.clock.pass_(hours=1)
    await room.printer.plug_in()
    standing = await room.until(lambda printer: printer.waiting + printer.in_hand == 0)
    assert standing.unsure == 1
    assert await room.answer_truly() == 1
    await room.until(lambda printer: printer.waiting + printer.in_hand == 0)
    assert sorted(room.printer.out) == sorted(await room.codes())
    assert set(await room.states()) == {"printed"}


async def test_a_printer_without_a_count_is_believed_while_its_line_stands(database: str) -> None:
    """It says when nothing is left; after a lost line a person is asked."""
    del database
    room = await opened(knows="status alone")
    await room.ask(3)
    await all_out(room)
    room.printer.after_label = _lose_the_network
    await room.ask(2)
    await room.until(lambda printer: printer.state == "gone")
    await room.printer.plug_in()
    standing = await room.until(lambda printer: printer.waiting + printer.in_hand == 0)
    assert standing.unsure == 1
    await room.answer_truly()
    assert sorted(room.printer.out) == sorted(await room.codes())
    await room.close()


async def test_a_late_answer_is_no_answer_to_the_next_question(room: Room) -> None:
    """It said that nothing was left, of the time before the label: the line is given up."""

    async def dawdle(printer: Thermal) -> None:
        printer.trouble, printer.late_s = "paper_out", 0.4

    room.hurry()
    room.printer.at_label = dawdle
    await room.ask(2)
    standing = await room.until(lambda printer: printer.state == "silent")
    assert (standing.in_hand, len(room.printer.out)) == (1, 1)
    await room.printer.mend()
    await all_out(room)


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x02\x03" * 3, b"\xff" * 9_000, b"\x02" * 50]
)
async def test_nothing_is_sent_to_what_makes_no_sense(room: Room, said: bytes) -> None:
    """It may be no printer at all."""
    room.hurry()
    room.printer.babbles = said
    await room.ask(2)
    standing = await room.until(lambda printer: printer.state == "silent")
    assert (standing.waiting, len(room.printer.out)) == (2, 1)
    await room.printer.mend()
    await all_out(room)


@pytest.mark.parametrize("moment", ["at_label", "after_label"])
async def test_a_sender_killed_between_sending_and_writing_leaves_nothing_twice(
    room: Room, database: str, moment: str
) -> None:
    """Whether the label had come out by then: whoever takes over asks the printer."""
    await room.watch.end()
    sender = subprocess.Popen(  # noqa: ASYNC220 - it is to run beside this
        [sys.executable, "-c", _SENDER, database], cwd=Path(__file__).parents[2]
    )

    async def kill(_: Thermal) -> None:
        os.kill(sender.pid, signal.SIGKILL)
        await asyncio.to_thread(sender.wait)

    setattr(room.printer, moment, kill)
    await room.ask(3)
    async with asyncio.timeout(60):
        while sender.poll() is None:  # noqa: ASYNC110 - nor does the other process
            await asyncio.sleep(0.02)
    assert (await room.standing()).in_hand == 1
    room.watch = room.new_watch()
    await all_out(room)


async def test_a_process_that_was_taken_over_from_sends_nothing_more(room: Room) -> None:
    """Its lock went with its connection, though it runs on."""

    async def take_over(printer: Thermal) -> None:
        del printer
        await execute("update printer_states set sender = gen_random_uuid()")

    room.printer.at_label = take_over
    await room.ask(3)
    await room.attend_once()
    assert len(room.printer.out) == 2
    await all_out(room)


Event = Callable[[Room], Awaitable[None]]


async def _ask(room: Room) -> None:
    await room.ask(2)


async def _pass(room: Room) -> None:
    room.clock.pass_(seconds=40)


async def _attend(room: Room) -> None:
    await asyncio.wait_for(room.attend_once(), 20)


async def _begin(room: Room) -> None:
    """Look, and go on while it is at it."""
    await room.watch.look()
    await asyncio.sleep(0.004)


async def _crash(room: Room) -> None:
    await room.crash()


async def _off(room: Room) -> None:
    await room.printer.switch_off()


async def _unplug(room: Room) -> None:
    await room.printer.unplug()


async def _plug(room: Room) -> None:
    if room.printer.server is None:
        await room.printer.plug_in()


async def _off_at_label(room: Room) -> None:
    room.printer.at_label = _die_before
    await _ask_and_attend(room)


async def _off_after_label(room: Room) -> None:
    room.printer.after_label = _die_before
    await _ask_and_attend(room)


async def _lost_at_label(room: Room) -> None:
    room.printer.at_label = _lose_the_network
    await _ask_and_attend(room)


async def _ask_and_attend(room: Room) -> None:
    await room.ask()
    await _attend(room)


async def _deaf(room: Room) -> None:
    room.printer.deaf = True


async def _babble(room: Room) -> None:
    room.printer.babbles = b"\x02Hello\x03" * 3


async def _mend(room: Room) -> None:
    await room.printer.mend()


async def _answer(room: Room) -> None:
    """Somebody looks; a printer that is gone is switched off first, as the page asks for."""
    if (await room.standing()).state in {"gone", "silent"}:
        await room.printer.switch_off()
        await room.printer.plug_in()
    await room.answer_truly()


EVENTS: Final[tuple[Event, ...]] = (
    _ask, _ask, _pass, _attend, _attend, _begin, _begin, _crash, _off, _unplug, _plug, _plug, _plug,
    _off_at_label, _off_after_label, _lost_at_label, _deaf, _babble, _mend, _mend, _answer,
)  # fmt: skip


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    events=st.lists(st.sampled_from(EVENTS), min_size=4, max_size=14),
    knows=st.sampled_from(["everything", "everything", "no uptime", "status alone"]),
)
async def test_whatever_fails_in_whatever_order(
    database: str, events: list[Event], knows: str
) -> None:
    """In the end each label that was asked for came out of the printer once, by its own count."""
    del database
    await execute("update printers set out_of_use = true")
    _numbers.append(len(_numbers))
    room = await opened(f"H{len(_numbers)}", knows=knows)
    room.hurry(HASTY)
    await room.ask(2)
    for event in events:
        note(event.__name__)
        await event(room)
    room.printer.at_label = room.printer.after_label = None
    await room.printer.mend()
    await _plug(room)
    for _ in range(20):
        standing = await room.until(lambda printer: printer.waiting + printer.in_hand == 0)
        if standing.unsure == 0:
            break
        await room.answer_truly()
    assert sorted(room.printer.out) == sorted(await room.codes())
    assert set(await room.states()) == {"printed"}
    await room.close()


_numbers: list[int] = []
