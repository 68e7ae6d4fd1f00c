"""What the partners agreed for a year, on a page: contributions, tariff, threshold, model."""

from collections.abc import Sequence
from typing import Final

from litestar import Response

from budget import partners, pool
from budget.partners import Partner, gone_or_to_come
from budget.pool import YearPlan
from budget.refusals import Refusal, Refused, Wrong
from budget.years import span
from web import meanwhile, pages
from web.fields import hidden
from web.forms import Filled
from web.pages import PageRequest, see_other
from web.pool import agreed_words
from web.pool.years import asked_year, known_year
from web.rendering import page

_TASK: Final = "set budgets"
_PATH: Final = "/budget/agreed"
_MOST: Final = 200


@pages.get(_PATH, task=_TASK)
async def show_agreed(request: PageRequest) -> Response[str]:
    """The form, filled with what was agreed so far; of today's year where none is named."""
    year = asked_year(request)
    return await _form(request, year, await pool.agreed(year))


@pages.post(_PATH, task=_TASK)
async def agree_year(request: PageRequest) -> Response[str]:
    """Agree it anew; what somebody else has changed meanwhile is not overwritten."""
    filled = await request.filled()
    year = known_year(filled.text("year"))
    plan = await pool.agreed(year)
    now = agreed_words.written(plan)
    odses = [each.ods for each in await partners.listed("", _MOST)]
    changed = meanwhile.changes(filled, agreed_words.typed(filled, odses), now, {})
    try:
        wanted = agreed_words.plan_of(now | changed.checked())
        await pool.agree(request.caller.username, year, wanted, instead_of=plan)
    except (Wrong, Refused) as refusal:
        return await _form(request, year, plan, filled, (refusal, changed.carried))
    say = "This has been kept. It counts for what is recorded from now on."
    return see_other(request, f"/budget?year={year}", say=say)


async def _form(
    request: PageRequest,
    year: str,
    plan: YearPlan | None,
    filled: Filled | None = None,
    refused: tuple[Refusal, str] | None = None,
) -> Response[str]:
    refusal, carried = refused or (None, meanwhile.carried(agreed_words.written(plan)))
    known = _who_pays(await partners.listed("", _MOST), plan, year)
    form = agreed_words.form(year, plan, known, request.site.base, filled, refusal)
    form.fields.append(hidden(meanwhile.FIELD, carried))
    return page(request, "staff_form.jinja", form, status=422 if refusal else 200)


def _who_pays(known: Sequence[Partner], plan: YearPlan | None, year: str) -> list[Partner]:
    """Who was a partner in that year, or puts something in all the same."""
    absent = gone_or_to_come(known, *span(year))
    paying = plan.contributions.keys() if plan else frozenset[str]()
    return [each for each in known if each.ods not in absent or each.ods in paying]


PAGES: Final = (show_agreed, agree_year)
