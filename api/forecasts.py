"""Where a year ends, how well that was foreseen, and the year again if."""

from datetime import date
from typing import Annotated, Final

import msgspec
from litestar.params import QueryParameter

from api.request import ApiRequest
from api.routes import get
from budget import outlooks
from budget.forecasting.what_if import FORMULAE, Change, Percent, Rate, WhatIf
from budget.outlooks import PoolOutlook


class WhatIfAnswer(WhatIf, frozen=True, kw_only=True):
    """The year again, and the formulae by which it was reckoned."""

    formulae: tuple[str, ...] = FORMULAE


@get("/api/budgets/{year:str}/forecast", task="read the pool", tags=["The pool"])
async def show_forecast(request: ApiRequest, year: str, as_of: date | None = None) -> PoolOutlook:
    """The pool's year month by month, what is expected of the rest, and past errors."""
    _, outlook = await outlooks.pool_outlook(year, as_of, request.now)
    return outlook


@get("/api/budgets/{year:str}/what-if", task="read the pool", tags=["The pool"])
async def show_what_if(  # noqa: PLR0917 - its query parameters
    request: ApiRequest,
    year: str,
    as_of: date | None = None,
    recycling: Annotated[Rate | None, QueryParameter(name="recycling_percent")] = None,
    need: Annotated[Percent, QueryParameter(name="need_percent")] = 0,
    prices: Annotated[Percent, QueryParameter(name="prices_percent")] = 0,
) -> WhatIfAnswer:
    """The year again: with another recycling rate, more need, or higher prices from now on."""
    found = await outlooks.year_if(year, as_of, request.now, Change(recycling, need, prices))
    return WhatIfAnswer(**msgspec.structs.asdict(found))


ROUTES: Final = (
    show_forecast,
    show_what_if,
)
