"""Forecasts by exponential smoothing: season, trend and level of a series, by statsmodels.

Imported only by the process that makes forecasts (budget/forecasting/maker.py): the library takes
a second and 100 MB to load. Pure: series and a seed in, guesses out.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from statsmodels.tsa.exponential_smoothing.ets import (  # type: ignore[import-untyped]  # it has no types
    ETSModel,
)

from budget.forecasting.asking import Asked, Fitted, Made
from budget.forecasting.outlook import Guess
from budget.forecasting.together import shares

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
_ALL_FORMS: Final = tuple(range(len(_FORMS)))


def smoothed(asked: Asked) -> Made:
    """The pool's by the form that fits it best, the partners' by the same form.

    Of series of at least two years. The ranges are of simulated years, the same ones for all, in
    each of which the partners are brought together to sum to the pool.
    """
    with warnings.catch_warnings():
        # A fit that did not settle is judged by its AICc as all others are.
        warnings.simplefilter("ignore")
        pool = _smooth(asked.pool, asked.ahead, _ALL_FORMS)
        partners = {
            ods: _smooth(spent, asked.ahead, (pool.fitted.form,))
            for ods, spent in asked.partners.items()
        }
        every = [pool, *partners.values()]
        strays = _strays(every, asked.ahead, asked.seed)
    variances = np.var(strays[:, -1, :], axis=1).tolist()
    parts = shares(variances[0], dict(zip(partners, variances[1:], strict=True)))
    lacking = strays[0] - np.sum(strays[1:], axis=0)
    moved = [own + part * lacking for own, part in zip(strays[1:], parts.values(), strict=True)]
    ranges = [np.sum(moved, axis=0), *moved]
    made = [
        _guess(series, strayed, variance)
        for series, strayed, variance in zip(every, ranges, variances, strict=True)
    ]
    return Made(
        pool=made[0],
        partners=dict(zip(partners, made[1:], strict=True)),
        fitted={"": pool.fitted} | {ods: each.fitted for ods, each in partners.items()},
    )


@dataclass(frozen=True, slots=True)
class _Smooth:
    """One series by itself, in pence; `fit` is of parts of `scale`, None where nothing varies."""

    months: list[float]
    errors: Any
    scale: float
    fit: Any
    fitted: Fitted


def _smooth(spent: Sequence[int], ahead: int, forms: Sequence[int]) -> _Smooth:
    scale = float(np.mean(np.abs(spent))) or 1.0
    values = np.asarray(spent, dtype=float) / scale
    if np.ptp(values) == 0:
        # Nothing ever changed: there is no variance to fit.
        fitted = Fitted(forms[0], "always the same")
        return _Smooth([float(spent[-1])] * ahead, np.zeros(len(spent)), scale, None, fitted)
    fits = [(_fit(values, form), form) for form in forms]
    best, form = min(fits, key=lambda fit: float(fit[0].aicc))
    told = {
        name: round(float(value), 6)
        for name, value in zip(best.model.param_names, best.params, strict=True)
        if name.startswith(("smoothing", "damping"))
    }
    fitted = Fitted(form, _WORDS[form], round(float(best.aicc), 3), told)
    months = np.asarray(best.forecast(ahead), dtype=float) * scale
    return _Smooth(months.tolist(), np.asarray(best.resid, dtype=float), scale, best, fitted)


def _fit(values: Any, form: int) -> Any:
    model = ETSModel(values, error="add", initialization_method="heuristic", **_FORMS[form])
    return model.fit(disp=False)


def _strays(every: Sequence[_Smooth], ahead: int, seed: int) -> Any:
    """How far simulated years stray from what is expected: by series, month so far, and year.

    What went wrong in one month went wrong for all: the errors of the months that are known are
    mixed alike for each series, so that they keep their variances and go together as they did.
    """
    known = np.array([each.errors for each in every])
    mixed = np.random.default_rng(seed).standard_normal((ahead * _SIMULATED, known.shape[1]))
    errors = mixed @ known.T / np.sqrt(known.shape[1])
    strays = np.zeros((len(every), ahead, _SIMULATED))
    for number, each in enumerate(every):
        if each.fit is not None:
            given = np.ascontiguousarray(errors[:, number].reshape(ahead, _SIMULATED))
            paths = each.fit.simulate(
                ahead, anchor="end", repetitions=_SIMULATED, random_errors=given
            )
            pence = np.asarray(paths, dtype=float).reshape(ahead, _SIMULATED) * each.scale
            strays[number] = np.cumsum(pence - np.array(each.months)[:, np.newaxis], axis=0)
    return strays


def _guess(series: _Smooth, strayed: Any, variance: float) -> Guess:
    low, high = np.quantile(strayed, _ENDS, axis=1)
    return Guess(series.months, (-low).tolist(), high.tolist(), variance)
