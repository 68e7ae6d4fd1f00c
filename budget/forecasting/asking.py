"""What the process that makes forecasts is asked and answers; this needs no library."""

import msgspec

from budget.forecasting.outlook import Guess


class Asked(msgspec.Struct, frozen=True):
    """The months of the pool and its partners until some day, and how many months to forecast."""

    pool: list[int]
    partners: dict[str, list[int]]
    ahead: int
    seed: int


class Fitted(msgspec.Struct, frozen=True):
    """By which of the forms a series was forecast, and what was fitted to it."""

    form: int
    words: str
    aicc: float | None = None
    parameters: dict[str, float] = msgspec.field(default_factory=dict)


class Made(msgspec.Struct, frozen=True):
    """What each series leads one to expect, and how that was found.

    In `fitted`, the pool stands under an empty code.
    """

    pool: Guess
    partners: dict[str, Guess]
    fitted: dict[str, Fitted]
