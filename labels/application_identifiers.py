"""
What GS1 lets each Application Identifier (AI) hold, and which may stand together.

The rules are those of the GS1 General Specifications, section 3 (definitions and formats) and
section 4.13 (associations), and of GS1 Digital Link: URI Syntax (keys, qualifiers, attributes).
The table holds the keys of assets, articles, places and parties and what may accompany them on
one label. Payment, coupon, weight and transport AIs are left out, so a symbol that carries one
is refused: it is not the label of an asset.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple


class Gs1Error(ValueError):
    """The text breaks a rule of GS1; ``reason`` is a stable slug that names the rule."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Element(NamedTuple):
    """One element string: an AI and its decoded value."""

    ai: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What one AI may hold and where it may stand."""

    length_fixed: int | None
    """Pre-defined length in characters: no separator follows the value."""
    attribute: bool
    """May stand in the query of a Digital Link."""
    pattern: re.Pattern[str]
    """One group for each component of the value."""
    checks: tuple[tuple[int, str], ...]
    """Group and name of each further check of a component's content."""
    needs: tuple[frozenset[str], ...]
    """Where there are any, one of these groups of AIs must be present as a whole."""
    excludes: frozenset[str]
    paths: tuple[tuple[str, ...], ...]
    """For a primary key: alternatives of qualifiers, in the order in which they must come."""


def check_elements(elements: Sequence[Element]) -> None:
    """
    Judge the elements of one message: each value, then which stand together.

    Every AI must be in ``RULES``. A repeated AI must repeat its value. Raises ``Gs1Error``.
    """
    values: dict[str, str] = {}
    for element in elements:
        _check_value(element)
        if values.setdefault(element.ai, element.value) != element.value:
            raise Gs1Error("repeated-with-another-value")
    for ai in values:
        rule = RULES[ai]
        if not rule.excludes.isdisjoint(values):
            raise Gs1Error("invalid-pair")
        if rule.needs and not any(group <= values.keys() for group in rule.needs):
            raise Gs1Error("required-ai-missing")


def is_path(ais: Sequence[str]) -> bool:
    """Whether these AIs, in this order, make the path of a Digital Link."""
    return any(_is_subsequence(ais[1:], path) for path in RULES[ais[0]].paths)


def _is_subsequence(part: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in part)


def _check_value(element: Element) -> None:
    rule = RULES[element.ai]
    match = rule.pattern.fullmatch(element.value)
    if match is None:
        raise Gs1Error("wrong-length-or-characters")
    for group, name in rule.checks:
        if not _CHECKS[name](match[group]):
            raise Gs1Error(f"wrong-{name}")


def _check_digit_is_right(digits: str) -> bool:
    """Judge by the standard check digit (GS1 General Specifications, section 7.9)."""
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + 3 * sum(values[1::2])) % 10 == 0


def _is_date(digits: str) -> bool:
    """Judge YYMMDD, where DD may be 00 (GS1 General Specifications, section 3.4)."""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    february = 29 if year % 4 == 0 else 28  # 2000, the only century year YY can mean, was leap.
    days = (31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= len(days) and day <= days[month - 1]


def _starts_with_company_prefix(value: str) -> bool:
    """Judge the first four characters: the shortest GS1 Company Prefix has four digits."""
    return re.match("[0-9]{4}", value) is not None


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "check-digit": _check_digit_is_right,
    "company-prefix": _starts_with_company_prefix,
    "date": _is_date,
}

# Four columns: the AI or a range; "*" for a pre-defined length and "?" for a permitted query
# attribute; the value's components; the conditions.
# A component is a class (N digits, X character set 82, I importer index, Z a zero), a length
# ("..30": one to thirty), a check of its content, and stands in brackets where optional.
# Conditions: req=A,B+C (A, or B with C); ex=A (never with A); key=QUALIFIERS in their order.
_TABLE: Final = """
00        | *? | N18,check-digit           | key=
01        | *? | N14,check-digit           | key=22,10,21|235
10        |  ? | X..20                     | req=01
11        | *? | N6,date                   | req=01
13        | *? | N6,date                   | req=01
15-17     | *? | N6,date                   | req=01
20        | *? | N2                        | req=01
21        |    | X..20                     | req=01 ex=235
22        |    | X..20                     | req=01
235       |    | X..28                     | req=01
240-241   |  ? | X..30                     | req=01
243       |  ? | X..20                     | req=01
250       |  ? | X..30                     | req=01+21
251       |  ? | X..30                     | req=01
253       |  ? | N13,check-digit [X..17]   | key=
254       |    | X..20                     | req=414
400       |  ? | X..30                     |
401       |  ? | X..30,company-prefix      | key=
402       |  ? | N17,check-digit           | key=
403       |  ? | X..30                     | req=00
410-413   | *? | N13,check-digit           |
414       | *? | N13,check-digit           | key=254|7040
416       | *? | N13,check-digit           |
417       | *? | N13,check-digit           | key=7040
420       |  ? | X..20                     |
7020      |  ? | X..20                     | req=01+416
7021      |  ? | X..20                     | req=01
7022      |  ? | X..20                     | req=01+7021
7023      |  ? | X..30,company-prefix      |
7040      |    | N1 X2 I1                  |
710-717   |  ? | X..20                     | req=01
7230-7239 |  ? | X2 X..28                  | req=01,8004
7240      |  ? | X..20                     | req=01
8002      |  ? | X..20                     |
8003      |  ? | Z1 N13,check-digit [X..16]| key=
8004      |  ? | X..30,company-prefix      | key=7040
8012      |  ? | X..20                     | req=01
8017      |  ? | N18,check-digit           | ex=8018 key=8019
8018      |  ? | N18,check-digit           | ex=8017 key=8019
8019      |    | N..10                     | req=8017,8018
8200      |    | X..70                     | req=01
90        |  ? | X..30                     |
91-99     |  ? | X..90                     |
"""
_CLASSES: Final = {
    "N": "[0-9]",
    "X": r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]""",
    "I": r"[\-0-9A-Z_a-z]",
    "Z": "0",
}


def _rules() -> Iterator[tuple[str, Rule]]:
    for line in _TABLE.strip().splitlines():
        span, flags, components, conditions = (column.strip() for column in line.split("|", 3))
        rule = _rule(flags, components.split(), conditions.split())
        first, _, last = span.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield str(number).zfill(len(first)), rule


def _rule(flags: str, components: Sequence[str], conditions: Sequence[str]) -> Rule:
    parts = [component.strip("[]").split(",") for component in components]
    given = dict(condition.split("=") for condition in conditions)
    return Rule(
        length_fixed=int(parts[0][0][1:]) if "*" in flags else None,
        attribute="?" in flags,
        pattern=re.compile("".join(map(_component_pattern, components))),
        checks=tuple((group, name) for group, part in enumerate(parts, 1) for name in part[1:]),
        needs=tuple(frozenset(one.split("+")) for one in given.get("req", "").split(",") if one),
        excludes=frozenset(filter(None, [given.get("ex")])),
        paths=tuple(tuple(path.split(",")) for path in given.get("key", "").split("|"))
        * ("key" in given),
    )


def _component_pattern(component: str) -> str:
    format_ = component.strip("[]").split(",")[0]
    count = format_[1:].replace("..", "1,")
    return f"({_CLASSES[format_[0]]}{{{count}}})" + ("?" if component.startswith("[") else "")


RULES: Final[dict[str, Rule]] = dict(_rules())
"""The rule of every AI that this service reads, by AI."""
