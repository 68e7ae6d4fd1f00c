"""What many ask for at once is worked out together, and answered to each."""

import asyncio
from collections.abc import Sequence

import pytest

from budget.database import transaction
from budget.gathering import Gathering


class _Doubling:
    """Doubles numbers, batch by batch, and remembers the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0)
        if -1 in numbers:
            raise ValueError("less than none")
        return [2 * number for number in numbers]


async def test_everyone_gets_their_own_answer() -> None:
    """However they were gathered."""
    doubling = _Doubling()
    gathering = Gathering(doubling, most=8)
    assert await asyncio.gather(*map(gathering.ask, range(50))) == [2 * n for n in range(50)]
    assert sorted(n for batch in doubling.batches for n in batch) == list(range(50))
    assert max(map(len, doubling.batches)) <= 8
    assert len(doubling.batches) < 50


async def test_a_lone_caller_waits_for_nobody() -> None:
    """Its batch starts at once, with itself alone."""
    doubling = _Doubling()
    assert await Gathering(doubling, most=8).ask(4) == 8
    assert doubling.batches == [[4]]


async def test_an_error_is_told_only_to_who_caused_it() -> None:
    """The others of its batch are tried again alone."""
    gathering = Gathering(_Doubling(), most=50, for_all=(OSError,))
    first = asyncio.create_task(gathering.ask(0))
    await asyncio.sleep(0)
    told = await asyncio.gather(
        *map(gathering.ask, [10, 11, 12, -1, 14, 15]), return_exceptions=True
    )
    assert await first == 0
    assert [str(each) for each in told] == ["20", "22", "24", "less than none", "28", "30"]


async def test_look_ups_that_fail_fail_together() -> None:
    """They are not tried one after the other: with no database, each would wait for it again."""
    doubling = _Doubling()
    gathering = Gathering(doubling, most=50)
    first = asyncio.create_task(gathering.ask(0))
    await asyncio.sleep(0)
    told = await asyncio.gather(*map(gathering.ask, [10, -1, 12]), return_exceptions=True)
    assert [str(each) for each in told] == ["less than none"] * 3
    assert doubling.batches == [[0], [10, -1, 12]]
    assert await first == 0
    assert await gathering.ask(4) == 8


async def test_a_second_batch_begins_when_it_is_worth_it() -> None:
    """Until then who comes waits for the one under way."""
    begun: list[int] = []
    go_on = asyncio.Event()

    async def slow(numbers: Sequence[int]) -> Sequence[int]:
        begun.append(len(numbers))
        await go_on.wait()
        return numbers

    gathering = Gathering(slow, most=8, at_once=2, worth=3)
    asked = [asyncio.create_task(gathering.ask(0))]
    for counts in ([1], [1], [1], [1, 3], [1, 3]):
        await asyncio.sleep(0.01)
        assert begun == counts
        asked.append(asyncio.create_task(gathering.ask(len(asked))))
    go_on.set()
    assert await asyncio.gather(*asked) == list(range(6))


async def test_who_hangs_up_keeps_nobody_else_from_an_answer() -> None:
    """Not even those of the same batch."""
    gathering = Gathering(_Doubling(), most=8)
    first = asyncio.create_task(gathering.ask(1))
    gone, stays = (asyncio.create_task(gathering.ask(n)) for n in (2, 3))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 6
    assert await first == 2
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_too_few_answers_leave_nobody_waiting() -> None:
    """Neither those of the batch nor those after them."""

    async def forgetful(numbers: Sequence[int]) -> list[int]:
        return [number for number in numbers if number]

    gathering = Gathering(forgetful, most=8)
    told = await asyncio.gather(*map(gathering.ask, [1, 0, 3]), return_exceptions=True)
    assert all(isinstance(each, ValueError) for each in told)
    assert await gathering.ask(4) == 4


@pytest.mark.usefixtures("database")
async def test_nobody_asks_inside_a_transaction() -> None:
    """The batch would be no part of it, though it looked so."""
    gathering = Gathering(_Doubling(), most=8)
    async with transaction():
        with pytest.raises(RuntimeError):
            await gathering.ask(1)
    assert await gathering.ask(1) == 2


def test_another_loop_begins_anew() -> None:
    """What an ended loop left behind holds up nobody."""
    doubling = _Doubling()
    gathering = Gathering(doubling, most=8)

    async def leave() -> None:
        asyncio.get_running_loop().create_task(gathering.ask(1))
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert asyncio.run(gathering.ask(5)) == 10
