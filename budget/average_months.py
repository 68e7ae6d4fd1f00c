"""A month beside an average one of the months before it: each amount, in whole pence. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from budget.recycling import Count

Counted: TypeAlias = Mapping[str, Count]
"""What went out, by key."""

FIGURES: Final = ("issues", "activity", "credits", "net")


class Beside(msgspec.Struct, frozen=True):
    """An amount of the month's, and that of an average month before it; in pence.

    `usual` is null where no month was before.
    """

    key: str
    pence: int
    usual_pence: int | None

    @property
    def more_pence(self) -> int:
        """By how much it was more than usual; 0 where nothing is usual yet."""
        return 0 if self.usual_pence is None else self.pence - self.usual_pence


class PartnerBeside(Beside, frozen=True):
    """A partner's net spend; `key` is its ODS code."""

    name: str


class Issued(msgspec.Struct, frozen=True):
    """What went out: units and what they were charged, and by how much more that was, and why."""

    units: int
    pence: int
    usual_units: float | None
    usual_pence: int | None
    more_went_out_pence: int | None
    dearer_pence: int | None


def figures(rows: Sequence[Mapping[str, Any]], before: int) -> Iterator[Beside]:
    """Issues, activity, credits and net, which is what these come to in an average month, too."""
    now = {name: sum(row[name] for row in rows) for name in FIGURES}
    past = {name: sum(row[f"{name}_before"] for row in rows) for name in FIGURES}
    usual = {name: _average(past[name], before) for name in ("issues", "activity", "net")}
    if before:
        issues, activity, net = (pence or 0 for pence in usual.values())
        usual["credits"] = issues + activity - net
    return (Beside(name, now[name], usual.get(name)) for name in FIGURES)


def partners(rows: Sequence[Mapping[str, Any]], before: int, net: Beside) -> list[PartnerBeside]:
    """Each one's net spend; their averages come to the pool's to the penny."""
    usual = {row["ods"]: _average(row["net_before"], before) for row in rows}
    if before and net.usual_pence is not None:
        over = net.usual_pence - sum(pence or 0 for pence in usual.values())
        nearest = sorted(rows, key=lambda row: (-(row["net_before"] % before), row["ods"]))
        for row in nearest[:over]:
            usual[row["ods"]] = (usual[row["ods"]] or 0) + 1
    return [
        PartnerBeside(row["ods"], row["net"], usual[row["ods"]], name=row["name"]) for row in rows
    ]


def _average(pence: int, before: int) -> int | None:
    """Of so many months, in whole pence and never above; None of none."""
    return pence // before if before else None


def parts(now: Counted, past: Counted, before: int) -> list[Beside]:
    """What differs most first; what goes out usually and did not is there, too."""
    nothing = Count()
    found = [
        Beside(
            key,
            now.get(key, nothing).pence,
            _average(past.get(key, nothing).pence, before),
        )
        for key in now.keys() | past.keys()
    ]
    found.sort(key=lambda each: (-abs(each.more_pence), -each.pence, each.key))
    return [each for each in found if each.pence or each.usual_pence]


def why(now: Count, past: Count, before: int) -> Issued:
    """How much of the difference is that more went out, and how much that it was dearer."""
    usual = _average(past.pence, before)
    if usual is None or not past.units:
        return Issued(now.units, now.pence, None, None, None, None)
    units = past.units / before
    went_out = round((now.units - units) * past.pence / past.units)
    return Issued(now.units, now.pence, units, usual, went_out, now.pence - usual - went_out)
