"""A page for a scanner in the hand: one label after another, and what became of each.

Labels are sent as they are read, in their order, and what is not as usual is said aloud.
"""

from dataclasses import dataclass

from web.fields import Field
from web.gate.gate_words import Told

__all__ = ["ScanPage", "Told"]


@dataclass(frozen=True, slots=True)
class ScanPage:
    """Shown by `stock_scan.jinja`; `so_far` says how much there is of it."""

    title: str
    heading: str
    action: str
    fields: list[Field]
    submit: str
    told: Told | None
    so_far: str
    back: tuple[str, str]
