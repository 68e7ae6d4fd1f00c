"""Rules of the house that a machine can hold."""

import re
from pathlib import Path

from equipment.journal import STANDING
from equipment.lifecycle import ACTIONS
from equipment.staff.roles import ACTION_ROLES, ROLES, TASK_ROLES
from equipment.standing import Standing
from equipment.tables import Item, Movement
from scripts.lifecycle_diagram import PAGE, page
from scripts.lifecycle_script import SCRIPT, script

ROOT = Path(__file__).parent.parent
ROOMS = ("equipment", "budget", "logistics", "labels", "api", "web")


def test_the_lifecycle_page_shows_the_table_in_the_code() -> None:
    """docs/lifecycle.md is what the table draws today."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_phone_has_the_table_in_the_code() -> None:
    """Without a network it warns by the same rules."""
    assert SCRIPT.read_text(encoding="utf-8") == script()


def test_a_standing_has_the_same_columns_everywhere() -> None:
    """Value, item, movement and the statement that writes them name the same columns."""
    names = list(Standing.__struct_fields__)
    assert list(STANDING) == names
    for table in (Item, Movement):
        columns = [column._meta.name for column in table._meta.columns]
        assert set(names) <= set(columns)


def test_every_action_has_its_roles() -> None:
    """The table of roles names each action of the lifecycle, and only known roles."""
    assert set(ACTION_ROLES) == ACTIONS
    assert frozenset().union(*ACTION_ROLES.values(), *TASK_ROLES.values()) <= ROLES


def test_only_the_journal_writes_items_and_movements() -> None:
    """No other module of the product inserts or updates them, but for what a recall holds."""
    writes = re.compile(
        r"(insert into|update|delete from)\s+(items|movements)\b|insert\(\"(items|movements)\""
    )
    writers = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "piccolo_migrations" not in path.parts
        and writes.search(path.read_text(encoding="utf-8"))
    }
    assert writers == {"equipment/journal.py", "equipment/recalls/holding.py"}


def test_no_module_is_a_junk_drawer_or_too_long() -> None:
    """Modules are named for what they hold and stay below 400 lines."""
    drawers = {"utils", "helpers", "common", "base", "manager", "misc"}
    for room in (*ROOMS, "scripts"):
        for path in (ROOT / room).rglob("*.py"):
            if "piccolo_migrations" in path.parts:
                continue
            assert path.stem not in drawers, path
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
    for path in (ROOT / "web" / "static" / "kitback").rglob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


def test_imports_stand_at_the_top() -> None:
    """No import hides inside a function."""
    inside = re.compile(r"^ +(import \w|from [\w.]+ import )", re.MULTILINE)
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            assert not inside.search(path.read_text(encoding="utf-8")), path


def test_the_clock_is_read_in_one_place() -> None:
    """All else is told what time it is, but for what decides when the scheduler begins."""
    reads = re.compile(r"datetime\.now\(|date\.today\(|utcnow\(")
    readers = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if reads.search(path.read_text(encoding="utf-8"))
    }
    assert readers == {"budget/moments.py", "logistics/clock/clock.py"}


def test_no_file_has_the_marks_of_a_merge() -> None:
    """A stylesheet with some is read up to them, and nobody is told."""
    marks = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    for room in (*ROOMS, "scripts", "tests", "docs"):
        for path in (ROOT / room).rglob("*.*"):
            if path.suffix in {".py", ".css", ".js", ".jinja", ".md", ".csv"}:
                assert not marks.search(path.read_text(encoding="utf-8")), path


def test_nothing_names_a_registry() -> None:
    """The lock files install from wherever the machine gets its packages."""
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert "--hash=sha256:" in text
