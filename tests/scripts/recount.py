"""The model year's figures counted anew, from the movements alone."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from budget.database import fetch
from budget.years import london_day

YEAR = (date(2018, 4, 1), date(2019, 3, 31))
CLEAN_PENCE, REPAIR_HOUR_PENCE = 845, 3_850

Sums = Counter[Any]


async def recount(*, all_products: bool = False) -> tuple[Sums, Sums, Sums, Sums]:
    """Issues, credits and activity by partner; counts by partner or None, kind and unit."""
    books = _Books(all_products=all_products)
    rows = await fetch(_MOVEMENTS)
    undone = {row["undoes"] for row in rows}
    for row in rows:
        if row["action"] != "undo" and row["id"] not in undone:
            books.enter(dict(row))
    return books.issues, books.credits, books.activity, books.counts


_MOVEMENTS = """
select m.item, m.id, m.action, m.from_state, m.occurred_at, m.undoes, p.reuse,
    coalesce(m.details ->> 'funder', n.funder) as funder, l.charged_pence, l.credit_percent,
    m.details ->> 'minutes' as minutes, m.details ->> 'parts_pence' as parts_pence
from movements m join items i on i.id = m.item join products p on p.sku = i.sku
left join loans l on l.id = m.id left join person_funders n on n.id = l.person
order by m.seq
"""


class _Books:
    """Follows each item's newest loan: its funder, charge, percentage and phase."""

    def __init__(self, *, all_products: bool) -> None:
        self.all_products = all_products
        self.loans: dict[int, dict[str, Any]] = {}
        self.issues, self.credits, self.activity, self.counts = (Counter[Any]() for _ in range(4))

    def enter(self, row: dict[str, Any]) -> None:
        loan = self.loans.get(row["item"])
        day = london_day(row["occurred_at"])
        in_year = YEAR[0] <= day <= YEAR[1]
        match row["action"], loan and loan["phase"]:
            case "deliver", _:
                self._lend(row, loan, in_year=in_year)
            case "transfer", _ if row["funder"] is not None:
                assert loan is not None
                self.issues[loan["funder"]] -= in_year * loan["pence"]
                loan["funder"] = row["funder"]
                self.issues[loan["funder"]] += in_year * loan["pence"]
            case (("return" | "find"), "open"):
                self._count(row, loan, ["returned"], in_year=in_year)
                self._count(row, loan, ["waiting"], in_year=True)
                self._become(row, phase="ended")
            case "pass", "ended":
                assert loan is not None
                back = (loan["pence"] * loan["percent"] * 2 + 100) // 200
                self.credits[loan["funder"]] += in_year * back
                self._count(row, loan, ["reused"], in_year=in_year)
                self._count(row, loan, ["waiting"], in_year=True, times=-1)
                self._become(row, phase="reused")
            case "scrap", _ if loan is not None:
                self._scrap(row, loan, in_year=in_year)
            case "lose", _ if row["from_state"] in {"on_loan", "collected"}:
                self._count(row, loan, ["lost"], in_year=in_year)
            case "clean", "ended":
                assert loan is not None
                self.activity[loan["funder"]] += in_year * CLEAN_PENCE
            case "repair", phase if phase == "ended" or row["from_state"] == "on_loan":
                assert loan is not None
                labour = (int(row["minutes"]) * REPAIR_HOUR_PENCE * 2 + 60) // 120
                self.activity[loan["funder"]] += in_year * (labour + int(row["parts_pence"]))

    def _lend(self, row: dict[str, Any], earlier: dict[str, Any] | None, *, in_year: bool) -> None:
        pence, percent = row["charged_pence"], row["credit_percent"]
        loan = {"funder": row["funder"], "pence": pence, "percent": percent, "phase": "open"}
        self.loans[row["item"]] = loan
        self.issues[row["funder"]] += in_year * row["charged_pence"]
        kinds = ["issued", *(["issued_recycled"] if earlier else [])]
        self._count(row, loan, kinds, in_year=in_year)

    def _scrap(self, row: dict[str, Any], loan: dict[str, Any], *, in_year: bool) -> None:
        if row["from_state"] in {"on_loan", "collected"}:
            self._count(row, loan, ["written_off"], in_year=in_year)
            return
        self._count(row, loan, ["scrapped"], in_year=in_year)
        if loan["phase"] == "ended":
            self._count(row, loan, ["waiting"], in_year=True, times=-1)
        else:
            self._count(row, loan, ["reused"], in_year=in_year, times=-1)

    def _become(self, row: dict[str, Any], *, phase: str) -> None:
        self.loans[row["item"]]["phase"] = phase

    def _count(
        self,
        row: dict[str, Any],
        loan: dict[str, Any] | None,
        kinds: Iterable[str],
        *,
        in_year: bool,
        times: int = 1,
    ) -> None:
        assert loan is not None
        if not in_year or not (self.all_products or row["reuse"] == "reusable"):
            return
        for kind in kinds:
            for key in (loan["funder"], None):
                self.counts[key, kind, "units"] += times
                self.counts[key, kind, "pence"] += times * loan["pence"]
