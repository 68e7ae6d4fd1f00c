"""What a thermal printer says of itself: its answers to ~HS and to what it is asked to get.

By the ZPL II Programming Guide, "Host Status Return" and "SGD Command Reference". Pure.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Trouble: TypeAlias = Literal["head_open", "out_of_labels", "out_of_ribbon", "paused"]

ASK_STATUS: Final = b"~HS\r\n"
ASK_COUNT: Final = b'! U1 getvar "odometer.total_label_count"\r\n'
ASK_UPTIME: Final = b'! U1 getvar "device.uptime"\r\n'
FORGET_PARTIAL: Final = b"~JX\r\n"
"""Drops a label that was received in part; one that was received whole is not touched."""

STRINGS: Final = 3
"""So many strings an answer to ~HS has, each between STX and ETX."""

_STRING: Final = re.compile(rb"\x02([^\x02\x03]{0,200})\x03")
_FIRST: Final = 12
_SECOND: Final = 11
# Some printers show how much they have printed in their life where others show what remains.
_REMAINING_MAX: Final = 10_000
_COUNT: Final = re.compile(r'"?([0-9]{1,12})"?')
_UPTIME: Final = re.compile(r"([0-9]{1,6}) *(day|hour|hr|min|sec)s?", re.IGNORECASE)
_SECONDS: Final = {"day": 86_400, "hour": 3_600, "hr": 3_600, "min": 60, "sec": 1}


@dataclass(frozen=True, slots=True)
class HostStatus:
    """A printer's answer: what keeps it from printing, and what it has not printed yet."""

    trouble: Trouble | None
    holds: bool
    """Whether it has something that is yet to come out, or has begun to receive something."""
    partial: bool
    """Whether it has received a part of a label, and waits for the rest."""


def host_status(answer: bytes) -> HostStatus | None:
    """Read an answer to ~HS; None where it is none."""
    strings = [match[1].decode("ascii", "replace").split(",") for match in _STRING.finditer(answer)]
    if len(strings) < STRINGS or len(strings[0]) < _FIRST or len(strings[1]) < _SECOND:
        return None
    first, second = strings[0], strings[1]
    numbers = [_number(text) for text in (*first[1:3], *first[4:8], *second[2:4], second[8])]
    if None in numbers:
        return None
    paper_out, paused, formats, _full, _diagnostic, partial, head_up, ribbon_out, remaining = (
        number or 0 for number in numbers
    )
    trouble: Trouble | None = None
    if head_up:
        trouble = "head_open"
    elif paper_out:
        trouble = "out_of_labels"
    elif ribbon_out:
        trouble = "out_of_ribbon"
    elif paused:
        trouble = "paused"
    holds = bool(formats or partial or 0 < remaining < _REMAINING_MAX)
    return HostStatus(trouble, holds, bool(partial))


def label_count(answer: bytes) -> int | None:
    """How many labels it has printed in its life; None where it does not count them."""
    match = _COUNT.fullmatch(answer.decode("ascii", "replace").strip())
    return int(match[1]) if match else None


def uptime_s(answer: bytes) -> int | None:
    """For how many seconds it has been on; None where it does not say."""
    found = _UPTIME.findall(answer.decode("ascii", "replace"))
    if not found:
        return None
    return sum(int(number) * _SECONDS[unit.lower()] for number, unit in found)


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None
