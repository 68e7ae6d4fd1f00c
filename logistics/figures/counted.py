"""The visits that figures count: what is behind a figure is what it is added up from.

Every statement has the same columns, and `{where}` for what narrows it; `$1` and `$2` are the first
and the last day.
"""

from datetime import date, timedelta
from typing import Final

from equipment.working_days import working_day_after
from logistics.figures.figure_form import Name, Question

# What can be asked for by now and fetched later is asked for a year ahead (visit_changes).
_AHEAD: Final = timedelta(days=400)

# A visit and all that repeat it: done once all is that anybody still wants.
_TRIES: Final = """
lateral (
    with recursive tries as (
        select v.id, v.status, v.happened_on, v.deferred_from
        union all
        select n.id, n.status, n.happened_on, n.deferred_from
        from tries t join visits n on n.repeats = t.id
    )
    select max(happened_on) filter (where status = 'done') as done_on,
        bool_or(status in ('open', 'planned', 'under_way')) as is_open,
        bool_and(status = 'cancelled') as is_off, bool_or(deferred_from is not null) as is_deferred
    from tries
) c
"""


def _kept(day: str, last_day: str) -> str:
    return f"""
select v.id, v.seq, v.{day} as day, v.depot, v.funder, r.van, v.fault, v.status,
    {last_day} as last_day,
    case when not c.is_open then c.done_on end as done_on,
    case when c.is_deferred then 'deferred'
        when not c.is_open and c.done_on <= {last_day} then 'kept'
        when c.is_open and {last_day} >= $3 then 'to_come' else 'missed' end as part
from visits v cross join {_TRIES} left join rounds r on r.id = v.round
where v.{day} between $1 and $2 and v.repeats is null and not c.is_off and {{where}}
"""  # noqa: S608 - our own text


_ON_TIME: Final = _kept("promised_on", "v.promised_on")
# `$4` are the last days for the first day of the span and for those after it.
_READY: Final = "greatest(v.asked_on, v.ready_on)"
_COLLECTED: Final = _kept("asked_on", f"coalesce(($4::date[])[{_READY} - $1::date + 1], {_READY})")
_FAILED: Final = """
select v.id, v.seq, v.happened_on as day, v.depot, v.funder, r.van, v.fault, v.status,
    null::date as last_day, case v.status when 'done' then v.happened_on end as done_on,
    coalesce(v.fault, 'done') as part
from visits v left join rounds r on r.id = v.round
where v.happened_on between $1 and $2 and {where}
"""
_VANS: Final = """
select v.id, v.seq, r.day, v.depot, v.funder, r.van, v.fault, v.status,
    null::date as last_day, case v.status when 'done' then v.happened_on end as done_on,
    coalesce(v.fault, 'done') as part
from rounds r join visits v on v.round = r.id and v.status in ('done', 'failed')
where r.status = 'published' and r.day between $1 and least($2, $3::date) and {where}
"""


def counted(name: Name, question: Question, today: date) -> tuple[str, list[object]]:
    """The statement of a figure's visits, and the values of its first parameters."""
    span: list[object] = [question.first, question.last]
    if name == "failed":
        return _FAILED, span
    if name == "vans":
        return _VANS, [*span, today]
    if name == "on_time":
        return _ON_TIME, [*span, today]
    days = (question.last + _AHEAD - question.first).days
    ready = (question.first + timedelta(days=number) for number in range(days))
    return _COLLECTED, [*span, today, [working_day_after(day, question.within) for day in ready]]
