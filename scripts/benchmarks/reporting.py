"""report_growth: what the reports of a year take once ten times as much has happened in it."""

import asyncio
import time
from itertools import chain
from statistics import median
from typing import Any, Final

from scripts.benchmarks import statements
from scripts.benchmarks.figures import BenchmarkError, Figure, at_most, say
from scripts.benchmarks.folding import LEFT
from scripts.benchmarks.growing import FIRST, LAST, YEAR, grow
from scripts.benchmarks.load import Request
from scripts.benchmarks.pools import copied, execute, fetch_value, folder_of, serving
from scripts.benchmarks.run import Run
from scripts.benchmarks.service import Service, running

_REPORTS: Final = {
    "budget": f"/api/budgets/{YEAR}",
    **{
        f"recycling by {by}": f"/api/recycling?from={FIRST}&to={LAST}&by={by}"
        for by in ("none", "partner", "sku", "category", "month", "depot", "team", "age")
    },
    "cohorts": f"/api/recycling/cohorts?from={FIRST}&to={LAST}",
    "variation": f"/api/recycling/variation?from={FIRST}&to={LAST}&by=partner",
}
# Figures alone may not grow; a page has them in words.
_PAGES: Final = {
    "budget page": f"/budget?year={YEAR}",
    "recycling page": f"/budget/recycling?from={FIRST}&to={LAST}&by=team",
}
_FLAT: Final = (*_REPORTS, *_PAGES)
# What has more rows takes longer: the time of each row may not grow.
_STATEMENT: Final = "statement"
_PARTNER: Final = "04K"
_MONTH: Final = "2018-10"
_STATEMENTS: Final = {
    _STATEMENT: f"/api/budgets/{YEAR}/statement?partner={_PARTNER}&month={_MONTH}&format=csv"
}
_ROWS: Final = f"""
select count(*) from postings where partner = '{_PARTNER}'
    and to_char(posted_on, 'YYYY-MM') = '{_MONTH}'
"""  # noqa: S608 - our own text
_PATIENCE_S: Final = 300
_Times = dict[str, list[float]]


def report_growth(run: Run) -> Figure:
    """The median of each report over many requests, by turns of the reports and of the sizes."""
    folder, sizes = folder_of(run), run.sizes
    with serving(run) as dsn:
        few, many = copied(dsn, "few"), copied(dsn, "many")
        asyncio.run(grow(many, sizes.grown))
        with running(folder, dsn=few) as small, running(folder, dsn=many) as large:
            for one in (few, many):
                _wait_until_folded(one)
                # As the server itself does in time; here it would come between.
                asyncio.run(execute(one, "vacuum analyze"))
            asyncio.run(execute(many, "checkpoint"))
            before, after = _timed(run, small, large)
            rows = [asyncio.run(fetch_value(dsn_, _ROWS)) for dsn_ in (few, many)]
            told = {
                report: [_rows_told(service, path) for service in (small, large)]
                for report, path in _REPORTS.items()
            }
            memory = large.memory()
    ms = {
        report: {"few": median(before[report]), "many": median(after[report])} for report in before
    }
    worst = max(_FLAT, key=lambda report: ms[report]["many"] / ms[report]["few"])
    detail = memory | {
        "movements": [sizes.movements, sizes.movements * sizes.grown],
        "ms": ms,
        "ratios": {report: each["many"] / each["few"] for report, each in ms.items()},
        "worst": worst,
        "rows": told,
        "statement": _by_row(ms[_STATEMENT], rows),
        "requests": sum(map(len, chain(before.values(), after.values()))),
        "statements_per_request": _statements(run),
    }
    return Figure("report_growth", ms[worst]["many"], "ms", ms[worst]["few"], detail, at_most(1.3))


def _rows_told(service: Service, path: str) -> int | None:
    """How many rows a report has, where it has any: with more of them it may take longer."""
    rows = service.read(path, service.sign_in("admin")).get("rows")
    return None if rows is None else len(rows)


def _by_row(ms: dict[str, float], rows: list[int]) -> dict[str, Any]:
    """What a statement's rows take each, few and many: linear is a ratio of about 1."""
    each = [1_000 * ms[size] / many for size, many in zip(("few", "many"), rows, strict=True)]
    return {"rows": rows, "us_per_row": each, "ratio": each[1] / each[0]}


def _requests(service: Service) -> dict[str, bytes]:
    """What is asked for, by its name: reports by a program, pages by a browser."""
    token, cookie = service.sign_in("admin"), service.sign_in_to_pages("admin")
    told = {
        name: service.request("GET", path, token) for name, path in (_REPORTS | _STATEMENTS).items()
    }
    return told | {name: service.page_request(path, cookie) for name, path in _PAGES.items()}


def _timed(run: Run, small: Service, large: Service) -> tuple[_Times, _Times]:
    """Milliseconds of each report in each service, one request after another."""
    pairs: list[tuple[Service, dict[str, bytes], _Times]] = [
        (service, _requests(service), {}) for service in (small, large)
    ]
    for turn in range(1 - run.sizes.report_warm_up, run.sizes.reports + 1):
        for report in pairs[0][1]:
            for service, asked, times in pairs:
                request = Request(0, asked[report])
                done = service.send([request], connections=1, seconds=run.sizes.report_s)
                if turn > 0:
                    times.setdefault(report, []).extend(done.milliseconds)
        if turn > 0:
            shown = (
                f"{name} {median(times[name]):.2f} ms" for _, _, times in pairs for name in times
            )
            say(f"  report_growth: {', '.join(shown)}")
    return pairs[0][2], pairs[1][2]


def _wait_until_folded(dsn: str) -> None:
    """The product folds by itself, in the background."""
    until = time.monotonic() + _PATIENCE_S
    while asyncio.run(fetch_value(dsn, LEFT)):
        if time.monotonic() > until:
            raise BenchmarkError("the service did not fold what had happened")
        time.sleep(0.5)


def _statements(run: Run) -> dict[str, float] | None:
    """SQL statements a request, in a short pass of its own."""
    if not run.sizes.counted:
        return None
    with statements.counting(folder_of(run)), serving(run) as dsn:
        if not statements.can_count(dsn):
            return None
        few = copied(dsn, "few")
        with running(folder_of(run), dsn=few) as service:
            _wait_until_folded(few)
            return {report: _count(run, service, few, report) for report in _REPORTS}


def _count(run: Run, service: Service, dsn: str, report: str) -> float:
    token = service.sign_in("admin")
    request = [Request(0, service.request("GET", _REPORTS[report], token))]
    service.send(request, 1, run.sizes.report_s / 4)
    statements.start_counting(dsn)
    done = service.send(request, 1, run.sizes.report_s)
    return round(statements.counted(dsn) / done.requests, 3)
