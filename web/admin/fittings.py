"""What is built into a van, set by an administrator: the planner loads it by that."""

from typing import Final

from litestar import Response
from litestar.params import FromPath

from budget.refusals import Refused, Wrong
from logistics.rounds import van_days
from logistics.rounds.van_days import Fittings
from web import pages
from web.admin import fitting_words
from web.forms import as_struct
from web.pages import PageRequest, see_other
from web.rendering import page

_TASK: Final = "change standing data"
_PATH: Final = "/admin/vans/{code:str}"


@pages.get(_PATH, task=_TASK)
async def show_fittings(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """The form."""
    known = await van_days.fitted(request.caller, code)
    return page(request, "staff_form.jinja", fitting_words.form(code, known, request.site.base))


@pages.post(_PATH, task=_TASK)
async def fit_van(request: PageRequest, code: FromPath[str]) -> Response[str]:
    """Say it anew."""
    known = await van_days.fitted(request.caller, code)
    filled = await request.filled()
    try:
        await van_days.fit(request.caller, code, as_struct(fitting_words.values(filled), Fittings))
    except (Wrong, Refused) as refusal:
        form = fitting_words.form(code, known, request.site.base, filled, refusal)
        return page(request, "staff_form.jinja", form, status=422)
    say = "This has been kept. Days that are planned from now on go by it."
    return see_other(request, "/admin/vans", say=say)


PAGES: Final = (show_fittings, fit_van)
