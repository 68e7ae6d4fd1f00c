"""The reports a second time: every posting and every count read, and added up one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from budget import pool, recycling
from budget.database import fetch
from budget.partners import Succession, successions, successor_on
from budget.recycling import Question
from budget.years import span

Figures = dict[str | None, Counter[tuple[str, str]]]
BYS: Sequence[recycling.By] = ("none", "partner", "sku", "category", "month", "depot")


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
    counts = await fetch("select * from tallies")
    succession = await successions()
    for question in questions:
        expected = _recounted(question, counts, succession)
        report = await recycling.report(question)
        assert shown(report.total) == _told(expected.pop(None)), question
        found = {row.key: shown(row) for row in report.rows}
        wanted = {key: _told(row) for key, row in expected.items()}
        assert found == {key: row for key, row in wanted.items() if row}, question
    return len(counts)


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
        }
        for key in {None, keys.get(question.by)}:
            figure = figures.setdefault(key, Counter())
            figure[row["kind"], "units"] += row["units"]
            figure[row["kind"], "pence"] += row["pence"]
    return figures


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
