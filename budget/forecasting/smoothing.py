"""Forecasts by exponential smoothing: season, trend and level of a series, by statsmodels.

Imported only by the process that makes forecasts (budget/forecasting/maker.py): the library takes
a second and 100 MB to load. Pure: a series and a seed in, a guess out.
"""

import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from statsmodels.tsa.exponential_smoothing.ets import (  # type: ignore[import-untyped]  # it has no types
    ETSModel,
)

from budget.forecasting.asking import Fitted
from budget.forecasting.outlook import Guess

_SEASON: Final = 12
_SIMULATED: Final = 2_000
_ENDS: Final = (0.025, 0.975)
_FORMS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"trend": "add", "damped_trend": True},
    {"seasonal": "add", "seasonal_periods": _SEASON},
    {"trend": "add", "seasonal": "add", "seasonal_periods": _SEASON},
    {"trend": "add", "damped_trend": True, "seasonal": "add", "seasonal_periods": _SEASON},
)
_WORDS: Final = (
    "level",
    "level and a trend that fades",
    "level and season",
    "level, trend and season",
    "level, season and a trend that fades",
)
ALL_FORMS: Final = tuple(range(len(_FORMS)))


def smoothed(
    spent: Sequence[int], ahead: int, seed: int, forms: Sequence[int] = ALL_FORMS
) -> tuple[Guess, Fitted]:
    """What a series of at least two years leads one to expect: by the form that fits best."""
    scale = float(np.mean(np.abs(spent))) or 1.0
    values = np.asarray(spent, dtype=float) / scale
    if np.ptp(values) == 0:
        # Nothing ever changed: there is no variance to fit.
        level = Guess([float(spent[-1])] * ahead, [0.0] * ahead, [0.0] * ahead)
        return level, Fitted(forms[0], "always the same")
    with warnings.catch_warnings():
        # A fit that did not settle is judged by its AICc as all others are.
        warnings.simplefilter("ignore")
        fits = [(_fit(values, form), form) for form in forms]
        best, form = min(fits, key=lambda fit: float(fit[0].aicc))
        rng = np.random.default_rng(seed)
        paths = best.simulate(ahead, anchor="end", repetitions=_SIMULATED, rng=rng)
    months = np.asarray(best.forecast(ahead), dtype=float) * scale
    sums = np.cumsum(np.asarray(paths, dtype=float).reshape(ahead, _SIMULATED), axis=0) * scale
    low, high = np.quantile(sums, _ENDS, axis=1)
    expected = np.cumsum(months)
    names, values = best.model.param_names, best.params
    told = {
        name: round(float(value), 6)
        for name, value in zip(names, values, strict=True)
        if name.startswith(("smoothing", "damping"))
    }
    guess = Guess(months.tolist(), (expected - low).tolist(), (high - expected).tolist())
    return guess, Fitted(form, _WORDS[form], round(float(best.aicc), 3), told)


def _fit(values: Any, form: int) -> Any:
    model = ETSModel(values, error="add", initialization_method="heuristic", **_FORMS[form])
    return model.fit(disp=False)
