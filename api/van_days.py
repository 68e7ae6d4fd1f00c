"""Vans as the planner needs them: fittings, crews and days off the road."""

from datetime import date
from typing import Final

from litestar.params import FromPath

from api.bodies import Json
from api.request import ApiRequest
from api.routes import get, put
from logistics.rounds import van_days
from logistics.rounds.van_days import Fittings, VanDay


@put("/api/vans/{code:str}/fittings", task="change standing data", tags=["Rounds"])
async def fit_van(request: ApiRequest, code: FromPath[str], data: Json[Fittings]) -> Fittings:
    """Say what is built into a van."""
    return await van_days.fit(request.caller, code, data)


@get("/api/vans/{code:str}/fittings", task="read rounds", tags=["Rounds"])
async def show_fittings(request: ApiRequest, code: FromPath[str]) -> Fittings:
    """Show what is built into a van, and how many trips it makes a day."""
    return await van_days.fitted(request.caller, code)


@get("/api/vans/{code:str}/days/{day:date}", task="read rounds", tags=["Rounds"])
async def show_van_day(request: ApiRequest, code: FromPath[str], day: FromPath[date]) -> VanDay:
    """Show whether a van is off the road on a day, and who goes with it."""
    return await van_days.look_up(request.caller, code, day)


@put("/api/vans/{code:str}/days/{day:date}", task="plan rounds", tags=["Rounds"])
async def say_van_day(
    request: ApiRequest, code: FromPath[str], day: FromPath[date], data: Json[VanDay]
) -> VanDay:
    """Say whether a van is off the road on a day, and who goes with it."""
    return await van_days.say(request.caller, code, day, data, request.now)


ROUTES: Final = (
    fit_van,
    show_fittings,
    show_van_day,
    say_van_day,
)
