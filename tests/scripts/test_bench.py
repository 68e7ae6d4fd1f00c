"""The benchmarks, run small: what they print, and what makes one fail. How fast is no test's."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.benchmarks import reading
from scripts.benchmarks.__main__ import BENCHMARKS, main
from scripts.benchmarks.figures import BenchmarkError, Figure, at_least, at_most
from scripts.benchmarks.run import Run, temporary_run
from scripts.benchmarks.sizes import Sizes
from scripts.model.scans import Scan
from settings import Settings
from tests.prepared import lay_out
from tests.scripts.processes import naming, wait_for

REPOSITORY = Path(__file__).parents[2]
TINY = Sizes(
    floor_s=0.1,
    floor_warm_up_s=0,
    floor_items=200,
    stretch_s=0.2,
    turns=1,
    store_scale=1 / 800,
    settled=False,
    warm_up=20,
    counted=0,
    batch=20,
    labels=12,
    starts=1,
    movements=600,
    grown=3,
    report_s=0.05,
    reports=1,
    report_warm_up=0,
    clinic_people=200,
    clinic_items=1_000,
    clinic_orders=100,
    plan_s=0.5,
    plan_long_s=1,
    plan_days=1,
    vrptw_s=0.5,
    vrptw_customers=100,
    filmed=5,
    demo_scale=1 / 2_000,
)
UNBARRED = {
    "person_search",
    "catalogue_search",
    "new_order_page",
    "place_order",
    "recall",
    "phone_scan",
    "phone_tap",
    "round_send",
}
# Where there are servers; their schema is there already, which no benchmark measures.
STORES = ("store", "clinic", "pools", "year", "started")
IN_A_BROWSER = {"phone_scan", "phone_tap"}
FIELDS = ["name", "value", "unit", "floor", "ratio", "detail"]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One run for all, as the benchmarks share what they make."""
    with temporary_run(TINY, Settings()) as made:
        for name in STORES:
            (made.folder / name).mkdir()
            lay_out(made.folder / name)
        yield made


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_benchmark_gives_one_line_in_the_form_of_the_contract(run: Run, name: str) -> None:
    """Its fields are those, its ratio is that of the value and the floor that it shows."""
    line = BENCHMARKS[name](run).line()
    assert "\n" not in line
    figure = json.loads(line)
    assert list(figure) == FIELDS
    assert figure["name"] == name
    assert figure["value"] > 0
    if name not in IN_A_BROWSER:
        assert figure["detail"]["rss_mb"] > 0
    if figure["floor"] is None:
        assert figure["ratio"] is None
    else:
        assert figure["ratio"] == figure["value"] / figure["floor"]
        assert ("met" in figure["detail"]) is (name not in UNBARRED)


def test_statements_are_counted_in_a_pass_of_their_own(run: Run) -> None:
    """Those who read items at once share statements, so each takes a few or a part of one."""
    run.sizes = replace(TINY, counted=1)
    each = reading._statements(run)
    assert each is not None
    assert 0 < each < 4


def test_a_refused_scan_fails_the_benchmark(run: Run) -> None:
    """What was not recorded is no scan a second."""
    scans = run.store().scans
    first = scans[0]
    scans[0] = Scan(first.id, first.at, first.by, first.item, "juggle", first.fields)
    with pytest.raises(BenchmarkError, match="unknown-action"):
        BENCHMARKS["scan_single"](run)


@pytest.mark.parametrize(
    ("bar", "ratio", "met"),
    [
        (at_least(0.4), 0.4, True),
        (at_least(0.4), 0.39, False),
        (at_most(1.3), 1.3, True),
        (at_most(1.3), 1.31, False),
    ],
)
def test_a_line_says_whether_the_bar_is_met(bar: Any, ratio: float, *, met: bool) -> None:
    """Less is better for some, more for others."""
    figure = json.loads(Figure("some", ratio, "s", 1.0, {}, bar).line())
    assert figure["detail"] == {bar.word: bar.ratio, "met": met}


def test_figures_alone_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """What a program reads is lines of JSON, whatever else there is to say."""
    assert main(["labels"], TINY) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["name"] == "labels"
    assert "labels ..." in printed.err


def test_a_benchmark_that_cannot_be_measured_says_why(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is printed for it, the others are measured all the same, and the exit code is 1."""
    monkeypatch.setenv("KITBACK_PG_BIN", "/nowhere")
    assert main(["fold", "labels"], TINY) == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["name"] for line in printed.out.splitlines()] == ["labels"]
    assert "fold: KITBACK_PG_BIN: " in printed.err


def test_an_unknown_name_is_said_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the typist's measures nothing."""
    with pytest.raises(SystemExit) as ended:
        main(["labels", "lables"])
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no such benchmark: lables; there are scan_single, scan_batch" in printed.err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--scale", "0", "demo_year"], "0 is no scale"),
        (["--grown", "1", "report_growth"], "1 is not from 2 to 1000"),
        (["--grown", "x", "report_growth"], "x is not from 2 to 1000"),
    ],
)
def test_a_size_that_is_none_is_refused(
    capsys: pytest.CaptureFixture[str], typed: list[str], said: str
) -> None:
    """As scripts/demo refuses it."""
    with pytest.raises(SystemExit) as ended:
        main(typed)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_an_interrupted_run_leaves_nothing_behind(data_folder: Path) -> None:
    """Neither files nor processes, and what was not measured is not printed."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "scripts.benchmarks", "start"],
        cwd=REPOSITORY,
        env=os.environ | {"TMPDIR": str(data_folder), "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wait_for(lambda: any(data_folder.glob("kitback-bench-*/started/data/postmaster.pid")))
    process.send_signal(signal.SIGINT)
    assert process.communicate()[0] == ""
    assert process.returncode == 130
    assert list(data_folder.iterdir()) == []
    wait_for(lambda: not naming(str(data_folder)))
