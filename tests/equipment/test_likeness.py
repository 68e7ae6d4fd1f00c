"""Who may be one and the same person."""

from datetime import date

import pytest

from equipment.people.likeness import Likeness, may_be_one

BORN = date(1941, 5, 6)
OTHER_DAY = date(1941, 6, 5)
HERE = "NG1 5FS"
THERE = "NG2 1AA"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Born on one day, with a like name.
        (("Ann Smith", BORN, HERE), ("Ann Smith", BORN, THERE), True),
        (("Ann Smith", BORN, None), ("Mrs Anne SMITH", BORN, None), True),
        (("Ann Smith", BORN, None), ("Ann Jones", BORN, None), True),
        (("Jose O'Neill", BORN, None), ("José O\u2019Neill", BORN, None), True),
        (("Katherine Jones", BORN, None), ("Kathrine Jons", BORN, None), True),
        (("Smith, Ann", BORN, None), ("Ann Smith", BORN, None), True),
        (("Mr Adams", BORN, HERE), ("Mr Baker", BORN, HERE), False),
        (("Ann Smith", BORN, None), ("Bob Jones", BORN, None), False),
        # One name and postcode, if only one of the days is known.
        (("Ann Smith", BORN, HERE), ("Ann Smith", None, HERE), True),
        (("Ann Smith", None, HERE), ("ann  smith", None, HERE), True),
        (("Renee Blanc", None, HERE), ("Ren\u00e9e Blanc", None, HERE), True),
        (("Ann Smith", OTHER_DAY, HERE), ("Ann Smith", BORN, HERE), True),
        (("Ann Smith", None, HERE), ("Bob Smith", None, HERE), False),
        # Nothing known is no likeness.
        (("Ann Smith", None, None), ("Ann Smith", None, None), False),
        (("Ann Smith", BORN, HERE), ("Ann Smith", OTHER_DAY, THERE), False),
        (("李", BORN, None), ("王", BORN, None), False),
        (("!", BORN, None), ("?", BORN, None), False),
    ],
)
def test_likeness_is_a_birthday_and_a_like_name_or_a_name_and_a_postcode(
    one: tuple[str, date | None, str | None],
    other: tuple[str, date | None, str | None],
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    """Whichever of the two was there first."""
    assert may_be_one(Likeness(*one), Likeness(*other)) is expected
    assert may_be_one(Likeness(*other), Likeness(*one)) is expected
