"""The reports a second time: every posting and every count read, and added up one by one."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from budget import cohorts, pool, recycling
from budget.cohorts import HORIZONS, Asked
from budget.database import fetch
from budget.partners import Succession, successions, successor_on
from budget.recycling import Question
from budget.years import london_day, span

Figures = dict[str | None, Counter[tuple[str, str]]]
BYS: Sequence[recycling.By] = (
    "none", "partner", "sku", "category", "month", "depot", "team", "age",
)  # fmt: skip


async def check_budget(year: str, as_of: date | None) -> int:
    """See that the budget is what the postings come to; how many pence were looked at."""
    first, last = span(year)
    last = min(as_of or last, last)
    postings = await fetch("select partner, account, amount_pence, posted_on from postings")
    sums: Counter[tuple[str, str]] = Counter()
    for row in postings:
        if row["partner"] is not None and first <= row["posted_on"] <= last:
            sums[row["partner"], row["account"]] += row["amount_pence"]
    budget = await pool.standing(year, as_of)
    found: Counter[tuple[str, str]] = Counter()
    for partner in budget.partners:
        found[partner.ods, "issues"] = partner.issues_pence
        found[partner.ods, "credits"] = -partner.credits_pence
        found[partner.ods, "activity"] = partner.activity_pence
    assert +found == +sums
    assert -found == -sums
    assert budget.pool.net_pence == sum(sums.values())
    return sum(map(abs, sums.values()))


async def check_recycling(questions: Iterable[Question]) -> int:
    """See that each report is what the counts come to; how many counts there were."""
    counts = await fetch(_COUNTS)
    succession = await successions()
    for question in questions:
        expected = _recounted(question, counts, succession)
        report = await recycling.report(question)
        assert shown(report.total) == _told(expected.pop(None)), question
        found = {row.key: shown(row) for row in report.rows}
        wanted = {key: _told(row) for key, row in expected.items()}
        assert found == {key: row for key, row in wanted.items() if row}, question
    return len(counts)


_COUNTS = """
select t.*, l.team, case when l.age_years > 9 then '10+' else l.age_years::text end as age
from tallies t left join loans l on l.id = t.loan
"""


def _recounted(
    question: Question, counts: Iterable[asyncpg.Record], succession: Succession
) -> Figures:
    figures: Figures = {None: Counter()}
    for row in counts:
        if question.scope == "reusable" and row["reuse"] != "reusable":
            continue
        waits = row["kind"] == "waiting"
        day = row["occurred_on"]
        if day > question.last or (day < question.first and not waits):
            continue
        keys: Mapping[str, str | None] = {
            "partner": successor_on(succession, row["funder"], question.last if waits else day),
            "sku": row["sku"],
            "category": row["category"],
            "month": None if waits else f"{day:%Y-%m}",
            "depot": row["depot"],
            "team": row["team"],
            "age": row["age"],
        }
        for key in {None, keys.get(question.by)}:
            figure = figures.setdefault(key, Counter())
            figure[row["kind"], "units"] += row["units"]
            figure[row["kind"], "pence"] += row["pence"]
    return figures


async def check_cohorts(asked: Asked, today: date) -> int:
    """See that cohorts are what the counts and the loans come to; how many loans were looked at."""
    loans = {row["id"]: row for row in await fetch("select * from loans where not taken_over")}
    pairs = await fetch("select id, previous from loans where previous is not null")
    before = {row["id"]: row["previous"] for row in pairs}
    expected: dict[str, Counter[str]] = {}
    for row in await fetch("select * from tallies"):
        again = row["kind"] == "issued_recycled"
        loan = loans.get(before.get(row["loan"]) if again else row["loan"])
        if loan is None or (asked.scope == "reusable" and row["reuse"] != "reusable"):
            continue
        named = {"sku": row["sku"], "team": loan["team"], "partner": loan["funder"]}
        if named.get(asked.of) != asked.key:
            continue
        issued_on = london_day(loan["began_at"])
        figures = expected.setdefault(f"{issued_on:%Y-%m}", Counter())
        figures[row["kind"]] += row["units"]
        for months in HORIZONS:
            if row["occurred_on"] <= _months_on(issued_on, months):
                figures[f"{row['kind']} {months}"] += row["units"]
    found = await cohorts.cohorts(asked, today)
    assert [row.month for row in found.rows] == sorted(
        month for month, of in expected.items() if +of
    )
    for cohort in found.rows:
        wanted = expected[str(cohort.month)]
        assert (cohort.issued.units, cohort.back_so_far.units) == (
            wanted["issued"],
            wanted["returned"],
        )
        for each in cohort.back:
            if each.count is not None:
                assert each.count.units == wanted[f"returned {each.months}"]
        if cohort.lent_again.count is not None:
            assert cohort.lent_again.count.units == wanted["issued_recycled 12"]
    return len(loans)


def _months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shown(row: recycling.Row) -> dict[tuple[str, str], int]:
    """Each count of a report's row that is not nothing."""
    found: dict[tuple[str, str], Any] = {}
    for kind in recycling.KINDS:
        count = getattr(row, kind)
        if count is not None:
            found |= {(kind, "units"): count.units, (kind, "pence"): count.pence}
    return {name: number for name, number in found.items() if number}


def _told(row: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {name: number for name, number in row.items() if number}
