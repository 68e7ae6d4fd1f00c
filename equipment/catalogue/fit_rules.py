"""The administrator's table of what fits together: rule by rule, or from a CSV file."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from budget.changes import record
from budget.database import fetch, fetch_one, transaction
from budget.narrowing import narrowed
from budget.refusals import Fault, Missing, Refused, Wrong
from budget.wording import one_line, text_faults
from equipment.catalogue.compatibility import (
    AT_MOST_MAX,
    GOODS_MAX,
    GOODS_PATTERN,
    OTHERS_MAX,
    WORDS_MAX,
    FitRule,
    Relation,
    iso_class,
)
from equipment.content import content_hash
from equipment.csv_imports import Imported, Line, Rejected, read_table, told
from equipment.staff.roles import Caller, check_may

_GOODS: Final = re.compile(GOODS_PATTERN)
_ISO: Final = re.compile(r"([0-9]{2} ?){1,3}")
_RELATIONS: Final = ("not_with", "needs", "at_most")
_SEPARATOR: Final = re.compile(r"[;|]")


class KeptRule(FitRule, frozen=True, kw_only=True):
    """A rule as it stands; one that is not `active` warns nobody."""

    id: UUID
    active: bool


class RuleChange(msgspec.Struct, frozen=True):
    """What of a rule to change."""

    words: Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    active: bool | msgspec.UnsetType = msgspec.UNSET


async def add_rule(caller: Caller, rule: FitRule) -> KeptRule:
    """Add a rule. Refused `exists` where it is there, Wrong where a field is.

    A product or category that is not in the catalogue is wrong: the rule would never warn.
    """
    check_may(caller, "change standing data")
    rule = _tidied(rule)
    faults = list(_faults(rule))
    async with transaction():
        if faults := faults or await _unknown_faults(rule):
            raise Wrong(faults)
        row = await fetch_one(_ADD, *_values(rule))
        if row is None:
            raise Refused("exists", "There is already such a rule: change that one.")
        kept = _kept(row)
        await record(caller.username, "fit rule entered", kept.subject, kept)
    return kept


_FIELDS: Final = "id, subject, relation, others, most, words, active"
_ADD: Final = f"""
insert into fit_rules (subject, relation, others, most, words, digest)
values ($1, $2, $3, $4, $5, $6)
on conflict (digest) do nothing returning {_FIELDS}
"""  # noqa: S608 - names from code


async def change_rule(caller: Caller, rule: UUID, change: RuleChange) -> KeptRule:
    """Word a rule anew, put it out of force or in force again; Missing where there is none."""
    check_may(caller, "change standing data")
    words = None if change.words is msgspec.UNSET else one_line(change.words)
    active = None if change.active is msgspec.UNSET else change.active
    if faults := list(text_faults("words", words, WORDS_MAX)):
        raise Wrong(faults)
    async with transaction():
        row = await fetch_one(_LOCK, rule)
        if row is None:
            raise Missing("fit-rule-not-found", "There is no such rule.")
        before = _kept(row)
        after = msgspec.structs.replace(
            before,
            words=before.words if words is None else words,
            active=before.active if active is None else active,
        )
        if after != before:
            await fetch(_CHANGE, rule, after.words, after.active)
            await record(caller.username, "fit rule changed", after.subject, after)
    return after


_LOCK: Final = f"select {_FIELDS} from fit_rules where id = $1 for update"  # noqa: S608 - as above
_CHANGE: Final = "update fit_rules set words = $2, active = $3 where id = $1"


async def find_rule(caller: Caller, rule: UUID) -> KeptRule:
    """One rule, or Missing."""
    check_may(caller, "read standing data")
    row = await fetch_one(_NAMED, rule)
    if row is None:
        raise Missing("fit-rule-not-found", "There is no such rule.")
    return _kept(row)


_NAMED: Final = f"select {_FIELDS} from fit_rules where id = $1"  # noqa: S608 - as above


async def rules(
    caller: Caller, relation: Relation | None, *, after: UUID | None, limit: int
) -> list[KeptRule]:
    """The rules after one of them, by what they are about, in force or not."""
    check_may(caller, "read standing data")
    sql, values = narrowed(_LISTED, {_AFTER: after, "relation = {}": relation}, limit)
    return [_kept(row) for row in await fetch(sql, *values)]


_AFTER: Final = "(subject, id) > (select subject, id from fit_rules where id = {})"
_LISTED: Final = f"""
select {_FIELDS} from fit_rules where {{where}} order by subject, id limit $1
"""  # noqa: S608 - as above


async def import_rules(caller: Caller, content: str, *, dry_run: bool = False) -> Imported:
    """Add rules from a CSV file, or word those anew that are there; a bad line stops no other.

    `others` are separated by `;`. A rule of the file is in force, even one that was not. Raises
    Wrong where the header will not do.
    """
    check_may(caller, "change standing data")
    reading = read_table(
        content,
        required=("subject", "relation", "words"),
        optional=("others", "most"),
        texts=("subject", "relation", "others", "words"),
    )
    imported = Imported(0, 0, reading.rejected)
    with contextlib.suppress(_DryRunError):
        async with transaction():
            lines = await _judged(reading.lines, reading.rejected)
            created, changed = await _write(lines)
            rejected = sorted(reading.rejected, key=lambda each: each.line)
            imported = Imported(created, len(lines) - created, rejected)
            if dry_run:
                raise _DryRunError
            if changed:
                did = told(reading, imported)
                await record(caller.username, "fit rules imported", None, did)
    return imported


class _DryRunError(Exception):
    """Takes everything back: it leaves the transaction, and nothing else."""


async def _judged(lines: Sequence[Line], rejected: list[Rejected]) -> list[FitRule]:
    """The lines that are rules, none twice; every other is rejected."""
    read = [(line.number, *_rule(line)) for line in lines]
    known = await _known({goods for _, rule, _ in read for goods in (rule.subject, *rule.others)})
    sound: dict[tuple[object, ...], tuple[int, FitRule]] = {}
    for number, rule, wrong in read:
        faults = [*wrong, *_faults(rule)]
        faults = faults or list(_unknown(rule, known))
        key = (rule.subject, rule.relation, *rule.others)
        error = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        if not error and key in sound:
            error = f"subject: Is repeated from line {sound[key][0]}."
        if error:
            rejected.append(Rejected(number, error))
        else:
            sound[key] = (number, rule)
    return [rule for _, rule in sound.values()]


def _rule(line: Line) -> tuple[FitRule, list[Fault]]:
    cells: dict[str, Any] = {"others": "", "most": "", **line.cells}
    others = [part.strip() for part in _SEPARATOR.split(cells["others"]) if part.strip()]
    digits = re.fullmatch(r"[0-9]{1,9}", cells["most"])
    faults = []
    if cells["most"] and not digits:
        faults.append(Fault("most", "Write a whole number in digits."))
    most = int(digits[0]) if digits else None
    rule = FitRule(
        subject=cells["subject"],
        relation=cells["relation"],
        others=others,
        most=most,
        words=cells["words"],
    )
    return _tidied(rule), faults


async def _write(lines: Sequence[FitRule]) -> tuple[int, int]:
    """Write the rules in one statement; how many are new, and how many said something new."""
    # In one order, so that two imports at once wait for each other and end.
    rows = sorted(_values(rule) for rule in lines)
    columns = [list(values) for values in zip(*rows, strict=True)] or [[]] * len(_COLUMNS)
    # As texts: unnest() would take an array of arrays apart. No line's goods have the separator.
    columns[2] = [";".join(others) for others in columns[2]]
    written = await fetch(_UPSERT, *columns)
    return sum(row["created"] for row in written), len(written)


_COLUMNS: Final = ("subject", "relation", "others", "most", "words", "digest")
_UPSERT: Final = """
insert into fit_rules as rule (subject, relation, others, most, words, digest)
select subject, relation, string_to_array(others, ';'), most, words, digest
from unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::smallint[], $5::varchar[],
    $6::bytea[]) as line (subject, relation, others, most, words, digest)
on conflict (digest) do update
set most = excluded.most, words = excluded.words, active = true
where (rule.most, rule.words, rule.active) is distinct from (excluded.most, excluded.words, true)
returning xmax = 0 as created
"""


def _tidied(rule: FitRule) -> FitRule:
    """The rule in the one form in which it is compared and found again."""
    return msgspec.structs.replace(
        rule,
        subject=_goods(rule.subject),
        others=sorted({_goods(each) for each in rule.others}),
        words=one_line(rule.words),
    )


def _goods(text: str) -> str:
    by, _, what = text.partition(":")
    what = one_line(what)
    if by == "iso9999" and _ISO.fullmatch(what):
        return iso_class(what.replace(" ", ""))
    return f"{by}:{what}" if what else text


def _faults(rule: FitRule) -> Iterator[Fault]:
    """What is wrong with a rule, by itself."""
    for field, goods in (("subject", rule.subject), *(("others", each) for each in rule.others)):
        yield from text_faults(field, goods, GOODS_MAX)
        by, _, what = goods.partition(":")
        if not _GOODS.fullmatch(goods):
            yield Fault(field, "Write sku:, category: or iso9999: and what it names.")
        elif by == "iso9999" and not _ISO.fullmatch(what):
            yield Fault(field, "Write a class of ISO 9999 as 18, 18 12 or 18 12 10.")
    yield from text_faults("words", rule.words, WORDS_MAX)
    if rule.relation not in _RELATIONS:
        yield Fault("relation", f"Write one of {', '.join(_RELATIONS)}.")
    if len(rule.others) > OTHERS_MAX:
        yield Fault("others", f"Name at most {OTHERS_MAX}.")
    if rule.relation == "at_most":
        yield from _at_most_faults(rule)
        return
    if not rule.others:
        yield Fault("others", "Name the goods that it is about.")
    if rule.most is not None:
        yield Fault("most", "Only `at_most` has a number.")


def _at_most_faults(rule: FitRule) -> Iterator[Fault]:
    if rule.most is None or not 1 <= rule.most <= AT_MOST_MAX:
        yield Fault("most", f"Write a whole number from 1 to {AT_MOST_MAX}.")
    if rule.others:
        yield Fault("others", "`at_most` is about its subject alone.")


async def _unknown_faults(rule: FitRule) -> list[Fault]:
    return list(_unknown(rule, await _known({rule.subject, *rule.others})))


def _unknown(rule: FitRule, known: set[str]) -> Iterator[Fault]:
    if rule.subject not in known:
        yield Fault("subject", f"The catalogue has no {rule.subject}.")
    for other in rule.others:
        if other not in known:
            yield Fault("others", f"The catalogue has no {other}.")


async def _known(goods: set[str]) -> set[str]:
    """Those of the goods that some product of the catalogue is; a class may be empty as yet."""
    sound = {each for each in goods if "\0" not in each}
    skus = [each.removeprefix("sku:") for each in sound if each.startswith("sku:")]
    categories = [each.removeprefix("category:") for each in sound if each.startswith("category:")]
    rows = await fetch(_KNOWN, skus, categories)
    return {row["goods"] for row in rows} | {each for each in sound if each.startswith("iso9999:")}


_KNOWN: Final = """
select 'sku:' || sku as goods from products where sku = any($1::varchar[])
union all
select 'category:' || asked from unnest($2::varchar[]) asked
where exists (select from products where category = asked)
"""


def _values(rule: FitRule) -> tuple[Any, ...]:
    digest = content_hash([rule.subject, rule.relation, rule.others])
    return (rule.subject, rule.relation, rule.others, rule.most, rule.words, digest)


def _kept(row: asyncpg.Record) -> KeptRule:
    return KeptRule(**row)
