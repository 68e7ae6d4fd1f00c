"""How the service keeps what it promises: figures of visits, and the visits behind each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import asyncpg

from budget.database import fetch
from budget.narrowing import narrowed
from budget.refusals import Wrong
from budget.wording import sought
from budget.years import london_day
from equipment.staff.roles import Caller, check_may
from logistics.figures.counted import counted
from logistics.figures.figure_form import (
    ALWAYS,
    DEFINITIONS,
    VANS,
    Behind,
    By,
    Definition,
    Figure,
    Name,
    Part,
    Question,
    Report,
    Share,
    Sought,
    VanFigure,
    VanFigures,
    faults_of,
)
from logistics.visits.visit_lines import kind_of, lines_of

FIRST: Final = (date.min, 0)
_KM: Final = 1000
_KEYS: Final[Mapping[By, str]] = {
    "none": "null::text",
    "depot": "f.depot",
    "partner": "f.funder",
    "month": "to_char(f.day, 'YYYY-MM')",
}


async def report(caller: Caller, question: Question, now: datetime) -> Report:
    """All figures of a span of days. Raises Wrong where it is none, or too long."""
    check_may(caller, "read figures")
    _check(question)
    today = london_day(now)
    return Report(
        first=question.first,
        last=question.last,
        by=question.by,
        depot=question.depot,
        partner=question.partner,
        within_working_days=question.within,
        figures=[await _figure(name, question, today) for name in DEFINITIONS],
        vans=await _vans(question, today),
    )


def _check(question: Question) -> None:
    if faults := list(faults_of(question)):
        raise Wrong(faults)


async def _figure(name: Name, question: Question, today: date) -> Figure:
    statement, values = counted(name, question, today)
    inner, values = narrowed(statement, _of(question), *values)
    key = _KEYS[question.by]
    # Names no column that is not the statement's own; the key is one of a few of ours.
    sql = f"select {key} as key, f.part, count(*) as many from ({inner}) f group by 1, 2"  # noqa: S608
    definition = DEFINITIONS[name]
    found: dict[str | None, dict[Part, int]] = {}
    total: dict[Part, int] = {}
    for row in await fetch(sql, *values):
        found.setdefault(row["key"], {})[row["part"]] = row["many"]
        total[row["part"]] = total.get(row["part"], 0) + row["many"]
    keys = [] if question.by == "none" else sorted(found, key=lambda each: each or "")
    words = definition.words
    if name == "collected":
        words = words.replace("so many working days", f"{question.within} working days")
    return Figure(
        name=name,
        title=definition.title,
        definition=f"{words} {ALWAYS}",
        rows=[_share(definition, each, found[each]) for each in keys],
        total=_share(definition, None, total),
    )


def _of(question: Question) -> dict[str, object]:
    """What narrows the visits."""
    return {
        "v.depot = {}": None if question.depot is None else sought(question.depot),
        "v.funder = {}": None if question.partner is None else sought(question.partner),
    }


def _share(definition: Definition, key: str | None, parts: Mapping[Part, int]) -> Share:
    above = sum(parts.get(part, 0) for part in definition.above)
    below = above + sum(parts.get(part, 0) for part in definition.below)
    return Share(
        key=key,
        numerator=above,
        denominator=below,
        share=above / below if below else None,
        parts={part: parts.get(part, 0) for part in definition.parts},
    )


async def _vans(question: Question, today: date) -> VanFigures:
    depot = None if question.depot is None else sought(question.depot)
    sql, values = narrowed(_DROVE, {"p.depot = {}": depot}, question.first, question.last, today)
    rows = await fetch(sql, *values)
    sums = [sum(row[name] for row in rows) for name in ("days", "stops", "distance_m")]
    return VanFigures(
        title=VANS.title,
        definition=f"{VANS.words} {ALWAYS}",
        rows=[_drove(row["van"], row["depot"], *(row[each] for each in _SUMMED)) for row in rows],
        total=_drove(None, None, *sums),
    )


_SUMMED: Final = ("days", "stops", "distance_m")
_DROVE: Final = """
select r.van, p.depot, count(*) as days, sum(s.stops)::bigint as stops,
    sum(r.distance_m)::bigint as distance_m
from rounds r join day_plans p on p.id = r.plan cross join lateral (
    select count(*) as stops from visits v
    where v.round = r.id and v.status in ('done', 'failed')) s
where r.status = 'published' and r.day between $1 and least($2, $3::date) and {where}
group by r.van, p.depot order by r.van, p.depot
"""


def _drove(van: str | None, depot: str | None, days: int, stops: int, metres: int) -> VanFigure:
    return VanFigure(
        van=van,
        depot=depot,
        days=days,
        stops=stops,
        distance_m=metres,
        stops_a_day=stops / days if days else None,
        km_a_day=metres / _KM / days if days else None,
        km_a_stop=metres / _KM / stops if stops else None,
    )


async def behind(
    caller: Caller, wanted: Sought, now: datetime, *, after: tuple[date, int], limit: int
) -> list[tuple[tuple[date, int], Behind]]:
    """The visits that a figure counts, with their keys, by day. Raises Wrong as report() does."""
    check_may(caller, "read figures")
    _check(wanted.question)
    statement, values = counted(wanted.name, wanted.question, london_day(now))
    day = _DAYS[wanted.name]
    conditions = _of(wanted.question) | {
        f"({day}, v.seq) > ({{}}::date, {after[1]:d})": after[0],
        "r.van = {}": None if wanted.van is None else sought(wanted.van),
    }
    inner, values = narrowed(statement, conditions, *values)
    part = "" if wanted.part is None else f"where f.part = ${len(values) + 2}"
    sql = f"select f.* from ({inner}) f {part} order by f.day, f.seq limit ${len(values) + 1}"  # noqa: S608
    rows = await fetch(sql, *values, limit, *([] if wanted.part is None else [wanted.part]))
    return await _shown(rows)


_DAYS: Final[Mapping[Name, str]] = {
    "on_time": "v.promised_on",
    "collected": "v.asked_on",
    "failed": "v.happened_on",
    "vans": "r.day",
}


async def _shown(rows: Sequence[asyncpg.Record]) -> list[tuple[tuple[date, int], Behind]]:
    lines = await lines_of([row["id"] for row in rows])
    own = ("status", "depot", "funder", "van", "day", "last_day", "done_on", "fault", "part")
    shown = []
    for row in rows:
        fields: dict[str, Any] = {name: row[name] for name in own}
        visit = Behind(visit=row["id"], kind=kind_of(lines[row["id"]]), **fields)
        shown.append(((row["day"], row["seq"]), visit))
    return shown
