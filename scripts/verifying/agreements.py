"""Whatever standing data said at any time: what a past movement may have been judged by.

A price, a tariff or a product changes from its day on, and what was recorded before stays as it
was. PostgreSQL keeps each row that an update replaces (the trigger keep_superseded), so a past
movement is right if it is right by one of the versions that its day may have seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Final

import asyncpg
import msgspec

from budget.database import Connection
from budget.years import year_of
from equipment.standing import Kind

Version = Mapping[str, Any]
_MOMENT: Final = timedelta(minutes=1)
_SOURCES: Final = ("products", "product_terms", "partners", "budget_years")


@dataclass(frozen=True, slots=True)
class Plan:
    """What was agreed for a year at a moment: who contributes what, in pence."""

    at: datetime
    model: str
    contributions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Agreements:
    """All versions of products, their terms, successions and tariffs, the present one first."""

    products: Mapping[str, list[Version]]
    terms: Mapping[str, list[Version]]
    successors: Mapping[str, set[str]]
    tariffs: Mapping[str, list[Mapping[str, Any]]]
    models: Mapping[str, set[str]]
    plans: Mapping[str, list[Plan]]
    facts_against_holds: set[Any] = field(default_factory=set)

    def kinds(self, item: asyncpg.Record) -> list[Kind]:
        """What the rules may have known of the item's product."""
        return [
            Kind(
                reuse=version["reuse"],
                pat=version["pat"],
                loler_months=version["loler_months"],
                service_months=version["service_months"],
                pool_owned=item["owner"] == "pool",
                received_on=item["received_on"],
            )
            for version in self.products[item["sku"]]
        ]

    def prices(self, sku: str, day: date, recorded_on: date) -> set[tuple[int, int]]:
        """The prices and credit percentages that an issue of that day may have been charged by.

        More than one only where they changed on the very day of the recording.
        """
        terms = sorted(self.terms.get(sku, []), key=lambda each: str(each["from_on"]))
        begun = [each for each in terms if date.fromisoformat(each["from_on"]) <= day]
        if not begun:
            return _in_force(terms, str(terms[0]["from_on"])) if terms else set()
        days = sorted({str(each["from_on"]) for each in begun}, reverse=True)
        possible = set[tuple[int, int]]()
        for each in days:
            possible |= _in_force(begun, each)
            if date.fromisoformat(each) < recorded_on:
                break
        return possible

    def rates(self, name: str, day: date) -> set[int]:
        """What the tariff of that day's year ever asked for an activity."""
        tariffs = self.tariffs.get(year_of(day), [])
        return {tariff[name] for tariff in tariffs if tariff.get(name) is not None}

    def on_stock(self, day: date, recorded_at: datetime) -> set[bool]:
        """Whether that day's year may have run on pool-owned stock when something was recorded."""
        year = year_of(day)
        models = self.models.get(year, {"credit"})
        if all(recorded_at <= plan.at + _MOMENT for plan in self.plans.get(year, [])):
            models = models | {"credit"}
        return {model == "pool_stock" for model in models}

    def splits(self, pence: int, day: date) -> list[Mapping[str, int]]:
        """How a purchase may have been shared, by what the partners ever agreed for its year."""
        plans = self.plans.get(year_of(day), [])
        return [_split(pence, each.contributions) for each in plans if each.model == "pool_stock"]

    def heirs(self, ods: str) -> set[str]:
        """The partner and all who were ever said to come after it."""
        found, new = set[str](), {ods}
        while new:
            found |= new
            new = {heir for each in new for heir in self.successors.get(each, ())} - found
        return found


async def read_agreements(connection: Connection) -> Agreements:
    """Read every version there is, all as of the open transaction's moment."""
    versions: dict[str, list[Version]] = {}
    for source in _SOURCES:
        rows = await connection.fetch(
            f"select to_jsonb(t)::text from {source} t"  # noqa: S608 - table names from code
            " union all select content::text from superseded where source = $1",
            source,
        )
        versions[source] = [msgspec.json.decode(row[0]) for row in rows]
    successors = defaultdict[str, set[str]](set)
    for partner in versions["partners"]:
        if partner["succeeded_by"] is not None:
            successors[partner["ods"]].add(partner["succeeded_by"])
    agreed = await connection.fetch(_PLANS)
    plans = defaultdict[str, list[Plan]](list)
    for row in agreed:
        plan = msgspec.json.decode(row["content"])
        plans[row["key"]].append(
            Plan(row["at"], plan.get("model", "credit"), plan["contributions"])
        )
    facts = await connection.fetch("select scan from cases where kind = 'fact-against-hold'")
    return Agreements(
        products=_by("sku", versions["products"]),
        terms=_by("sku", versions["product_terms"]),
        successors=successors,
        tariffs={
            year: [version["tariff"] for version in each]
            for year, each in _by("year", versions["budget_years"]).items()
        },
        models={
            year: {version.get("model", "credit") for version in each}
            for year, each in _by("year", versions["budget_years"]).items()
        },
        plans=plans,
        facts_against_holds={row["scan"] for row in facts},
    )


_PLANS: Final = """
select key, at, content::text as content from changes where what = 'budget agreed' order by id desc
"""


def _split(pence: int, contributions: Mapping[str, int]) -> Mapping[str, int]:
    """By contribution; the pennies that are left over go where most was cut off."""
    payers = {ods: each for ods, each in contributions.items() if each > 0}
    whole = sum(payers.values())
    exact = {ods: Fraction(pence * each, whole) for ods, each in payers.items()}
    down = {ods: int(part) for ods, part in exact.items()}
    nearest = sorted(exact, key=lambda ods: (down[ods] - exact[ods], ods))
    for ods in nearest[: pence - sum(down.values())]:
        down[ods] += 1
    return {ods: part for ods, part in down.items() if part}


def _by(key: str, versions: Iterable[Version]) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for version in versions:
        found.setdefault(version[key], []).append(version)
    return found


def _in_force(terms: Iterable[Version], from_on: str) -> set[tuple[int, int]]:
    return {
        (each["price_pence"], each["credit_percent"])
        for each in terms
        if each["from_on"] == from_on
    }
