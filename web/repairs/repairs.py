"""Repairs on pages: jobs, what is done about one, and an item's own."""

from datetime import UTC
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Missing, NotAllowed, Refusal, Refused, Wrong
from equipment import items, places
from equipment.items import Viewer
from equipment.repairs import closing, decisions, jobs, spare_parts, trips
from equipment.repairs.advice import Advice
from equipment.repairs.decisions import Quote
from equipment.repairs.declaration import Sender
from equipment.repairs.job_form import NewJob, RepairJob
from equipment.repairs.jobs import Wanted
from equipment.repairs.trips import CameBack
from equipment.standing import State
from settings import Settings
from web import pages
from web.fields import Fields, faults_of
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.rendering import page
from web.repairs import repair_forms, repair_words

_LIST: Final = "/depot/repairs"
_ONE: Final = "/repairs/{job:uuid}"
_ACT: Final = f"{_ONE}/{{act:str}}"
_OF_ITEM: Final = "/items/{code:str}/repairs"
_READ: Final = "read repairs"
_DEPOTS_MAX: Final = 200
_CODE_MAX: Final = 20
_DECISIONS_MAX: Final = 20


@pages.get(_LIST, task=_READ)
async def list_repairs(request: PageRequest) -> Response[str]:
    """Jobs, the oldest first: the open ones unless asked for otherwise."""
    status = request.sought("status")
    status = status if status in repair_words.STATUS else "open"
    place = next((each for each in repair_words.PLACES if each == request.sought("place")), None)
    sought = {
        "status": status,
        "place": place or "",
        "depot": request.sought("depot")[:_CODE_MAX],
    }
    wanted = Wanted(
        status="ended" if status == "ended" else "open",
        place=place,
        depot=sought["depot"] or None,
        overdue=status == "overdue",
    )
    after = request.sought("after")
    rows = await jobs.listed(
        request.caller, wanted, request.now, after=key_after(after, int) or 0, limit=PAGE + 1
    )
    address = f"{request.site.base}{_LIST}"
    found = sliced(rows, lambda row: row.seq, address, after=after, **sought)
    depots = await places.depots(request.caller, "", _DEPOTS_MAX)
    names = {each.code: each.name for each in depots}
    content = repair_words.list_page(found, sought, names, request.caller, request.site.base)
    return page(request, "list.jinja", content)


@pages.get(_ONE, task=_READ)
async def show_repair(request: PageRequest, job: FromPath[UUID]) -> Response[str]:
    """One job, with the sum behind the advice on its quote."""
    shown = await jobs.look_up(request.caller, job, request.now)
    advice = await _advice(request, shown)
    decided = await decisions.of_item(request.caller, shown.item, after=0, limit=_DECISIONS_MAX)
    content = repair_words.job_page(shown, advice, decided, request.caller, request.site.base)
    return page(request, "repair_job.jinja", content)


async def _advice(request: PageRequest, job: RepairJob) -> Advice | None:
    """On its quote, of an open job that has one."""
    if job.outcome is not None or job.quote is None:
        return None
    quote = Quote(job.quote.minutes, job.quote.parts_pence)
    return await decisions.advice_on(request.caller, job.item, quote, request.now, _limit(request))


@pages.get(_ACT, task="repair")
async def show_repair_act(
    request: PageRequest, job: FromPath[UUID], act: FromPath[str]
) -> Response[str]:
    """The form for one thing that can be done about a job."""
    shown = await jobs.look_up(request.caller, job, request.now)
    _check_may(request, act)
    if act not in repair_words.acts_of(shown, request.caller):
        raise _no_such_act()
    return await _form(request, shown, act, _fresh(request))


def _check_may(request: PageRequest, act: str) -> None:
    """Missing where there is no such thing to do; NotAllowed, with who may, where others do it."""
    if act not in repair_words.ACTS:
        raise _no_such_act()
    if not request.caller.may(repair_words.TASKS.get(act, "repair")):
        raise NotAllowed("not-allowed", repair_words.WHO[act])


def _no_such_act() -> Missing:
    return Missing("action-not-found", "There is no such action for you to do.")


@pages.post(_ACT, task="repair")
async def act_on_repair(
    request: PageRequest, job: FromPath[UUID], act: FromPath[str]
) -> Response[str]:
    """Do it; sent twice, it is once."""
    filled = await request.filled()
    shown = await jobs.look_up(request.caller, job, request.now)
    _check_may(request, act)
    try:
        await _do(request, shown, act, filled)
    except (Wrong, Refused) as refusal:
        return await _form(request, shown, act, filled, refusal)
    return see_other(request, f"/repairs/{job}", say=_SAID[act])


_SAID: Final = {
    "quote": "The quote has been kept.",
    "warranty": "The warranty has been kept.",
    "send": "It is on its way. Print the declaration, and fix it to the package.",
    "back": "It is back.",
    "decide": "The decision has been kept.",
    "close": "It is mended.",
    "off": "The job has been called off.",
}


async def _do(request: PageRequest, job: RepairJob, act: str, filled: Filled) -> None:
    caller, now = request.caller, request.now
    match act:
        case "quote":
            await jobs.set_quote(caller, job.id, repair_forms.quote_of(filled), now)
        case "warranty":
            await jobs.set_warranty(caller, job.id, repair_forms.warranty_of(filled), now)
        case "send":
            sender = Sender(request.site.name, request.site.phone)
            await trips.send(caller, job.id, repair_forms.trip_of(filled), sender, now)
        case "back":
            back = as_struct({"id": filled.text("id")}, CameBack)
            await trips.take_back(caller, job.id, back, now)
        case "decide":
            new = repair_forms.decision_of(filled, job)
            await decisions.decide(caller, job.item, new, now, _limit(request))
        case _:
            await closing.close(caller, job.id, repair_forms.closing_of(filled, act), now)


def _limit(request: PageRequest) -> int:
    settings: Settings = request.app.state.settings
    return settings.scrap_percent


def _fresh(request: PageRequest) -> Filled:
    """A form's own number, and when it was handed out: sent twice, it is one write."""
    return Filled({"id": [str(uuid4())], "at": [request.now.astimezone(UTC).isoformat()]})


async def _form(
    request: PageRequest,
    job: RepairJob,
    act: str,
    filled: Filled,
    refusal: Refusal | None = None,
) -> Response[str]:
    spares = await spare_parts.choosable(request.caller) if act in {"quote", "close"} else []
    paragraphs = []
    if act == "decide":
        paragraphs = repair_words.advised(await _advice(request, job))
    content = repair_forms.form(
        act, job, spares, filled, request.site.base, refusal=refusal, paragraphs=paragraphs
    )
    return page(request, "staff_form.jinja", content, status=422 if refusal else 200)


@pages.get(_OF_ITEM, task=_READ)
async def list_item_repairs(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The jobs of an item, and the form that opens one where it is with somebody."""
    return await _of_item(request, code)


@pages.post(_OF_ITEM, task="repair")
async def open_repair(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Open a job at somebody's home; sent twice, it is once."""
    filled = await request.filled()
    values = {"id": filled.text("id"), "fault": filled.given("fault")}
    try:
        new = as_struct(values, NewJob)
        made = await jobs.open_at_home(request.caller, code, new, request.now)
    except (Wrong, Refused) as refusal:
        return await _of_item(request, code, filled, refusal)
    return see_other(request, f"/repairs/{made.id}", say="The job is open.")


async def _of_item(
    request: PageRequest,
    code: str,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    viewer = Viewer(request.caller, request.now, request.site.public_url)
    _, item = await items.look_up(code, viewer)
    after = request.sought("after")
    rows = await jobs.listed(
        request.caller,
        Wanted(item=item.code),
        request.now,
        after=key_after(after, int) or 0,
        limit=PAGE + 1,
    )
    address = f"{request.site.base}/items/{item.code}/repairs"
    found = sliced(rows, lambda row: row.seq, address, after=after)
    fields: list[dict[str, Any]] = []
    if item.state is State.ON_LOAN and request.caller.may("repair"):
        faults, _ = faults_of(refusal) if refusal is not None else ((), None)
        fields = repair_forms.opening(Fields(filled, faults), uuid4())
    content = repair_words.item_jobs(item.code, found, fields, request.site.base, refusal)
    return page(request, "item_repairs.jinja", content, status=422 if refusal else 200)


PAGES: Final = (
    list_repairs,
    show_repair,
    show_repair_act,
    act_on_repair,
    list_item_repairs,
    open_repair,
)
