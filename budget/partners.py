"""The organisations that pay, and who takes over from whom.

Who may call this is judged by its callers: this room knows no roles.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.changes import check_unchanged, record
from budget.database import execute, fetch, fetch_one, transaction
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import CODE_PATTERN, code_faults, one_line, sought, text_faults

Kind: TypeAlias = Literal["ccg", "icb", "council", "trust", "phb", "external"]
Succession: TypeAlias = Mapping[str, tuple[str, date]]
"""Who takes over from a partner, and from which day on."""

_LONGEST_ODS: Final = 10
_LONGEST_NAME: Final = 200


class NewPartner(msgspec.Struct, frozen=True):
    """A partner as an administrator enters it."""

    ods: Annotated[str, Meta(max_length=_LONGEST_ODS, pattern=CODE_PATTERN)]
    name: Annotated[str, Meta(min_length=1, max_length=_LONGEST_NAME)]
    kind: Kind


class Partner(msgspec.Struct, frozen=True):
    """A partner as it is kept; both parts of its succession are null until it has one."""

    ods: str
    name: str
    kind: str
    succeeded_by: str | None
    succeeded_on: date | None


class Takeover(msgspec.Struct, frozen=True):
    """Who takes over and from when; what is absent stays, both null takes it back."""

    succeeded_by: str | UnsetType | None = UNSET
    succeeded_on: date | UnsetType | None = UNSET


def successor_on(partners: Succession, ods: str, day: date) -> str:
    """Who stands in for a partner on a day: itself, or the end of the chain that has begun by then.

    A succession counts from its day on, that day included.
    """
    # A chain is never longer than the mapping; a circle, which enter() refuses, would end too.
    for _ in partners:
        successor, since = partners.get(ods, (ods, date.max))
        if successor == ods or day < since:
            break
        ods = successor
    return ods


def gone_or_to_come(partners: Sequence[Partner], first: date, last: date) -> frozenset[str]:
    """Who was no partner in a span of days: succeeded by then, or a successor only afterwards.

    By the successions alone: who is neither was one all the time. Pure.
    """
    begun: dict[str, date] = {}
    for each in partners:
        if each.succeeded_by is not None and each.succeeded_on is not None:
            since = begun.get(each.succeeded_by, date.max)
            begun[each.succeeded_by] = min(since, each.succeeded_on)
    gone = {each.ods for each in partners if each.succeeded_on and each.succeeded_on <= first}
    return frozenset(gone | {ods for ods, since in begun.items() if since > last})


async def successions() -> dict[str, tuple[str, date]]:
    """Every succession there is, also those still to come."""
    rows = await fetch(_SUCCESSIONS)
    return {row["ods"]: (row["succeeded_by"], row["succeeded_on"]) for row in rows}


_SUCCESSIONS = "select ods, succeeded_by, succeeded_on from partners where succeeded_by is not null"


def successions_of(text: str) -> Succession:
    """Every succession, of the text that the statement gives."""
    rows = msgspec.json.decode(text, type=list[tuple[str, str, date]])
    return {ods: (successor, since) for ods, successor, since in rows}


KNOWN_SUCCESSIONS: Final = """
select coalesce(json_agg(json_build_array(ods, succeeded_by, succeeded_on)), '[]')::text
from partners where succeeded_by is not null
"""
"""Every succession there is, as JSON, for whoever asks for other things with it."""


async def enter(actor: str, new: NewPartner) -> Partner:
    """Add a partner; Refused `exists` where its code is taken, Wrong where a field is."""
    name = one_line(new.name)
    faults = [
        *code_faults("ods", new.ods, _LONGEST_ODS),
        *text_faults("name", name, _LONGEST_NAME),
    ]
    if faults:
        raise Wrong(faults)
    async with transaction():
        row = await fetch_one(_ENTER, new.ods, name, new.kind)
        if row is None:
            raise Refused("exists", f"There is already a partner with the code {new.ods}.")
        kept = msgspec.structs.replace(new, name=name)
        await record(actor, "partner entered", new.ods, kept)
    return Partner(**row)


_ENTER = """
insert into partners (ods, name, kind) values ($1, $2, $3) on conflict (ods) do nothing
returning ods, name, kind, succeeded_by, succeeded_on
"""


async def find(ods: str) -> Partner:
    """The partner with this code, or Missing."""
    row = await fetch_one(_FIND, sought(ods))
    if row is None:
        raise Missing("partner-not-found", "There is no such partner.")
    return Partner(**row)


_FIND = "select ods, name, kind, succeeded_by, succeeded_on from partners where ods = $1"


async def listed(after: str, limit: int) -> list[Partner]:
    """The partners after a code, in the order of their codes."""
    return [Partner(**row) for row in await fetch(_LISTED, sought(after), limit)]


_LISTED = """
select ods, name, kind, succeeded_by, succeeded_on from partners
where ods > $1 order by ods limit $2
"""


async def take_over(
    actor: str, ods: str, change: Takeover, *, instead_of: Partner | UnsetType = UNSET
) -> Partner:
    """Say who takes over from a partner, and from when; earlier days stay as they are.

    Missing where the partner is, Wrong where the successor is unknown or would close a circle;
    Refused `changed-meanwhile` where it is not `instead_of` any more, which it was made from.
    """
    async with transaction():
        # All of them, in one order: two changes that close a circle together wait for each other.
        # Not for postings, which hold their partners' keys in an order of their own.
        rows = {row["ods"]: row for row in await fetch(_LOCKED)}
        if ods not in rows:
            raise Missing("partner-not-found", "There is no such partner.")
        given = msgspec.structs.asdict(change).items()
        entry = dict(rows[ods]) | {field: value for field, value in given if value is not UNSET}
        partner = Partner(**entry)
        if partner == Partner(**rows[ods]):
            return partner
        onward = {code: row["succeeded_by"] for code, row in rows.items()}
        check_unchanged(Partner(**rows[ods]), instead_of)
        if faults := list(_succession_faults(onward, partner)):
            raise Wrong(faults)
        await execute(_TAKE_OVER, ods, partner.succeeded_by, partner.succeeded_on)
        since = {"succeeded_by": partner.succeeded_by, "succeeded_on": partner.succeeded_on}
        await record(actor, "succession", ods, since)
    return partner


_LOCKED = """
select ods, name, kind, succeeded_by, succeeded_on from partners order by ods
for no key update
"""
_TAKE_OVER = "update partners set succeeded_by = $2, succeeded_on = $3 where ods = $1"


def _succession_faults(onward: Mapping[str, str | None], partner: Partner) -> Iterator[Fault]:
    successor = partner.succeeded_by
    if successor is None:
        if partner.succeeded_on is not None:
            yield Fault("succeeded_by", "Say who takes over on that day.")
        return
    if partner.succeeded_on is None:
        yield Fault("succeeded_on", "Say from which day on.")
    if successor not in onward:
        yield Fault("succeeded_by", "There is no such partner.")
    elif partner.ods in _chain(onward, successor):
        yield Fault("succeeded_by", "It would take over from itself.")


def _chain(onward: Mapping[str, str | None], ods: str) -> Iterator[str]:
    """The partner and all who come after it; what stands in the tables has no circle."""
    link: str | None = ods
    while link is not None:
        yield link
        link = onward[link]
