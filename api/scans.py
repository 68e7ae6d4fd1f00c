"""Scans as they come in: who is it, is the body well formed. The rest is equipment/scans.py."""

from typing import Annotated, Any, Final

import msgspec

from api.bodies import Json, OpenBody
from api.problems import problem_of
from api.request import ApiRequest
from api.routes import post
from equipment.clerk import Result
from equipment.scans import SCANS_MAX
from logistics.visits import visit_scans


class Scans(OpenBody, frozen=True):
    """A list of scans. A fault inside one refuses that one alone, so none is judged here.

    Nor does anything beside the list keep it from being recorded: every scan counts.
    """

    scans: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=SCANS_MAX)]


class ScanResult(msgspec.Struct, frozen=True):
    """What became of a scan, and the item as it is now."""

    id: str | None
    status: str
    item: str | None
    state: str | None
    problem: dict[str, Any] | None
    allowed: list[str]


class ScanResults(msgspec.Struct, frozen=True):
    """One result for each scan, in the order in which they came."""

    results: list[ScanResult]


@post("/api/scans", task="scan", status_code=200, tags=["Items"])
async def record_scans(request: ApiRequest, data: Json[Scans]) -> ScanResults:
    """Record scans, each accepted, recognised as a repeat, or refused by itself."""
    results = await visit_scans.record_scans(data.scans, request.caller, request.now)
    return ScanResults([shown(result) for result in results])


def shown(result: Result) -> ScanResult:
    """A result as it goes over the wire."""
    return ScanResult(
        id=result.id,
        status=result.status,
        item=result.item,
        state=result.state,
        problem=problem_of(result.refusal) if result.refusal else None,
        allowed=list(result.allowed),
    )


ROUTES: Final = (record_scans,)
