"""What the law asks for after a defect was found, to whom and by when. Pure.

LOLER 1998, regulation 10(1): the employer forthwith; a written report as soon as is practicable to
the employer and whoever hired it out; where there is an existing or imminent risk of serious
personal injury, a copy of it to the enforcing authority. The Code of Practice (HSE L113) takes 28
days as the latest.
"""

from datetime import date, timedelta
from typing import Final, Literal

import msgspec

_LATEST: Final = timedelta(days=28)


class Duty(msgspec.Struct, frozen=True):
    """What must be sent to whom by when, and which rule says so."""

    to: Literal["service", "owner", "authority"]
    what: str
    by: date
    rule: str


def duties(danger: str, owner: str, examined_on: date) -> list[Duty]:
    """What is to be done about a defect of this danger; nothing where there is none."""
    if danger == "none":
        return []
    latest = examined_on + _LATEST
    told = [
        Duty("service", "Say so at once: it must not be used until it is mended.", examined_on,
            "LOLER 10(1)(a), 10(3)"),
        Duty("service", "Send the written, authenticated report.", latest, "LOLER 10(1)(b)(i)"),
    ]  # fmt: skip
    if owner != "pool":
        words = f"Send the report to {owner}, who hired it out."
        told.append(Duty("owner", words, latest, "LOLER 10(1)(b)(ii)"))
    if danger == "imminent":
        words = "Send a copy of the report to the enforcing authority (HSE or the council)."
        told.append(Duty("authority", words, latest, "LOLER 10(1)(c)"))
    return told
