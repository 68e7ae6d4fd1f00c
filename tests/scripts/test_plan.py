"""scripts/plan: what it prints of a file in Solomon's format, looked over by a checker of its own.

How near it comes to the best known in ten seconds is measured by the benchmark plan_vrptw; here
iterations are counted, so that a busy machine changes nothing.
"""

import json
import subprocess
from math import floor, hypot
from pathlib import Path

import pytest

from logistics.planner.day import Until
from logistics.planner.planner import plan
from scripts.plan import main
from scripts.solomon import TENTHS, Instance, SolomonError, is_feasible, routes

REPOSITORY = Path(__file__).parents[2]
FILES = REPOSITORY / "tests" / "vectors" / "vrptw"
KNOWN = json.loads((FILES / "best_known.json").read_text(encoding="utf-8"))
BEST = {
    name: known["best_known_distance"] for name, known in KNOWN.items() if known["customers"] == 100
}
SMALL = """SMALL

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       100          0
    1      3         4          6          0        50          5
    2      6         8          6          0        90          5
    3      3         5          4         40        45          5
"""


def test_routes_serve_everybody_in_time_near_the_best_known() -> None:
    """In a few hundred iterations, of each file that has a hundred customers."""
    for name, best in BEST.items():
        text = (FILES / f"{name}.txt").read_text(encoding="utf-8")
        instance = Instance.read(text)
        made = plan(instance.day(), Until(iterations=150), 1)
        found = routes(made)
        distance = recheck(text, found)
        assert distance == sum(each.metres for each in made.rounds) / TENTHS
        assert is_feasible(instance, found)
        assert best <= distance <= best * 1.12, name


def test_the_last_line_is_the_answer(tmp_path: Path) -> None:
    """One JSON object with the fields of the contract, and nothing but it is needed."""
    file = tmp_path / "small.txt"
    file.write_text(SMALL, encoding="utf-8")
    run = subprocess.run(
        [REPOSITORY / "scripts" / "plan", file, "--seconds", "1", "--seed", "3"],
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(run.stdout.splitlines()[-1])
    assert list(answer) == ["vehicles", "distance", "routes", "feasible", "seconds"]
    assert answer["feasible"] is True
    assert answer["vehicles"] == len(answer["routes"]) == 2
    assert answer["distance"] == recheck(SMALL, answer["routes"]) == 30.0


def test_distances_are_truncated_to_one_decimal() -> None:
    """5.83 is 5.8, and 5 is 5.0 whatever a machine makes of it."""
    travel = Instance.read(SMALL).day().travel
    assert travel.metres[0] == [0, 50, 100, 58]
    assert travel.seconds == travel.metres


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "one line of vehicles"),
        (SMALL.replace("    2      6", "    1      6"), "comes twice"),
        (SMALL.replace("40        45", "46        45"), "Line 13"),
        (SMALL.replace("    3      3", "    3    3.5"), "whole numbers"),
        (SMALL.replace("  2         10", ""), "one line of vehicles"),
    ],
)
def test_what_is_no_such_file_is_said(text: str, complaint: str) -> None:
    """With the line where there is one, and in words."""
    with pytest.raises(SolomonError, match=complaint):
        Instance.read(text)


def test_a_wrong_file_ends_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not there, no text, or another format: exit code 1 and no traceback."""
    for content in (None, b"\xff\xfe\x00", b"something else"):
        file = tmp_path / "wrong.txt"
        if content is not None:
            file.write_bytes(content)
        assert main([str(file), "--seconds", "1"]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", "100000"])
def test_seconds_are_bounded(seconds: str) -> None:
    """A search that never ends, or never begins, is refused as the command line it is."""
    with pytest.raises(SystemExit) as ended:
        main(["some.txt", "--seconds", seconds])
    assert ended.value.code == 2


def recheck(text: str, found: list[list[int]]) -> float:
    """The length of routes by the text alone; fails where they break a rule."""
    rows = [line.split() for line in text.splitlines()]
    capacity = next(int(row[1]) for row in rows if len(row) == 2 and row[0].isdigit())
    customers = {
        int(row[0]): [int(cell) for cell in row[1:]]
        for row in rows
        if len(row) == 7 and row[0].isdigit()
    }
    depot = customers.pop(0)
    assert sorted(number for route in found for number in route) == sorted(customers)
    total = 0
    for route in found:
        assert sum(customers[number][2] for number in route) <= capacity
        here, now = depot, 0
        for there in [*(customers[number] for number in route), depot]:
            tenths = floor(round(hypot(here[0] - there[0], here[1] - there[1]) * 10, 6))
            total += tenths
            now = max(now + tenths, there[3] * 10)
            assert now <= there[4] * 10
            here, now = there, now + there[5] * 10
    return total / 10
