"""What scripts/verify finds: printed as it comes, counted, and never without bound."""

from dataclasses import dataclass, field
from typing import Final

SHOWN_MAX: Final = 100
"""Lines for one invariant; a table that is wrong throughout must not flood the terminal."""


@dataclass(slots=True)
class Findings:
    """Faults by the invariant that they break, and notes, which break none."""

    faults: dict[str, int] = field(default_factory=dict)
    notes: int = 0

    def fault(self, name: str, where: str, times: int = 1) -> None:
        """Print one line that names the invariant and the rows that break it."""
        shown = self.faults.get(name, 0)
        self.faults[name] = shown + times
        if shown < SHOWN_MAX:
            print(f"{name}: {where}", flush=True)

    def note(self, text: str) -> None:
        """Print what an operator should know, though it is no fault."""
        self.notes += 1
        if self.notes <= SHOWN_MAX:
            print(f"note: {text}", flush=True)

    def total(self) -> int:
        """How many faults there are, those not shown included."""
        return sum(self.faults.values())

    def summary(self) -> list[str]:
        """One line for what was found more often than shown."""
        more = [(name, count) for name, count in self.faults.items() if count > SHOWN_MAX]
        lines = [f"{name}: ... and {count - SHOWN_MAX:,} more" for name, count in more]
        if self.notes > SHOWN_MAX:
            lines.append(f"note: ... and {self.notes - SHOWN_MAX:,} more")
        return lines
