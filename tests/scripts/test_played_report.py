"""The printed year and the progress bar: words that only the figures decide."""

import io
from datetime import date

import pytest

from budget.pool import Budget, PartnerFigures
from budget.pool import Figures as PoolFigures
from budget.published import Figures
from budget.recycling import DEFINITION, Count, Rate, Rates, Report, Row
from scripts.playing.marks import Mark
from scripts.playing.player import Script
from scripts.playing.progress import Progress
from scripts.playing.report import WIDTH, lines

PLAYED = Mark(parts=9, scans=1_000, seconds=4.0)


def said(figures: Figures, scale: float = 1) -> str:
    """The report, its wrapped lines joined."""
    text = list(lines(figures, Script(scale), PLAYED))
    assert max(map(len, text)) <= WIDTH
    return " ".join(" ".join(text).split())


def year(
    *,
    issued: int = 1_500_000_000,
    returned: int = 1_300_000_000,
    recycled: float | None = 0.95,
    net: int = 600_000_000,
) -> Figures:
    """Reports of a year with these sums in pence, and this share."""
    rate = Rate(recycled, recycled)
    nothing = Count()
    row = Row(
        key=None, issued=Count(117_610, issued), issued_recycled=nothing,
        returned=Count(60_000, returned), reused=nothing, scrapped=nothing, written_off=nothing,
        lost=nothing, waiting=nothing, rates=Rates(rate, rate, rate),
    )  # fmt: skip
    report = Report(DEFINITION, date(2018, 4, 1), date(2019, 3, 31), "partner", "all", [], row)
    sums = (730_000_000, issued, issued - net, 0, net, 0, 730_000_000 - net)
    partner = PartnerFigures(*sums, ods="04K", name="A partner with a name that is far too long")
    budget = Budget("2018-19", date(2019, 3, 31), None, None, PoolFigures(*sums), [partner])
    return Figures(budget, report, report)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (year(), "GBP 28.00m was issued or returned: within the published"),
        (year(issued=1_000_000_000), "GBP 23.00m was issued or returned: GBP 2.00m below"),
        (year(issued=1_800_000_000), "GBP 31.00m was issued or returned: GBP 1.00m above"),
        (year(recycled=0.97), "97.0% by value was recycled, 2.0 points above the published 95%"),
        (year(recycled=0.9), "90.0% by value was recycled, 5.0 points below the published 95%"),
        (year(recycled=None), "there is no share recycled to compare"),
        (year(), "Net spend of GBP 6.00m is GBP 1.30m below the published pool of GBP 7.30m"),
        (year(net=800_000_000), "Net spend of GBP 8.00m is GBP 0.70m above the published pool"),
    ],
)
def test_what_differs_is_said_of_the_figures_as_they_are(figures: Figures, words: str) -> None:
    """Inside or outside, above or below; nothing is said to agree but what does."""
    assert words in said(figures)


def test_a_part_of_a_year_is_shown_as_it_is_and_multiplied() -> None:
    """And said to be a part; what is compared is the multiplied sum."""
    part = said(year(issued=150_000_000, returned=130_000_000, net=60_000_000), scale=0.1)
    assert "GBP 2,800,000 GBP 28.00m GBP 25 to 30m" in part
    assert "This is 0.1 of a year. Sums are compared times 10" in part
    assert "GBP 28.00m was issued or returned: within" in part
    assert "of a year. Sums are compared" not in said(year())


class Terminal(io.StringIO):
    """What says that it is one."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("out", "lines_said"), [(io.StringIO(), 3), (Terminal(), 1)])
def test_progress_is_one_line_on_a_terminal_and_a_line_now_and_then_elsewhere(
    out: io.StringIO, lines_said: int
) -> None:
    """A hundred per cent are said at the end alone, however wrong the estimate was."""
    seconds = 0.0
    progress = Progress(1_000, before=200, out=out, clock=lambda: seconds)
    for scans in range(200, 1_101, 9):
        seconds += 0.25
        progress.show(scans)
        assert "100%" not in out.getvalue()
    progress.end(1_100)
    shown = out.getvalue()
    assert shown.count("\n") == lines_said
    assert "1,100 scans" in shown
    assert shown.rstrip("\n\x1b[K").endswith("0:25")
    assert "36/s" in shown


def test_until_the_first_scan_the_people_are_counted() -> None:
    """They come first, and there are many."""
    seconds = 0.0
    progress = Progress(1_000, out=Terminal(), clock=lambda: seconds)
    seconds = 1.0
    progress.show(0, people=45_500)
    assert isinstance(progress.out, Terminal)
    assert "0%  45,500 people" in progress.out.getvalue()
