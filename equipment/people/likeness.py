"""Whether two records may be one person. Pure; it warns and never refuses."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir", "lady"})
# Two letters swapped or one forgotten in a name of usual length.
_LIKE_ENOUGH: Final = 0.85


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two records are compared by."""

    name: str
    born: date | None
    postcode: str | None


def may_be_one(one: Likeness, other: Likeness) -> bool:
    """Whether they were born on one day with a like name, or share a name and a postcode."""
    name, other_name = _words(one.name), _words(other.name)
    if one.born is not None and one.born == other.born and _are_like(name, other_name):
        return True
    here = one.postcode is not None and one.postcode == other.postcode
    return here and bool(name) and name == other_name


def _are_like(words: list[str], others: list[str]) -> bool:
    """Whether they share a word (people marry, and go by short names), or nearly spell one."""
    if set(words) & set(others):
        return True
    return bool(words) and _nearly_spell(" ".join(words), " ".join(others))


def _nearly_spell(text: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, text, other, autojunk=False)
    # Each is an upper bound of the one after it, and far cheaper.
    ratios = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(ratio() >= _LIKE_ENOUGH for ratio in ratios)


def _words(name: str) -> list[str]:
    """A name's words in no order of theirs, without accents, case, marks and titles."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    bare = plain.replace("'", "")
    if not bare.isascii():
        bare = "".join(
            mark for mark in bare if not unicodedata.combining(mark) and mark != "\u2019"
        )
    return sorted(word for word in re.findall(r"\w+", bare) if word not in _TITLES)
