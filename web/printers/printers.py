"""Printers on pages: how they are, what waits, what is to be looked for; and printing on them."""

from typing import Final
from uuid import UUID, uuid4

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Fault, Missing, Refusal, Refused, Wrong
from budget.years import london_day
from equipment import places
from equipment.items import Viewer
from equipment.printers import doubts, print_jobs, printers
from equipment.printers.networks import Networks, networks_of
from equipment.printers.print_jobs import NewPrintJob
from equipment.printers.printers import NewPrinter, PrinterChange
from equipment.printing import Sender
from web import pages
from web.depot.here import depot_here
from web.forms import Filled, as_struct
from web.pages import PageRequest, see_other
from web.paging import PAGE, key_after, sliced
from web.printers import print_words, printer_words
from web.rendering import page

_PRINT: Final = "print labels"
_CHANGE: Final = "change standing data"
_MOST: Final = 200
_JOBS_SHOWN: Final = 20
_BIGINT_MAX: Final = 2**63 - 1


@pages.get("/depot/printers", task=_PRINT)
async def list_printers(request: PageRequest) -> Response[str]:
    """The printers of a depot: the first one, where none is named."""
    code, depots = await depot_here(request, request.sought("depot"))
    found = await printers.listed(request.caller, code, limit=_MOST)
    content = printer_words.printers_page(found, depots, code, request.caller, request.site.base)
    return page(request, "list.jinja", content)


@pages.get("/depot/printers/new", task=_CHANGE)
async def show_new_printer(request: PageRequest) -> Response[str]:
    """The form for a new printer."""
    return await _form(request)


@pages.post("/depot/printers/new", task=_CHANGE)
async def set_up_printer(request: PageRequest) -> Response[str]:
    """Set up a printer; one of that code is refused, not changed."""
    filled = await request.filled()
    try:
        names = ("code", "name", "depot", "host", "port", "size")
        values: dict[str, object] = {name: filled.given(name) for name in names}
        new = as_struct(values | {"dpi": _number(filled, "dpi")}, NewPrinter)
        made = await printers.set_up(request.caller, new, _networks(request), request.now)
    except (Wrong, Refused) as refusal:
        return await _form(request, filled, refusal)
    return see_other(request, f"/depot/printers/{made.code}", say="The printer was set up.")


@pages.get("/depot/printers/{code:str}", task=_PRINT)
async def show_printer(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """How it is, and what waits for it."""
    caller = request.caller
    printer = await printers.look_up(caller, code)
    jobs = await print_jobs.listed(
        caller, printer.code, is_open=True, after=0, limit=_JOBS_SHOWN + 1
    )
    in_doubt = await doubts.listed(caller, printer.code, limit=_MOST)
    others = [
        each
        for each in await printers.listed(caller, printer.depot, limit=_MOST)
        if not each.out_of_use
    ]
    content = printer_words.printer_page(
        printer, jobs, in_doubt, others, caller, request.site.base, _JOBS_SHOWN
    )
    return page(request, "printer.jinja", content)


@pages.post("/depot/printers/{code:str}/try", task=_PRINT)
async def try_printer(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Have it asked at once."""
    printer = await printers.look_again(request.caller, code)
    say = "The printer is being asked. Load this page again in a few seconds."
    return see_other(request, f"/depot/printers/{printer.code}", say=say)


@pages.get("/depot/printers/{code:str}/change", task=_CHANGE)
async def show_change(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The form that changes a printer."""
    return await _form(request, code=code)


@pages.post("/depot/printers/{code:str}/change", task=_CHANGE)
async def change_printer(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Change a printer, unless somebody else has meanwhile."""
    filled = await request.filled()
    try:
        names = ("name", "depot", "host", "port", "size")
        values: dict[str, object] = {name: filled.text(name) for name in names}
        values |= {"version": filled.text("version"), "dpi": _number(filled, "dpi")}
        values["out_of_use"] = filled.text("out_of_use") == "true"
        wanted = as_struct(values, PrinterChange)
        await printers.change(request.caller, code, wanted, _networks(request), request.now)
    except (Wrong, Refused) as refusal:
        return await _form(request, filled, refusal, code=code)
    return see_other(request, f"/depot/printers/{code}", say="The printer was changed.")


async def _form(
    request: PageRequest,
    filled: Filled | None = None,
    refusal: Refusal | None = None,
    code: str | None = None,
) -> Response[str]:
    depots = await places.open_depots(request.caller, london_day(request.now))
    printer = None if code is None else await printers.look_up(request.caller, code)
    form = printer_words.printer_form(depots, request.site.base, filled, refusal, printer)
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


def _number(filled: Filled, name: str) -> int | str | None:
    """A number of which only some are allowed, which text is not turned into by itself."""
    text = filled.text(name)
    return int(text) if text in printer_words.DPI else text or None


def _networks(request: PageRequest) -> Networks:
    return networks_of(request.app.state.settings.printer_networks)


@pages.get("/depot/print", task=_PRINT)
async def show_print(request: PageRequest) -> Response[str]:
    """The form that asks for labels; an item, a place or a printer may be named in the address."""
    fields = {"id": [str(uuid4())], "copies": ["1"]}
    for name, field in (("item", "items"), ("place", "places"), ("printer", "printer")):
        if text := request.sought(name)[:200]:
            fields[field] = [text]
    return await _print_form(request, Filled(fields))


@pages.post("/depot/print", task=_PRINT)
async def print_labels(request: PageRequest) -> Response[str]:
    """Ask for labels; the same form sent twice asks once."""
    filled = await request.filled()
    values: dict[str, object] = {name: filled.given(name) for name in ("id", "printer", "copies")}
    values["items"] = [text.strip() for text in filled.raw("items").splitlines() if text.strip()]
    values["blank"] = filled.given("blank")
    site = request.site
    viewer = Viewer(request.caller, request.now, site.public_url)
    try:
        values["places"] = print_words.places_of(filled)
        new = as_struct(values, NewPrintJob)
        job = await print_jobs.ask(request.caller, new, viewer, Sender(site.name, site.phone))
    except (Wrong, Refused) as refusal:
        return await _print_form(request, filled, refusal)
    except Missing as refusal:
        field = _MISSING.get(refusal.slug, "items")
        return await _print_form(request, filled, Wrong([Fault(field, refusal.detail)]))
    say = "The labels were asked for. They come out one after another."
    return see_other(request, f"/depot/printers/{job.printer}", say=say)


_MISSING: Final = {
    "printer-not-found": "printer",
    "unknown-depot": "places",
    "unknown-van": "places",
    "unknown-bay": "places",
}


async def _print_form(
    request: PageRequest, filled: Filled, refusal: Refusal | None = None
) -> Response[str]:
    found = await printers.listed(request.caller, None, limit=_MOST)
    form = print_words.print_form(found, filled, request.caller, request.site.base, refusal)
    return page(request, "staff_form.jinja", form, status=422 if form.errors else 200)


@pages.get("/depot/print-jobs/{job:uuid}", task=_PRINT)
async def show_job(request: PageRequest, job: FromPath[UUID]) -> Response[str]:
    """The labels of a job, and what is known of each."""
    shown = await print_jobs.look_up(request.caller, job)
    after = request.sought("after")
    rows = await print_jobs.labels_of(
        request.caller, job, after=key_after(after, int) or 0, limit=PAGE + 1
    )
    base = request.site.base
    found = sliced(rows, lambda row: row.id, f"{base}/depot/print-jobs/{job}", after=after)
    return page(request, "list.jinja", printer_words.labels_page(shown, found, base))


@pages.post("/depot/print-jobs/{job:uuid}/cancel", task=_PRINT)
async def cancel_job(request: PageRequest, job: FromPath[UUID]) -> Response[str]:
    """Call off what was not begun."""
    shown = await print_jobs.cancel(request.caller, job, request.now)
    say = "What was not begun is called off."
    return see_other(request, f"/depot/printers/{shown.printer}", say=say)


@pages.post("/depot/print-jobs/{job:uuid}/move", task=_PRINT)
async def move_job(request: PageRequest, job: FromPath[UUID]) -> Response[str]:
    """Have what was not begun come out of another printer."""
    filled = await request.filled()
    shown = await print_jobs.move(request.caller, job, filled.text("printer"), request.now)
    say = "What was not begun comes out of this printer."
    return see_other(request, f"/depot/printers/{shown.printer}", say=say)


@pages.post("/depot/print-labels/{number:int}", task=_PRINT)
async def answer_for_label(request: PageRequest, number: FromPath[int]) -> Response[str]:
    """Say whether a label came out."""
    said = (await request.filled()).text("came_out")
    if said not in {"yes", "no"}:
        raise Wrong([Fault("came_out", "Say whether the label came out.")])
    if not 0 < number <= _BIGINT_MAX:
        raise Missing("print-label-not-found", "There is no such label.")
    came_out = said == "yes"
    shown = await doubts.answer(request.caller, number, came_out=came_out, now=request.now)
    say = "The label is there." if came_out else "The label is printed again."
    return see_other(request, f"/depot/printers/{shown.printer}", say=say)


PAGES: Final = (
    list_printers,
    show_new_printer,
    set_up_printer,
    show_printer,
    try_printer,
    show_change,
    change_printer,
    show_print,
    print_labels,
    show_job,
    cancel_job,
    move_job,
    answer_for_label,
)
