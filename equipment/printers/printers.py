"""Printers of labels: where each is reached, what it prints on, and how it is just now."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

import asyncpg
import msgspec
from msgspec import UNSET, Meta, UnsetType

from budget.changes import record
from budget.database import execute, fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import code_faults, one_line, sought, text_faults
from equipment.places import LONGEST_CODE, LONGEST_NAME, Code, unusable
from equipment.printers.networks import Networks, host_faults
from equipment.staff.roles import Caller, check_may

PORT: Final = 9100
"""Where thermal printers listen, unless they were set otherwise."""

Size: TypeAlias = Literal["51x25", "57x32", "76x51"]
DotsPerInch: TypeAlias = Literal[203, 300]
State: TypeAlias = Literal[
    "unknown",
    "ready",
    "busy",
    "out_of_labels",
    "out_of_ribbon",
    "head_open",
    "paused",
    "silent",
    "gone",
    "not_allowed",
]
_Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
_Host: TypeAlias = Annotated[str, Meta(min_length=1, max_length=253)]
# Below lie the ports of services that a label must never be sent to.
_Port: TypeAlias = Annotated[int, Meta(ge=1024, le=65_535)]


class NewPrinter(msgspec.Struct, frozen=True):
    """A printer as it is set up."""

    code: Code
    name: _Name
    depot: Code
    host: _Host
    port: _Port = PORT
    size: Size = "57x32"
    dpi: DotsPerInch = 203


class PrinterChange(msgspec.Struct, frozen=True):
    """What is to be different; `version` is that of the printer as it was seen."""

    version: int
    name: _Name | UnsetType = UNSET
    depot: Code | UnsetType = UNSET
    host: _Host | UnsetType = UNSET
    port: _Port | UnsetType = UNSET
    size: Size | UnsetType = UNSET
    dpi: DotsPerInch | UnsetType = UNSET
    out_of_use: bool | UnsetType = UNSET


class Printer(msgspec.Struct, frozen=True):
    """A printer, how it is since when, and how many labels wait for it and for an answer."""

    code: str
    name: str
    depot: str
    host: str
    port: int
    size: Size
    dpi: DotsPerInch
    out_of_use: bool
    version: int
    state: State
    since: datetime
    heard_at: datetime | None
    waiting: int
    in_hand: int
    unsure: int
    waiting_since: datetime | None


async def set_up(caller: Caller, new: NewPrinter, networks: Networks, now: datetime) -> Printer:
    """Add a printer; Refused `exists` where its code is taken, Wrong where a field is."""
    check_may(caller, "change standing data")
    name, host = one_line(new.name), new.host.strip()
    faults = [*code_faults("code", new.code, LONGEST_CODE), *_faults(name, host, networks)]
    if faults:
        raise Wrong(faults)
    async with transaction():
        if faults := await unusable(new.depot):
            raise Wrong(faults)
        row = await fetch_one(_SET_UP, new.code, name, new.depot, host, new.port, new.size, new.dpi)
        if row is None:
            words = f"There is already a printer with the code {new.code}."
            raise Refused("exists", words)
        await execute(_UNKNOWN, new.code, now)
        await record(caller.username, "printer set up", new.code, new)
        return await _found(new.code)


_SET_UP: Final = """
insert into printers (code, name, depot, host, port, size, dpi, out_of_use, version)
values ($1, $2, $3, $4, $5, $6, $7, false, 1) on conflict (code) do nothing returning code
"""
_UNKNOWN: Final = """
insert into printer_states (printer, state, since, look_at, wanted, counts)
values ($1, 'unknown', $2::timestamptz, $2::timestamptz, true, false)
"""


async def change(
    caller: Caller, code: str, wanted: PrinterChange, networks: Networks, now: datetime
) -> Printer:
    """Change a printer, or put it out of use and back.

    Raises Missing, Wrong, Refused `changed-meanwhile` where somebody else was first, and
    `printer-has-labels` where labels still wait for one that is to go out of use.
    """
    check_may(caller, "change standing data")
    said = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value != UNSET}
    version = said.pop("version")
    async with transaction():
        old = await fetch_one(_LOCKED, sought(code))
        if old is None:
            raise _missing()
        if old["version"] != version:
            raise changed_meanwhile()
        new = dict(old) | said
        new["name"], new["host"] = one_line(new["name"]), new["host"].strip()
        faults = [*_faults(new["name"], new["host"], networks)]
        if faults := [*faults, *await unusable(str(new["depot"]))]:
            raise Wrong(faults)
        if new["out_of_use"] and not old["out_of_use"]:
            await _check_idle(code)
        if new != dict(old):
            await execute(_CHANGE, *(new[name] for name in _COLUMNS))
            await _look_anew(old, new, now)
            await record(caller.username, "printer changed", code, said)
        return await _found(code)


_COLUMNS: Final = ("code", "name", "depot", "host", "port", "size", "dpi", "out_of_use")
_LOCKED: Final = """
select code, name, depot, host, port, size, dpi, out_of_use, version from printers
where code = $1 for update
"""
_CHANGE: Final = """
update printers set name = $2, depot = $3, host = $4, port = $5, size = $6, dpi = $7,
    out_of_use = $8, version = version + 1
where code = $1
"""


async def _check_idle(code: str) -> None:
    row = await fetch_one(_OPEN, code)
    if row is not None:
        words = "Labels still wait for this printer: cancel them, or move them to another first."
        raise Refused("printer-has-labels", words)


_OPEN: Final = """
select from print_labels where printer = $1 and state in ('waiting', 'sending', 'sent') limit 1
"""


async def _look_anew(old: asyncpg.Record, new: dict[str, object], now: datetime) -> None:
    """Ask again soon; at another address nobody can tell what the old one printed."""
    await execute(_WANT, [old["code"]])
    if (old["host"], old["port"]) != (new["host"], new["port"]):
        await execute(_ELSEWHERE, old["code"], now)
        words = "The printer was set to another address while this label was under way."
        await execute(_DOUBT, old["code"], now, words)


_ELSEWHERE: Final = """
update printer_states set state = 'unknown', since = $2, counts = false, sender = null
where printer = $1
"""
_DOUBT: Final = """
update print_labels set state = 'unsure', changed_at = $2, why = $3
where printer = $1 and state in ('sending', 'sent')
"""


def changed_meanwhile() -> Refused:
    """That somebody else was first."""
    words = "Somebody else has changed this since you looked. Look again, and decide anew."
    return Refused("changed-meanwhile", words)


def _faults(name: str, host: str, networks: Networks) -> Iterator[Fault]:
    yield from text_faults("name", name, LONGEST_NAME)
    yield from host_faults("host", host, networks)


async def look_up(caller: Caller, code: str) -> Printer:
    """One printer, or Missing."""
    check_may(caller, "print labels")
    return await _found(code)


async def listed(
    caller: Caller, depot: str | None, *, after: str = "", limit: int = 50
) -> list[Printer]:
    """Printers after a code, in the order of their codes: of a depot, or of any."""
    check_may(caller, "print labels")
    place = sought(depot) if depot is not None else None
    conditions = {"p.code > {}": sought(after), "p.depot = {}": place}
    sql, values = narrowed(_LISTED, conditions, limit)
    return [_printer(row) for row in await fetch(sql, *values)]


async def look_again(caller: Caller, code: str) -> Printer:
    """Have the printer asked at once how it is, instead of in its turn; or Missing."""
    check_may(caller, "print labels")
    await want([sought(code)])
    return await _found(code)


async def want(codes: Sequence[str]) -> None:
    """Have these printers seen to at once, as there is something new for them."""
    await execute(_WANT, list(codes))


_WANT: Final = "update printer_states set wanted = true where printer = any($1::varchar[])"


async def _found(code: str) -> Printer:
    row = await fetch_one(_ONE, sought(code))
    if row is None:
        raise _missing()
    return _printer(row)


def _missing() -> Missing:
    return Missing("printer-not-found", "There is no such printer.")


_SHOWN: Final = """
select p.code, p.name, p.depot, p.host, p.port, p.size, p.dpi, p.out_of_use, p.version,
    s.state, s.since, s.heard_at, l.waiting, l.in_hand, l.unsure, l.waiting_since
from printers p join printer_states s on s.printer = p.code
cross join lateral (
    select count(*) filter (where n.state = 'waiting') as waiting,
        count(*) filter (where n.state in ('sending', 'sent')) as in_hand,
        count(*) filter (where n.state = 'unsure') as unsure,
        min(n.changed_at) filter (where n.state = 'waiting') as waiting_since
    from (
        select state, changed_at from print_labels where printer = p.code and state = 'waiting'
        union all select state, changed_at from print_labels
            where printer = p.code and state in ('sending', 'sent')
        union all select state, changed_at from print_labels
            where printer = p.code and state = 'unsure'
    ) n
) l
"""
_ONE: Final = _SHOWN + " where p.code = $1"
_LISTED: Final = _SHOWN + " where {where} order by p.code limit $1"


def _printer(row: asyncpg.Record) -> Printer:
    return Printer(**dict(row))
