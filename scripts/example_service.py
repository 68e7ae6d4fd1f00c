"""What stands before the example or the demo is played: catalogue, partners, places, years, users.

All but the users may be done twice: what is there already stays.
"""

import csv
import secrets
from collections.abc import Coroutine, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from budget.database import fetch
from budget.partners import Kind, NewPartner, enter
from budget.pool import Tariff, YearPlan, agree
from budget.refusals import Refused
from budget.years import london_day, year_of
from equipment.catalogue.fit_rules import import_rules
from equipment.catalogue.kits import KitLine, NewKit, set_kit
from equipment.catalogue.product_import import import_products
from equipment.orders.satellites import Levels, set_levels
from equipment.people import care_homes, funder_rules
from equipment.people.care_homes import NewCareHomeRule
from equipment.people.funder_rules import NewRule
from equipment.places import add_van, open_depot
from equipment.staff import passwords
from equipment.staff.roles import ADMINISTRATOR, Caller
from equipment.staff.staff import NewUser, Role, create_within
from scripts.model.calendar import OPENING_FROM
from scripts.model.service import DEPOTS, VANS, WORKERS, Worker
from scripts.model.year import Rows, Sources

POOL_PENCE: Final = 730_000_000
_DATA: Final = Path(__file__).resolve().parent.parent / "data"
LOADER: Final = Caller(
    UUID("0d6f3b52-9c6e-4c53-8a55-6f6a1f6f2a10"), "example", frozenset({ADMINISTRATOR})
)


def rows(name: str) -> Rows:
    """The rows of a file of data/."""
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sources() -> Sources:
    """What the play is made of."""
    return Sources(rows("catalogue"), rows("partners"), rows("postcodes_ng"))


async def set_up(now: datetime) -> None:
    """The real catalogue and partners, as they stood in 2018-19; the made-up depots and vans.

    And what of that catalogue fits together, what is ordered in one go, who pays for whom by where
    they live, what care homes are not given, and what stands on a satellite store's shelf.
    """
    catalogue = (_DATA / "catalogue.csv").read_text(encoding="utf-8")
    imported = await import_products(LOADER, catalogue, now)
    assert not imported.rejected, imported.rejected
    fits = (_DATA / "compatibility.csv").read_text(encoding="utf-8")
    imported = await import_rules(LOADER, fits)
    assert not imported.rejected, imported.rejected
    for code, lines in groupby(rows("kits"), key=lambda row: row["kit"]):
        await _enter_kit(code, list(lines))
    for row in rows("partners"):
        partner = NewPartner(row["ods"], row["name"], cast("Kind", row["kind"]))
        await _once(enter(LOADER.username, partner))
    for depot in DEPOTS:
        await _once(open_depot(LOADER, depot))
    for van in VANS:
        await _once(add_van(LOADER, van))
    await _enter_rules(now)


async def _enter_rules(now: datetime) -> None:
    funders = [msgspec.convert(row, NewRule) for row in rows("funder_rules")]
    await _once(funder_rules.enter_many(LOADER, funders, now))
    for row in rows("care_home_rules"):
        said = {name: text for name, text in row.items() if text}
        rule = msgspec.convert(said, NewCareHomeRule, strict=False)
        await _once(care_homes.enter(LOADER, rule, now))
    for depot, levels in groupby(rows("shelf_levels"), key=lambda row: row["depot"]):
        targets = Levels({line["sku"]: int(line["target"]) for line in levels})
        await set_levels(LOADER, depot, targets)


async def _enter_kit(code: str, lines: Rows) -> None:
    of_it = [KitLine(line["sku"], int(line["quantity"])) for line in lines]
    await set_kit(LOADER, code, NewKit(lines[0]["name"], of_it))


async def agree_years(now: datetime) -> None:
    """The same contributions and tariff from the play's first year to the one after the present.

    What is mended before 2018-19 is charged, and so is what somebody tries out today.
    """
    tariff = msgspec.json.decode((_DATA / "tariff.json").read_bytes(), type=Tariff)
    plan = YearPlan(contributions(rows("partners")), tariff)
    for year in range(OPENING_FROM.year, london_day(now).year + 3):
        # The year of its New Year's Day, which began in the April before.
        await agree(LOADER.username, year_of(date(year, 1, 1)), plan)


def contributions(partners: Rows) -> dict[str, int]:
    """The pool by the partners' shares, in whole pence that sum to it exactly."""
    shares = {row["ods"]: Decimal(row["contribution_share_percent"]) for row in partners}
    whole = sum(shares.values())
    exact = {ods: POOL_PENCE * share / whole for ods, share in shares.items()}
    pence = {ods: int(amount) for ods, amount in exact.items()}
    # The odd pence go where most was cut off.
    by_rest = sorted(exact, key=lambda ods: (pence[ods] - exact[ods], ods))
    for ods in by_rest[: POOL_PENCE - sum(pence.values())]:
        pence[ods] += 1
    return pence


async def make_up_password() -> tuple[str, str]:
    """A password for the users to share, made up for this service, and its hash."""
    password = secrets.token_urlsafe(9)
    return password, await passwords.hashed(password)


async def hire(password: str, password_hash: str, now: datetime) -> None:
    """Make the users, within the caller's transaction. Who has such a name keeps their password."""
    for worker in WORKERS:
        await _once(create_within(LOADER, _user(worker, password), password_hash, now))


async def callers() -> Mapping[str, Caller]:
    """The users as callers, by their names."""
    found = await fetch(
        "select lower(username) as username, id from users where lower(username) = any($1)",
        [worker.username for worker in WORKERS],
    )
    ids = {row["username"]: row["id"] for row in found}
    return {
        worker.username: Caller(
            ids[worker.username],
            worker.username,
            frozenset({worker.role}),
            frozenset({worker.partner, *worker.also} if worker.partner else ()),
        )
        for worker in WORKERS
        # What an earlier version began has fewer.
        if worker.username in ids
    }


def _user(worker: Worker, password: str) -> NewUser:
    return NewUser(
        username=worker.username,
        password=password,
        roles=[cast("Role", worker.role)],
        partner=worker.partner,
        also=list(worker.also),
        depot=worker.depot,
        team=worker.team,
        level=worker.level,
        order_limit_pence=worker.order_limit_pence,
    )


async def _once(entry: Coroutine[Any, Any, object]) -> None:
    try:
        await entry
    except Refused as refusal:
        if refusal.slug != "exists":
            raise
