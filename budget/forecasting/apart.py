"""Forecasts made apart: in a process of its own, so that the library burdens no other."""

from collections.abc import Sequence
from typing import Final

import msgspec

from budget.apart import Work, done_apart
from budget.forecasting.asking import Asked, Made

LIMIT_S: Final = 300.0
_WORK: Final = Work(
    "budget.forecasting.maker",
    "The forecasts' process",
    # One of our processors is enough for it, whatever its libraries would take.
    {"OPENBLAS_NUM_THREADS": "1"},
)


async def make_apart(asked: Sequence[Asked], limit_s: float = LIMIT_S) -> list[Made] | None:
    """What the process made of it; None where it failed or took too long, which is logged.

    Nothing is left running, however it ends.
    """
    made = await done_apart(_WORK, msgspec.msgpack.encode(asked), limit_s)
    return None if made is None else msgspec.msgpack.decode(made, type=list[Made])
