"""Stations of a depot: the wash and the bench, for a tablet and a scanner in the hand.

A scanner types the label and presses Enter: each form takes that as it comes, without script.
"""

from datetime import UTC
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from litestar import Response

from budget import moments
from budget.refusals import Missing, Refusal, Refused, Wrong
from equipment import bays, items
from equipment.depot_names import depot_names
from equipment.inspection import inspections
from equipment.inspection.inspections import OTHER, InspectionList, NewInspection
from equipment.items import Item, Viewer
from equipment.measuring import measurements
from equipment.parts import parts
from equipment.repairs import jobs
from equipment.washing import loads
from equipment.washing.loads import NewLoad
from labels.places import parse_place
from web import pages
from web.depot.here import own_first
from web.envelope import policy
from web.forms import Filled, as_struct
from web.gate.gate_words import Told
from web.pages import PageRequest, see_other
from web.rendering import page
from web.stations import station_words, wash_words
from web.stations.station_words import AtBench

_WASH: Final = "/depot/wash"
_BENCH: Final = "/depot/bench"
_DEPOTS_MAX: Final = 200
_TEXT_MAX: Final = 500
_OF_LOAD: Final = ("machine", "cycle", "batch", "bay")


@pages.get(_WASH, task="clean")
async def show_wash(request: PageRequest) -> Response[str]:
    """Where a load of the washer is scanned as it comes out."""
    return await _wash(request, _fresh(request))


@pages.post(_WASH, task="clean")
async def wash(request: PageRequest) -> Response[str]:
    """Record a load: what of it is clean now, and what is not."""
    filled = await request.filled()
    try:
        load, results = await loads.wash(request.caller, _load(filled), request.now)
    except (Wrong, Refused) as refusal:
        return await _wash(request, filled, refusal=refusal)
    kept = {n: filled.fields.get(n, []) for n in ("depot", "method", *_OF_LOAD)}
    told = station_words.washed(load, results, request.site.base)
    return await _wash(request, Filled(kept | dict(_fresh(request).fields)), told=told)


def _fresh(request: PageRequest) -> Filled:
    """A form's own number, and when it was handed out: sent twice, it is one load."""
    return Filled({"id": [str(uuid4())], "at": [request.now.astimezone(UTC).isoformat()]})


def _load(filled: Filled) -> NewLoad:
    values: dict[str, object] = {
        "id": filled.text("id"),
        "depot": filled.text("depot"),
        "method": filled.text("method"),
        "washed_at": filled.text("at"),
        "items": [text.strip() for text in filled.raw("items").splitlines() if text.strip()],
    }
    more = {name: filled.given(name) for name in _OF_LOAD}
    return as_struct(values | {n: text for n, text in more.items() if text}, NewLoad)


async def _wash(
    request: PageRequest,
    filled: Filled,
    *,
    refusal: Refusal | None = None,
    told: station_words.Said | None = None,
) -> Response[str]:
    content = station_words.wash(
        filled, await _depots(request), request.site.base, refusal=refusal, said=told
    )
    # The camera's reader is compiled in the browser.
    allowed = policy(request.scope["state"]["nonce"], scripts="'wasm-unsafe-eval'")
    headers = {"Content-Security-Policy": allowed}
    return page(request, "station.jinja", content, status=422 if refusal else 200, headers=headers)


@pages.post(f"{_WASH}/look", task="clean")
async def look_at_label(request: PageRequest) -> Response[str]:
    """What a label is that is to go into the load, or the bay: nothing is recorded yet."""
    filled = await request.filled()
    return page(request, "looked.jinja", await _looked(request, filled))


async def _looked(request: PageRequest, filled: Filled) -> Told:
    text = filled.text("label")[:_TEXT_MAX]
    place = parse_place(text)
    try:
        if place is not None and place.kind == "bay":
            return wash_words.bay(await bays.bay_named(request.caller, text))
        new = _load(Filled({**filled.fields, "id": [str(uuid4())], "items": [text]}))
        result, programme = await loads.look(request.caller, new, request.now)
        found = None if result.item is None else await _item(request, result.item)
    except (Wrong, Refused, Missing) as refusal:
        return wash_words.not_read(refusal)
    return wash_words.looked(result, found, programme, request.site.base)


@pages.get(_BENCH, task="pass")
async def show_bench(request: PageRequest) -> Response[str]:
    """Where what was cleaned is inspected: scan it, go through its list, pass it or not."""
    return await _bench(request, request.sought("item")[:_TEXT_MAX])


@pages.post(_BENCH, task="pass")
async def inspect(request: PageRequest) -> Response[str]:
    """Keep what was found: without a fault it passes."""
    filled = await request.filled()
    text = filled.text("item")[:_TEXT_MAX]
    at_bench = await _at_bench(request, text)
    if at_bench is None:
        return await _bench(request, text)
    try:
        new = _inspection(filled, at_bench.list)
        result = await inspections.inspect(request.caller, at_bench.item.code, new, request.now)
    except (Wrong, Refused, Missing) as refusal:
        return await _bench(request, text, filled, refusal)
    passed = result.state == "available"
    # What is to be mended stays on the bench, with the way to its job.
    path = _BENCH if passed else f"{_BENCH}?{urlencode({'item': at_bench.item.code})}"
    return see_other(request, path, say=station_words.inspected(at_bench.item, passed=passed))


def _inspection(filled: Filled, listed: InspectionList) -> NewInspection:
    faults = {
        line: words for n, line in enumerate(listed.lines) if (words := filled.text(f"wrong-{n}"))
    }
    if filled.text("other"):
        faults[OTHER] = filled.text("other")
    values: dict[str, object] = {
        "id": filled.text("id"),
        "version": listed.version,
        "occurred_at": filled.text("at") or moments.now().isoformat(),
        "faults": faults,
        "pat": {"pass": True, "fail": False}.get(filled.text("pat")),
    }
    return as_struct(values, NewInspection)


async def _bench(
    request: PageRequest,
    text: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    at_bench = await _at_bench(request, text) if text else None
    content = station_words.bench(
        text, at_bench, filled or _fresh(request), request.caller, request.site.base,
        refusal=refusal,
    )  # fmt: skip
    return page(request, "bench.jinja", content, status=422 if refusal else 200)


async def _at_bench(request: PageRequest, text: str) -> AtBench | None:
    item = await _item(request, text)
    if item is None:
        return None
    listed = await inspections.list_of(request.caller, item.sku)
    made_of = await parts.parts_of(request.caller, item.code)
    job, special = None, False
    if request.caller.may("read repairs"):
        job = await jobs.open_job_of(request.caller, item.code, request.now)
    if request.caller.may("measure specials"):
        special = await measurements.is_special(request.caller, item.code)
    depots = await depot_names(request.caller)
    return AtBench(item, listed, made_of, depots, job, special)


async def _item(request: PageRequest, text: str) -> Item | None:
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    try:
        return (await items.look_up(text, viewer))[1]
    except Missing:
        return None


async def _depots(request: PageRequest) -> dict[str, str]:
    return {each.code: each.name for each in await own_first(request)}


PAGES: Final = (show_wash, wash, look_at_label, show_bench, inspect)
