"""Counts of stock on pages: begun, scanned one label after another, compared, settled."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Refusal, Refused, Wrong
from equipment import bays, items, places
from equipment.items import Viewer
from equipment.stock import counts, settling
from equipment.stock.count_form import LABELS_MAX, Count, Decision, NewCount, Reason, Status
from web import pages
from web.depot.here import own_first
from web.envelope import policy
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.stock import count_words
from web.stock.count_words import Seen

_COUNTS: Final = "/depot/counts"
_NEW: Final = f"{_COUNTS}/new"
_ONE: Final = f"{_COUNTS}/{{count:uuid}}"
_SCAN: Final = f"{_ONE}/scan"
_PLACES_MAX: Final = 200
_LABEL_MAX: Final = 500


@pages.get(_COUNTS, task="read counts")
async def list_counts(request: PageRequest) -> Response[str]:
    """Counts, oldest first, of a depot and a standing or of any."""
    sought = {name: request.sought(name) for name in ("depot", "status", "after")}
    depots = await places.depots(request.caller, "", _PLACES_MAX)
    if sought["status"] not in count_words.STATUSES:
        sought["status"] = ""
    if sought["depot"] not in {each.code for each in depots}:
        sought["depot"] = ""
    rows = await counts.listed(
        request.caller,
        msgspec.convert(sought["status"] or None, Status | None),
        sought["depot"] or None,
        after=key_after(sought["after"], int) or 0,
        limit=PAGE + 1,
    )
    base = request.site.base
    found = sliced(rows, lambda row: row.seq, f"{base}{_COUNTS}", **sought)
    content = count_words.list_page(found, sought, depots, request.caller, base)
    return page(request, "list.jinja", content)


@pages.get(_NEW, task="count stock")
async def show_new_count(request: PageRequest) -> Response[str]:
    """The form that begins one."""
    return await _new(request)


@pages.post(_NEW, task="count stock")
async def open_count(request: PageRequest) -> Response[str]:
    """Begin it, and go on to scan; sent twice, it is one."""
    filled = await request.filled()
    try:
        values = {name: filled.given(name) for name in NewCount.__struct_fields__}
        new = as_struct(values, NewCount)
        await counts.open_count(request.caller, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _new(request, filled, refusal)
    return see_other(request, f"{_COUNTS}/{new.id}/scan")


async def _new(
    request: PageRequest, filled: Filled | None = None, refusal: Refusal | None = None
) -> Response[str]:
    depots = await own_first(request)
    within = await bays.bays(request.caller, "", _PLACES_MAX)
    content = count_words.new_form(
        depots, within, request.sought("depot"), request.site.base, filled=filled, refusal=refusal
    )
    return page(request, "staff_form.jinja", content, status=422 if refusal else 200)


@pages.get(_SCAN, task="count stock")
async def show_scanning(request: PageRequest, count: FromPath[UUID]) -> Response[str]:
    """The field that a scanner types into, and what the label before was."""
    shown = await counts.look_up(request.caller, count)
    seen = None
    if label := request.sought("item")[:_LABEL_MAX]:
        viewer = Viewer(request.caller, request.now, request.site.public_url)
        _, item = await items.look_up(label, viewer)
        seen = Seen(item, repeat=request.sought("did") == "repeat")
    return _scanning(request, shown, seen)


@pages.post(_SCAN, task="count stock")
async def count_item(request: PageRequest, count: FromPath[UUID]) -> Response[str]:
    """Count what was scanned; what is none of ours is said, and the field is free for the next."""
    filled = await request.filled()
    label = filled.text("label")[:_LABEL_MAX]
    try:
        item, repeat = await _counted(request, count, label)
    except (Wrong, Refused) as refusal:
        shown = await counts.look_up(request.caller, count)
        return _scanning(request, shown, refusal=refusal)
    return see_other(request, count_words.after(count, item, repeat=repeat))


async def _counted(request: PageRequest, count: UUID, label: str) -> tuple[str, bool]:
    """The code of the item that was counted, and whether it had been before."""
    if not label:
        raise Wrong([Fault("label", "Scan the label, or type its code.")])
    [told] = await counts.scan(request.caller, count, [label], request.now)
    if told.item is None:
        raise Refused("unknown-item", "This label is none of ours. Put the thing aside.")
    return told.item, told.status == "repeat"


def _scanning(
    request: PageRequest,
    shown: Count,
    seen: Seen | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    content = count_words.scan_page(shown, request.site.base, seen, refusal)
    # The camera's reader is compiled in the browser.
    allowed = policy(request.scope["state"]["nonce"], scripts="'wasm-unsafe-eval'")
    headers = {"Content-Security-Policy": allowed}
    status = 422 if refusal else 200
    return page(request, "stock_scan.jinja", content, status=status, headers=headers)


@pages.get(_ONE, task="read counts")
async def show_count(request: PageRequest, count: FromPath[UUID]) -> Response[str]:
    """How a count stands, and what differs."""
    return await _show(request, count)


async def _show(
    request: PageRequest,
    count: UUID,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    shown = await counts.look_up(request.caller, count)
    sought = {"after": request.sought("after")}
    rows = await counts.differences(
        request.caller, count, after=key_after(sought["after"], int) or 0, limit=PAGE + 1
    )
    base = request.site.base
    found = sliced(rows, lambda row: row[0], f"{base}{_COUNTS}/{count}", **sought)
    content = count_words.count_page(
        shown, found, request.caller, base, filled=filled, refusal=refusal
    )
    return page(request, "stock_act.jinja", content, status=422 if refusal else 200)


@pages.post(f"{_ONE}/compare", task="count stock")
async def compare_count(request: PageRequest, count: FromPath[UUID]) -> Response[str]:
    """End the scanning and compare."""

    async def work() -> object:
        return await counts.close(request.caller, count, request.now)

    return await _act(request, count, work, "It is compared with the record.")


@pages.post(f"{_ONE}/settle", task="settle counts")
async def settle_count(request: PageRequest, count: FromPath[UUID]) -> Response[str]:
    """Decide on what differs."""
    filled = await request.filled()
    but = [text.strip() for text in filled.raw("but").splitlines() if text.strip()]
    values: dict[str, Any] = {
        "approve": {"yes": True, "no": False}.get(filled.text("approve")),
        "reason": filled.given("reason"),
        "but": but[: LABELS_MAX + 1],
    }

    async def work() -> object:
        decision = as_struct(values, Decision)
        return await settling.settle(request.caller, count, decision, request.now)

    return await _act(request, count, work, "The count is settled.", filled)


@pages.post(f"{_ONE}/call-off", task="count stock")
async def call_count_off(request: PageRequest, count: FromPath[UUID]) -> Response[str]:
    """Call it off: nothing comes of it."""
    filled = await request.filled()

    async def work() -> object:
        reason = as_struct({"reason": filled.given("call_off_reason")}, _CallingOff).reason
        return await counts.call_off(request.caller, count, reason, request.now)

    return await _act(request, count, work, "The count is called off.", filled, "call_off_reason")


class _CallingOff(msgspec.Struct, frozen=True):
    reason: Reason


async def _act(  # noqa: PLR0917 - what a form of this page is
    request: PageRequest,
    count: UUID,
    work: Callable[[], Awaitable[object]],
    say: str,
    filled: Filled | None = None,
    reason: str = "reason",
) -> Response[str]:
    """Do it and show the count; `reason` is what its form calls the domain's reason."""
    try:
        await work()
    except Wrong as wrong:
        told = [Fault(reason if f.field == "reason" else f.field, f.message) for f in wrong.faults]
        return await _show(request, count, filled, Wrong(told))
    except Refused as refusal:
        return await _show(request, count, filled, refusal)
    return see_other(request, f"{_COUNTS}/{count}", say=say)


PAGES: Final = (
    list_counts,
    show_new_count,
    open_count,
    show_scanning,
    count_item,
    show_count,
    compare_count,
    settle_count,
    call_count_off,
)
