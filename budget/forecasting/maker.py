"""A process that makes forecasts: `python -m budget.forecasting.maker`, which `apart` starts."""

import msgspec

from budget import handed
from budget.forecasting.asking import Asked
from budget.forecasting.smoothing import smoothed


def main() -> None:
    """Make the forecasts that are asked for."""
    handed.give_way()
    asked = msgspec.msgpack.decode(handed.take(), type=list[Asked])
    handed.answer(msgspec.msgpack.encode([smoothed(each) for each in asked]))


if __name__ == "__main__":
    main()
