"""What fits together: slings and hoists, rails and beds, as the administrator's rules say.

A warning to be answered, never a refusal: the prescriber stands before the bed, the rule does not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from budget.database import fetch

Relation: TypeAlias = Literal["not_with", "needs", "at_most"]

GOODS_PATTERN: Final = "^(sku|category|iso9999):.+$"
GOODS_MAX: Final = 100
OTHERS_MAX: Final = 50
WORDS_MAX: Final = 300
AT_MOST_MAX: Final = 1_000

Goods: TypeAlias = Annotated[str, Meta(pattern=GOODS_PATTERN, max_length=GOODS_MAX)]
"""Which products: `sku:BED01`, `category:Beds`, or a class of ISO 9999, `iso9999:18 12`."""

_DIGITS: Final = re.compile(r"[0-9]+")
_LEVELS: Final = (2, 4, 6)  # class, subclass, division: two digits each


class FitRule(msgspec.Struct, frozen=True, kw_only=True):
    """What does not fit, and what the prescriber is told of it.

    `not_with`: the subject with any of the others. `needs`: the subject with none of the others.
    `at_most`: more of the subject than `most`, together.
    """

    subject: Goods
    relation: Relation
    others: Annotated[list[Goods], Meta(max_length=OTHERS_MAX)] = []
    most: Annotated[int, Meta(ge=1, le=AT_MOST_MAX)] | None = None
    words: Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]


class Clash(msgspec.Struct, frozen=True):
    """What of an order does not fit: its product, the other one if it is one, and why."""

    sku: str
    other: str | None
    words: str


async def clashes(ordered: Sequence[str], at_home: Sequence[str]) -> list[Clash]:
    """What of the products ordered does not fit with each other or with those at home.

    A product of which there are several stands as often in its list. A rule about goods at home
    alone says nothing. Two statements, however long the lists; an unknown sku fits with all.
    """
    rows = await fetch(_GOODS, sorted({*ordered, *at_home}))
    goods = {row["sku"]: goods_of(row["sku"], row["category"], row["iso9999"]) for row in rows}
    named = sorted(frozenset().union(*goods.values()))
    rules = [FitRule(**row) for row in await fetch(_RULES, named)]
    return list(clashing(rules, goods, ordered, at_home))


_GOODS: Final = "select sku, category, iso9999 from products where sku = any($1::varchar[])"
_RULES: Final = """
select subject, relation, others, most, words from fit_rules
where active and (subject = any($1::varchar[]) or others && $1::varchar[]) order by subject, id
"""


def clashing(
    rules: Iterable[FitRule],
    goods: Mapping[str, frozenset[str]],
    ordered: Sequence[str],
    at_home: Sequence[str],
) -> Iterator[Clash]:
    """The same of rules and products that were read; `goods` names what each product is. Pure."""
    ours = [sku for sku in ordered if sku in goods]
    theirs = [sku for sku in at_home if sku in goods]
    for rule in rules:
        others = frozenset(rule.others)
        match rule.relation:
            case "at_most":
                yield from _too_many(rule, goods, ours, theirs)
            case "needs":
                yield from _lacking(rule, others, goods, ours, theirs)
            case "not_with":
                yield from _not_with(rule, others, goods, ours, theirs)


def goods_of(sku: str, category: str, iso9999: str) -> frozenset[str]:
    """All the ways in which a rule may name this product."""
    digits = "".join(_DIGITS.findall(iso9999))
    classes = {iso_class(digits[:level]) for level in _LEVELS if len(digits) >= level}
    return frozenset({f"sku:{sku}", f"category:{category}", *classes})


def iso_class(digits: str) -> str:
    """A class of ISO 9999, written as the standard does: two digits, and a space between."""
    return "iso9999:" + " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _too_many(
    rule: FitRule, goods: Mapping[str, frozenset[str]], ours: list[str], theirs: list[str]
) -> Iterator[Clash]:
    assert rule.most is not None
    more = [sku for sku in ours if rule.subject in goods[sku]]
    there = Counter(rule.subject in goods[sku] for sku in theirs)[True]
    if more and len(more) + there > rule.most:
        yield Clash(more[0], None, rule.words)


def _lacking(
    rule: FitRule,
    others: frozenset[str],
    goods: Mapping[str, frozenset[str]],
    ours: list[str],
    theirs: list[str],
) -> Iterator[Clash]:
    if any(goods[sku] & others for sku in (*ours, *theirs)):
        return
    for sku in dict.fromkeys(ours):
        if rule.subject in goods[sku]:
            yield Clash(sku, None, rule.words)


def _not_with(
    rule: FitRule,
    others: frozenset[str],
    goods: Mapping[str, frozenset[str]],
    ours: list[str],
    theirs: list[str],
) -> Iterator[Clash]:
    """Each pair once, whichever of the two the rule names first."""
    told: set[frozenset[str]] = set()
    for sku in dict.fromkeys(ours):
        for other in dict.fromkeys((*ours, *theirs)):
            pair = frozenset({sku, other})
            forwards = rule.subject in goods[sku] and goods[other] & others
            backwards = rule.subject in goods[other] and goods[sku] & others
            if sku != other and pair not in told and (forwards or backwards):
                told.add(pair)
                yield Clash(sku, other, rule.words)
