"""Who is proposed to pay for somebody: by their GP practice, else by their postcode, on a day."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from budget import changes
from budget.database import fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Refused, Wrong
from budget.wording import one_line, sought
from equipment.postcodes import normal_postcode
from equipment.staff.roles import Caller, check_may

RuleKind: TypeAlias = Literal["gp_practice", "postcode"]

_ODS: Final = re.compile(r"[A-Z0-9]{3,10}")
# An area, a district, a sector or a whole postcode: NG, NG24, NG24 1, NG24 1AA.
_PART: Final = re.compile(r"[A-Z]{1,2}([0-9][A-Z0-9]?( [0-9])?)?")


class NewRule(msgspec.Struct, frozen=True):
    """From a day on, a partner pays for the people of a practice or of some postcodes."""

    kind: RuleKind
    key: str
    partner: str
    from_on: date = msgspec.field(name="from")


class FunderRule(NewRule, frozen=True):
    """A rule as it is kept."""

    id: int
    entered_at: datetime
    entered_by: str


class Proposal(msgspec.Struct, frozen=True):
    """Who pays by the rules; null where none speaks of it."""

    funder: str | None


async def enter(caller: Caller, new: NewRule, now: datetime) -> FunderRule:
    """Add a rule; Refused `exists` where there is one of that day, Wrong where a field is."""
    return (await enter_many(caller, [new], now))[0]


async def enter_many(caller: Caller, rules: Sequence[NewRule], now: datetime) -> list[FunderRule]:
    """Add rules, all of them or none. Raises as enter() does."""
    check_may(caller, "change standing data")
    tidied = [(new, _tidied(new)) for new in rules]
    async with transaction():
        partners = {sought(new.partner) for new in rules}
        if len(await fetch(_PARTNERS, list(partners))) < len(partners):
            raise Wrong([Fault("partner", "There is no such partner.")])
        rows = [
            {"kind": new.kind, "key": key, "partner": new.partner, "from_on": new.from_on}
            for new, key in tidied
        ]
        entered = await fetch(_ENTER, msgspec.json.encode(rows).decode(), now, caller.username)
        if len(entered) < len(rows):
            raise Refused("exists", "There is a rule for this from the same day already.")
        said = {f"{row['kind']} {row['key']}": {"partner": row["partner"]} for row in entered}
        await changes.record_each(caller.username, "funder rule entered", said)
        return [FunderRule(**row) for row in entered]


_PARTNERS: Final = "select from partners where ods = any($1::varchar[])"
_RULE: Final = "kind, key, partner, from_on, id, entered_at, entered_by"
_ENTER: Final = f"""
insert into funder_rules (kind, key, partner, from_on, entered_at, entered_by)
select kind, key, partner, from_on, $2, $3
from jsonb_to_recordset($1::jsonb) as new (kind varchar, key varchar, partner varchar, from_on date)
on conflict do nothing
returning {_RULE}
"""  # noqa: S608 - column names from code


async def listed(
    caller: Caller, kind: RuleKind | None, *, after: int, limit: int
) -> list[FunderRule]:
    """The rules in the order in which they were entered."""
    check_may(caller, "read standing data")
    sql, values = narrowed(_LISTED, {"id > {}": after, "kind = {}": kind}, limit)
    return [FunderRule(**row) for row in await fetch(sql, *values)]


_LISTED: Final = f"select {_RULE} from funder_rules where {{where}} order by id limit $1"  # noqa: S608 - ours


async def proposal(
    caller: Caller, gp_practice: str | None, postcode: str | None, day: date
) -> Proposal:
    """Who pays on a day for somebody of that practice who lives there."""
    check_may(caller, "read people")
    return Proposal(await proposed({"gp_practice": gp_practice, "postcode": postcode}, day))


async def proposed(record: Mapping[str, Any], day: date) -> str | None:
    """Who pays by the rules in force on a day, going by `gp_practice`, else by `postcode`."""
    return (await proposed_each([record], day))[0]


async def proposed_each(records: Sequence[Mapping[str, Any]], day: date) -> list[str | None]:
    """The same of many, in one statement."""
    asked = [
        {
            "practice": sought(one_line(record["gp_practice"] or "").upper()),
            "parts": list(_parts(record["postcode"])),
        }
        for record in records
    ]
    rows = await fetch(_PROPOSED, msgspec.json.encode(asked).decode(), day)
    return [row["partner"] for row in rows]


# The practice goes before the postcode, the narrower part of it before the wider one.
_PROPOSED: Final = """
select (
    select r.partner from (
        (select partner, 0 as rank from funder_rules
        where kind = 'gp_practice' and key = asked.practice and from_on <= $2
        order by from_on desc limit 1)
        union all
        select part.partner, part.place from unnest(asked.parts) with ordinality as p (key, place)
        cross join lateral (
            select partner, p.place from funder_rules
            where kind = 'postcode' and key = p.key and from_on <= $2
            order by from_on desc limit 1
        ) part
    ) r order by rank limit 1) as partner
from rows from (jsonb_to_recordset($1::jsonb) as (practice varchar, parts varchar[]))
    with ordinality as asked (practice, parts, place)
order by asked.place
"""


def _parts(postcode: str | None) -> Iterator[str]:
    """A postcode and all that it lies in, the narrowest first."""
    whole = normal_postcode(postcode or "")
    if whole is None:
        return
    outward, inward = whole.split()
    yield whole
    yield f"{outward} {inward[0]}"
    yield outward
    yield outward[: 2 if outward[1].isalpha() else 1]


def _tidied(new: NewRule) -> str:
    key = one_line(new.key).upper()
    if new.kind == "gp_practice":
        if not _ODS.fullmatch(key):
            raise Wrong([Fault("key", "Write the practice's ODS code, such as C84001.")])
        return key
    whole = normal_postcode(key)
    if whole is None and not _PART.fullmatch(key):
        raise Wrong([Fault("key", "Write a postcode or the first part of one: NG, NG24, NG24 1.")])
    return whole or key


async def check_reason(
    record: Mapping[str, Any], *, reason_given: bool, taken_over: bool, day: date
) -> None:
    """Raise Wrong where another than the rules' partner pays and nobody said why.

    Where no rule says who does, whoever has them `taken_over` from one partner to another says why.
    """
    expected = await proposed(record, day)
    if reason_given or expected == record["funder"]:
        return
    if expected is not None:
        row = await fetch_one("select name from partners where ods = $1", expected)
        assert row is not None
        words = f"By the rules {row['name']} pays. Say why another does."
        raise Wrong([Fault("funder_reason", words)])
    if taken_over:
        raise Wrong([Fault("funder_reason", "Say why another partner pays from now on.")])
